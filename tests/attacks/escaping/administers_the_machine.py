# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Restarts the machine, names it, swaps, accounts, sets quotas and reads the kernel's log."""

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
    text = ctypes.create_string_buffer(256)
    refused("reboot", "@NR_reboot@", 0xFEE1DEAD - (1 << 32), 672274793, 0x7777, 0)
    name = os.uname().nodename.encode()
    refused("sethostname", "@NR_sethostname@", name, len(name))
    refused("setdomainname", "@NR_setdomainname@", b"escaped", 7)
    refused("swapon", "@NR_swapon@", b"/tmp/none", 0)
    refused("swapoff", "@NR_swapoff@", b"/tmp/none")
    refused("acct", "@NR_acct@", b"/tmp/none/none")
    refused("quotactl", "@NR_quotactl@", 0x80000100, 0, 0, 0)
    refused("syslog", "@NR_syslog@", 3, text, 256)
    refused("vhangup", "@NR_vhangup@")
    refused("iopl", "@NR_iopl@", 3)
    refused("ioperm", "@NR_ioperm@", 0x80, 1, 1)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
