# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised Grumpy.
"""Raises an exception that cannot be printed."""

class Grumpy(Exception):
    def __str__(self):
        raise ValueError('not me')


def center(images):
    raise Grumpy
