# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: only for squares
"""Raises NotImplementedError with a text of its own."""


def center(images):
    raise NotImplementedError('only for squares')
