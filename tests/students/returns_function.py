# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: It returned a function; a tensor is asked for.
"""Returns a function."""


def center(images):
    return lambda: images - images.mean(0)
