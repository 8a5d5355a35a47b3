# exercise: exercise1
# base: solution
# select: broadcast_shape_raises or rank
# expect: broadcast_shape_raises=FAILED
"""Raises a class of its own that is only called ValueError."""

class ValueError(Exception):
    pass


def broadcast_shape(a, b):
    raise ValueError("no")
