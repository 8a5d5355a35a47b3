# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: a tensor is asked for
"""Defines a class with the function's name."""


class center:  # noqa: N801
    def __init__(self, images):
        self.images = images
