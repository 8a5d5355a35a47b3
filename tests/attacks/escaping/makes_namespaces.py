# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Makes new namespaces, in which it would have every right."""

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
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80):
        refused(f"unshare {flag:#x}", "@NR_unshare@", flag)
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x8000):
        child = LIBC.syscall(ctypes.c_long(int("@NR_clone@")), ctypes.c_long(flag | 17), *[ctypes.c_long(0)] * 4)
        if child == 0:
            os._exit(0)
        if child > 0:
            raise RuntimeError(f"ESCAPED: clone took {flag:#x}")
    refused("clone3", "@NR_clone3@", 0, 0)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
