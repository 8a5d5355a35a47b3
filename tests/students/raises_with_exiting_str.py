# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised Grumpy.
"""Raises an exception that ends Python where it is printed."""

import sys


class Grumpy(Exception):
    def __str__(self):
        sys.exit(0)


def center(images):
    raise Grumpy
