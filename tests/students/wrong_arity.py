# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: missing 1 required positional argument: 'mean'
"""Asks for an argument too many."""

def rank(x):
    return x.ndim


def pairwise_differences(a, b):
    return a[:, None] - b


def center(images, mean):
    return images - mean
