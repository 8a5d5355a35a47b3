# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: The result has shape (1, 
"""Returns another shape."""


def center(images):
    return (images - images.mean(0))[None]
