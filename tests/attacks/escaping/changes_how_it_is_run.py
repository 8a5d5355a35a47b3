# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Turns off address randomisation and reads and writes its segment table."""

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
    for persona in (0x0040000, 0x0400000, 0x8, 0x0100000):
        refused("personality", "@NR_personality@", persona)
    refused("modify_ldt", "@NR_modify_ldt@", 0, ctypes.create_string_buffer(64), 64)
    refused("uselib", "@NR_uselib@", b"/usr/lib/none")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
