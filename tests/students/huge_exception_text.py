# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised ValueError: xxx
"""Raises an exception with a text of 10 MB."""


def center(images):
    raise ValueError('x' * 10_000_000)
