# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=CRASHED
# message: ended Python while it was imported
"""Ends the process at the top level."""

import os

os._exit(0)
