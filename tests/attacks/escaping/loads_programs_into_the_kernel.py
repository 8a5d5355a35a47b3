# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Loads BPF, opens performance counters and watches page faults and files."""

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
    attributes = ctypes.create_string_buffer(128)
    refused("bpf", "@NR_bpf@", 0, attributes, 128)
    refused("perf_event_open", "@NR_perf_event_open@", attributes, 0, -1, -1, 0)
    refused("userfaultfd", "@NR_userfaultfd@", 1)
    refused("fanotify_init", "@NR_fanotify_init@", 0, 0)
    refused("lookup_dcookie", "@NR_lookup_dcookie@", 0, 0, 0)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
