# exercise: exercise1
# base: solution
# select: broadcast_shape or rank
# expect: all=PASSED
"""Raises an exception of its own that is a ValueError, with a cause."""

class ShapeError(ValueError):
    def __init__(self, left, right):
        super().__init__(f"{left} does not go with {right}")


right = broadcast_shape


def broadcast_shape(a, b):
    try:
        return right(a, b)
    except ValueError as error:
        raise ShapeError(a, b) from error
