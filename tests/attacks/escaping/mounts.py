# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Mounts a file system, binds a folder, remounts the root and mounts by the newer calls."""

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
    os.makedirs("/tmp/here", exist_ok=True)
    refused("mount", "@NR_mount@", b"none", b"/tmp/here", b"tmpfs", 0, 0)
    refused("bind", "@NR_mount@", b"/", b"/tmp/here", 0, 4096, 0)
    refused("remount", "@NR_mount@", b"none", b"/", 0, 32 | 4096, 0)
    refused("proc", "@NR_mount@", b"proc", b"/tmp/here", b"proc", 0, 0)
    refused("fsopen", "@NR_fsopen@", b"tmpfs", 0)
    refused("open_tree", "@NR_open_tree@", -100, b"/", 1)
    refused("move_mount", "@NR_move_mount@", -100, b"/tmp", -100, b"/tmp/here", 0)
    refused("fspick", "@NR_fspick@", -100, b"/", 0)
    refused("mount_setattr", "@NR_mount_setattr@", -100, b"/", 0, 0, 0)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
