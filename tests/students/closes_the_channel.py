# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
# message: Nothing was returned
"""Closes all open files."""

import os


def center(images):
    os.closerange(0, 256)
    return images - images.mean(0)
