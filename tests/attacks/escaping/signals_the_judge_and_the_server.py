# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Asks whether it could send signals to the judge and the warm server."""

import os


def attempt():
    for pid in (int("@JUDGE@"), int("@SERVER@")):
        try:
            os.kill(pid, 0)
        except OSError:
            continue
        raise RuntimeError(f"ESCAPED: {pid} takes signals")


def rank(x):
    attempt()
    return x.ndim
