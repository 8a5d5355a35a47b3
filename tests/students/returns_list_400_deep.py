# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED
"""Returns a list in a list in a list, four hundred times."""


def double_evens(numbers):
    result = []
    for _ in range(400):
        result = [result]
    return result
