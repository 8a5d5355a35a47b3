# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=CRASHED
# never: ESCAPED
"""Replaces itself by a program that would read the home folder."""

import os


def attempt():
    os.execv("/bin/sh", ["/bin/sh", "-c", "cat @HOME_FILE@; exit 3"])


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
