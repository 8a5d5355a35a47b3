# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: takes 0 positional arguments but 1 was given
"""Takes no argument."""

def rank(x):
    return x.ndim


def pairwise_differences(a, b):
    return a[:, None] - b


def center():
    return 0
