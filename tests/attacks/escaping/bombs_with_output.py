# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=OUTPUT_LIMIT
# never: ESCAPED
"""Prints without end, also from a child that is left behind."""

import os


def attempt():
    os.fork()
    while True:
        os.write(1, b"x" * 65536)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
