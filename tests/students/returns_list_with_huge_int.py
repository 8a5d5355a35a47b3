# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED
"""Returns a list with a number of ten thousand digits."""


def double_evens(numbers):
    return [10**10_000]
