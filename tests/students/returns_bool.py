# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: rank=FAILED
# message: It returned a bool; an int is asked for.
"""Returns True where 1 is meant."""


def rank(x):
    return x.ndim if x.ndim != 1 else True
