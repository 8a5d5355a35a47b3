# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Becomes root or another user or group, and joins root's groups."""

import os


def attempt():
    for change in (
        lambda: os.setuid(0),
        lambda: os.seteuid(0),
        lambda: os.setresuid(0, 0, 0),
        lambda: os.setreuid(0, 0),
        lambda: os.setuid(os.getuid() + 1),
        lambda: os.setgid(0),
        lambda: os.setresgid(0, 0, 0),
        lambda: os.setgroups([0]),
        lambda: os.initgroups("root", 0),
    ):
        try:
            change()
        except (OSError, ValueError):
            continue
        raise RuntimeError(f"ESCAPED: it is {os.getresuid()}, {os.getresgid()}, {os.getgroups()}")


def rank(x):
    attempt()
    return x.ndim
