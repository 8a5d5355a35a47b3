# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED
# message: has 1 elements
"""Returns a list that says it equals everything."""


class Liar(list):
    def __eq__(self, other):
        return True

    __hash__ = None


def double_evens(numbers):
    return Liar([7])
