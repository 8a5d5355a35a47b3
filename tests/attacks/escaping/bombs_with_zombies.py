# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=6, memory_mib=256, processes=16
# expect: rank=PASSED
# never: ESCAPED
"""Leaves children that have ended and are never waited for, until no more can be had."""

import os


def attempt():
    made = 0
    try:
        for _ in range(200):
            if os.fork() == 0:
                os._exit(0)
            made += 1
    except OSError:
        pass
    if made >= 200:
        raise RuntimeError(f"ESCAPED: {made} zombies")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
