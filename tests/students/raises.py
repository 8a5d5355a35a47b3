# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised ValueError: the mean is missing
"""Raises."""


def center(images):
    raise ValueError('the mean is missing')
