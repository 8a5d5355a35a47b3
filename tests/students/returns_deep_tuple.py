# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED
"""Returns a tuple in a tuple in a tuple, a thousand times."""


def double_evens(numbers):
    result = ()
    for _ in range(1000):
        result = (result,)
    return result
