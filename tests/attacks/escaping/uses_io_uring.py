# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Does its reading and connecting by io_uring, which no filter sees."""

import ctypes
import errno
import os

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)


def refused(what, number, *arguments):
    """A call that is let in fails otherwise, if at all: each is given arguments with which it does no harm."""
    longs = [ctypes.c_long(part) if isinstance(part, int) else part for part in arguments]
    ctypes.set_errno(0)
    given = LIBC.syscall(ctypes.c_long(int(number)), *longs)
    if given != -1 or ctypes.get_errno() not in REFUSED:
        raise RuntimeError(f"ESCAPED: {what} gave {given}, {os.strerror(ctypes.get_errno())}")


def attempt():
    parameters = ctypes.create_string_buffer(120)
    refused("io_uring_setup", "@NR_io_uring_setup@", 1, parameters)
    refused("io_uring_enter", "@NR_io_uring_enter@", 0, 0, 0, 0, 0, 0)
    refused("io_uring_register", "@NR_io_uring_register@", 0, 0, 0, 0)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
