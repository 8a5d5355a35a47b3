# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: rank=FAILED
"""Returns a number that says it equals everything."""


class Liar(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def rank(x):
    return Liar(77)
