# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: rank=FAILED
# message: a string
# never: channel
"""Returns a string of 20 MB."""


def rank(x):
    return 'x' * 20_000_000
