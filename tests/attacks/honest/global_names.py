# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Looks functions up by their names in globals(), as beginners' registries do."""

REGISTRY = {name: thing for name, thing in list(globals().items()) if callable(thing)}


def mean_image_of(images):
    return images.mean(0)


def center(images):
    return images - globals()["mean_image_of"](images)
