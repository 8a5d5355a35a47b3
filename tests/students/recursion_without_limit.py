# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: center=RAISED|CRASHED|OUT_OF_MEMORY|FAILED
"""Calls itself for ever, with Python's limit taken away."""

import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __repr__(self):
        return repr([self])


def center(images):
    return repr(Deep())
