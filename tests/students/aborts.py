# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
# message: ended the whole Python process
"""Aborts."""

import os


def center(images):
    os.abort()
