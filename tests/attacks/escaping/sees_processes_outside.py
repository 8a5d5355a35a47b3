# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Looks for processes outside by their numbers and command lines."""

import os


def attempt():
    for pid in ("@SLEEPER@", "@JUDGE@"):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                found = file.read()
        except OSError:
            continue
        if b"sleep" in found or b"pytest" in found or b"python" in found:
            raise RuntimeError(f"ESCAPED: {pid} is {found!r}")


def rank(x):
    attempt()
    return x.ndim
