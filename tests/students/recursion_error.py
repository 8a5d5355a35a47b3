# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: RecursionError
"""Calls itself for ever."""


def center(images):
    return center(images)
