# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Looks for a secret in the environment of every other process."""

import os


def attempt():
    for pid in ["@SLEEPER@", *filter(str.isdigit, os.listdir("/proc"))]:
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                found = file.read()
        except OSError:
            continue
        if b"@VARIABLE@=" in found:
            raise RuntimeError(f"ESCAPED: {pid} has {found!r}")


def rank(x):
    attempt()
    return x.ndim
