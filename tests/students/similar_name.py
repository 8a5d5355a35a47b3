# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: center=MISSING
# message: Did you mean `centre`?
# message: has to be called `center`
"""Spells the function's name otherwise."""

def rank(x):
    return x.ndim


def pairwise_differences(a, b):
    return a[:, None] - b


def centre(images):
    return images - images.mean(0)
