# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: center=MISSING
# message: `center` is not defined
"""Does not define the function."""

def rank(x):
    return x.ndim


def pairwise_differences(a, b):
    return a[:, None] - b
