# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Asks for memory and queues that outlive it, and for files that have no name."""

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
    refused("shmget", "@NR_shmget@", 0, 4096, 0o1600)
    refused("semget", "@NR_semget@", 0, 1, 0o1600)
    refused("msgget", "@NR_msgget@", 0, 0o1600)
    refused("mq_open", "@NR_mq_open@", b"escaped", 0o102, 0o600, 0)
    refused("memfd_create", "@NR_memfd_create@", b"escaped", 0)
    refused("memfd_secret", "@NR_memfd_secret@", 0)
    refused("remap_file_pages", "@NR_remap_file_pages@", 0, 0, 0, 0, 0)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
