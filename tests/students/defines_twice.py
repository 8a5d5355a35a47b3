# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Defines the function again in a way that does not fit, and then deletes it."""


def center(images, mean):
    return images - mean


def rank(x):
    return len(x.shape)


del rank
