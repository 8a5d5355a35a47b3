# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Returns a class whose metaclass equals everything and prints as the right number."""

class Meta(type):
    __eq__ = lambda cls, other: True
    __hash__ = type.__hash__
    __instancecheck__ = __subclasscheck__ = lambda cls, other: True
    __repr__ = __str__ = lambda cls: "2"
    __int__ = __index__ = lambda cls: 2


class Two(int, metaclass=Meta):
    pass


def rank(x):
    return Two
