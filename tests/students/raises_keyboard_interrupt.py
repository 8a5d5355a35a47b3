# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised KeyboardInterrupt.
"""Raises KeyboardInterrupt."""


def center(images):
    raise KeyboardInterrupt
