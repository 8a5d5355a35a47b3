# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=CRASHED
# message: while it was imported
"""Closes all open files at the top level."""

import os

os.closerange(0, 256)
