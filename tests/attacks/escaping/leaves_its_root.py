# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Unmounts what hides things, changes its root and swaps it."""

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
    for place in (b"/tmp", b"/proc", b"/dev/shm", b"/"):
        refused("umount", "@NR_umount2@", place, 2)
    refused("chroot", "@NR_chroot@", b"/tmp")
    refused("pivot_root", "@NR_pivot_root@", b"/tmp", b"/tmp")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
