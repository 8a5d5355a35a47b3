# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Warns."""

import sys
import warnings


def center(images):
    warnings.warn('this may be deprecated', stacklevel=1)
    print('careful', file=sys.stderr)
    return images - images.mean(0)
