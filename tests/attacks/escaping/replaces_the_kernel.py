# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Loads a kernel, loads a module and deletes one."""

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
    refused("kexec_load", "@NR_kexec_load@", 0, 0, 0, 0x8000)
    refused("kexec_file_load", "@NR_kexec_file_load@", -1, -1, 0, 0, 0x8000)
    refused("init_module", "@NR_init_module@", b"", 0, b"")
    refused("finit_module", "@NR_finit_module@", -1, b"", 0)
    refused("delete_module", "@NR_delete_module@", b"no_such_module", 0)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
