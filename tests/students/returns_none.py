# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: returned None. Is a `return` missing?
"""Returns nothing."""


def center(images):
    images - images.mean(0)
