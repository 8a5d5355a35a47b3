# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: shape
"""Returns an empty tensor."""


def center(images):
    return images[:0]
