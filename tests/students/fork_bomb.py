# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: center=RAISED|CRASHED|TIMED_OUT|OUT_OF_MEMORY
"""Forks until nothing goes any more."""

import os


def center(images):
    while True:
        os.fork()
