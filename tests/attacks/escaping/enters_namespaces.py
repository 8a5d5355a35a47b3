# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Enters the namespaces of the warden and of processes outside."""

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
    for pid in ("self", "1", "@SLEEPER@", "@JUDGE@"):
        for name in ("user", "mnt", "net", "pid", "ipc", "uts", "cgroup"):
            try:
                entered = os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY)
            except OSError:
                continue
            refused("setns", "@NR_setns@", entered, 0)
            os.close(entered)
    own = os.pidfd_open(os.getppid())
    refused("setns", "@NR_setns@", own, 0x40000000)
    os.close(own)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
