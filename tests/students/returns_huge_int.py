# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: rank=FAILED
"""Returns a number of ten thousand digits."""


def rank(x):
    return 10**10_000
