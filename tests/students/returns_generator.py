# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: It returned a generator; a tensor is asked for.
"""Returns a generator."""


def center(images):
    for image in images:
        yield image - images.mean(0)
