# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: center=RAISED|FAILED|MISSING
# message: not callable
"""Defines the name as a number."""

def rank(x):
    return x.ndim


def pairwise_differences(a, b):
    return a[:, None] - b


center = 5
