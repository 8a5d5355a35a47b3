# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=CRASHED
# message: while it was imported
"""Reads from address 0 at the top level."""

import ctypes

ctypes.string_at(0)
