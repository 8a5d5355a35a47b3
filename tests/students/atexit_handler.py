# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Registers functions to be called at the end."""

import atexit
import os

atexit.register(os.write, 3, b'garbage')
atexit.register(print, 'x' * 1_000_000)
