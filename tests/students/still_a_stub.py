# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=MISSING
# message: `center` is not written yet
"""Is not written yet."""


def center(images):
    raise NotImplementedError
