# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Looks for an open descriptor that leads to a file, a folder or a device outside."""

import os


def attempt():
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            target = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            continue
        if not target.startswith(("pipe:", "socket:", "/dev/null", "/proc/")):
            raise RuntimeError(f"ESCAPED: descriptor {fd} is {target}")


def rank(x):
    attempt()
    return x.ndim
