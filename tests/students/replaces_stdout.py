# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Puts something else in the place of sys.stdout."""

import io
import sys


def center(images):
    sys.stdout = None
    sys.stderr = io.StringIO()
    return images - images.mean(0)
