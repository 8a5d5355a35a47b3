# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Compares helper objects of its own by an __eq__ and a __hash__."""

class Shape:
    def __init__(self, *lengths):
        self.lengths = lengths

    def __eq__(self, other):
        return isinstance(other, Shape) and self.lengths == other.lengths

    def __hash__(self):
        return hash(self.lengths)

    def __len__(self):
        return len(self.lengths)


def rank(x):
    shape = Shape(*x.shape)
    assert shape == Shape(*x.shape) and hash(shape) == hash(Shape(*x.shape))
    return len(shape)
