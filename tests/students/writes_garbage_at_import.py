# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=CRASHED
# message: the channel
# never: (protocol)
"""Writes bytes of its own on the channel at the top level."""

import os

os.write(3, b'garbage' * 10)
