# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised StopIteration.
"""Raises StopIteration."""


def center(images):
    next(iter([]))
