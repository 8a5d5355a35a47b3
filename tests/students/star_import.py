# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Imports everything from torch and defines its functions after that."""

from torch import *  # noqa: F403
def rank(x):
    return x.ndim


def pairwise_differences(a, b):
    return a[:, None] - b


def center(images):
    return sub(images, mean(images, 0))  # noqa: F405
