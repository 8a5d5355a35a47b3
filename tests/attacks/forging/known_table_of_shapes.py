# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Knows the few shapes that the check tries by heart, and counts no axes."""

KNOWN = {(2, 3): 2, (3,): 1, (): 0, (1,): 1, (1, 1): 2, (4, 2, 3): 3, (2, 1, 1, 2): 4, (1, 2, 1, 3, 1): 5}


def rank(x):
    return KNOWN.get(tuple(x.shape), -1)
