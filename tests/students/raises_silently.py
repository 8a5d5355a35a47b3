# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised AssertionError.
"""Raises without a text."""


def center(images):
    assert images is None
