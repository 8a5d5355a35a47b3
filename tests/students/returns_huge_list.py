# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED
# message: list
# never: channel
# never: a list; a list
"""Returns a list of four million numbers."""


def double_evens(numbers):
    return [1234567] * 4_000_000
