# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Adds to, asks for and reads the kernel's keys."""

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
    refused("add_key", "@NR_add_key@", b"user", b"escaped", b"x", 1, -3)
    refused("request_key", "@NR_request_key@", b"user", b"escaped", 0, -3)
    for what in (0, 6, 11, 1):
        refused("keyctl", "@NR_keyctl@", what, -3, 0, 0, 0)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
