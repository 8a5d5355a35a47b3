# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED
# never: a list; a list
"""Returns a list that contains itself."""


def double_evens(numbers):
    result = []
    result.append(result)
    return result
