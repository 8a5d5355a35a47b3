# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Reads and writes the memory of other processes by the calls made for it, and takes their descriptors."""

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
    text = ctypes.create_string_buffer(64)
    vector = (ctypes.c_uint64 * 2)(ctypes.addressof(text), 64)
    for pid in (1, os.getppid(), os.getpid(), int("@SLEEPER@"), int("@JUDGE@")):
        refused("process_vm_readv", "@NR_process_vm_readv@", pid, vector, 1, vector, 1, 0)
        refused("process_vm_writev", "@NR_process_vm_writev@", pid, vector, 1, vector, 1, 0)
        refused("kcmp", "@NR_kcmp@", os.getpid(), pid, 0, 0, 0)
        refused("move_pages", "@NR_move_pages@", pid, 0, 0, 0, 0, 0)
        refused("migrate_pages", "@NR_migrate_pages@", pid, 0, 0, 0)
    own = os.pidfd_open(os.getppid())
    refused("pidfd_getfd", "@NR_pidfd_getfd@", own, 3, 0)
    refused("process_madvise", "@NR_process_madvise@", own, vector, 1, 4, 0)
    refused("process_mrelease", "@NR_process_mrelease@", own, 0)
    os.close(own)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
