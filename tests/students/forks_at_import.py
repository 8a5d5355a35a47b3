# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED|CRASHED, rank=PASSED|CRASHED, pairwise_differences=PASSED|CRASHED
"""Forks at the top level, and both processes go on."""

import os

os.fork()
