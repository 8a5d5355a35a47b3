# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
# message: ended the whole Python process
"""Reads from address 0."""

import ctypes


def center(images):
    return ctypes.string_at(0)
