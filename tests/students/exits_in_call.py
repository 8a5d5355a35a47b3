# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: exit()
"""Calls sys.exit()."""

import sys


def center(images):
    sys.exit(0)
