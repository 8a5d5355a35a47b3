# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=0.5, wall_s=3, memory_mib=256, processes=16
# expect: rank=TIMED_OUT|CRASHED
# never: ESCAPED
"""Forks without end, in every child too."""

import os


def attempt():
    while True:
        try:
            os.fork()
        except OSError:
            pass


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
