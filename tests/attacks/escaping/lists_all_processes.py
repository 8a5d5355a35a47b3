# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Reads every command line there is, for one that is not its own cell's."""

import os


def attempt():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                found = file.read()
        except OSError:
            continue
        if b"987654" in found or b"pytest" in found:
            raise RuntimeError(f"ESCAPED: {pid} is {found!r}")


def rank(x):
    attempt()
    return x.ndim
