# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: It returned a numpy array; a tensor is asked for.
"""Returns a numpy array."""


def center(images):
    return (images - images.mean(0)).numpy()
