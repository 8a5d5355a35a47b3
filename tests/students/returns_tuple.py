# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: It returned a tuple; a tensor is asked for.
"""Returns the result in a tuple."""


def center(images):
    return images - images.mean(0), images.mean(0)
