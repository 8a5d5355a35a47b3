# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: ended Python
# message: Remove `exit()`
"""Calls sys.exit() at the top level."""

import sys

sys.exit(0)
