# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED
# never: a list; a list
"""Returns a list in a list in a list, a thousand times."""


def double_evens(numbers):
    result = []
    for _ in range(1000):
        result = [result]
    return result
