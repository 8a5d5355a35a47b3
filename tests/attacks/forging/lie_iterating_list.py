# exercise: exercise1
# base: solution
# select: double_evens_doubles or rank
# expect: double_evens=FAILED
"""Returns a list whose length, items and equality all lie."""

class Everything(list):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __len__ = lambda self: 2
    __getitem__ = lambda self, place: 4
    __iter__ = lambda self: iter(())


def double_evens(numbers):
    return Everything([1, 2, 3])
