# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Closes standard output and standard error."""

import os
import sys

closed = []


def center(images):
    if not closed:
        closed.append(sys.stdout.close())
        os.close(2)
    return images - images.mean(0)
