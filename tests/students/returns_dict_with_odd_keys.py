# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED|CRASHED
"""Returns a dict whose keys are a list that says it has a hash."""


class Key(list):
    __hash__ = object.__hash__


def double_evens(numbers):
    return {Key(): 1, (1, 2): 2, 3.5: 4}
