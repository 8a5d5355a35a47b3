# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=FAILED|RAISED|CRASHED|MISSING|PASSED
"""Empties sys.modules."""

import sys

sys.modules.clear()
