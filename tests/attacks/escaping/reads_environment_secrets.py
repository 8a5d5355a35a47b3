# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Looks for a secret in its own environment, and in that which its process was started with."""

import os


def attempt():
    started_with = open("/proc/self/environ", "rb").read()
    if "@VARIABLE@" in os.environ or b"@VARIABLE@=" in started_with:
        raise RuntimeError(f"ESCAPED: {os.environ.get('@VARIABLE@')}")


def rank(x):
    attempt()
    return x.ndim
