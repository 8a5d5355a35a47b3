# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Returns an object that equals, contains and converts to everything."""

class Yes:
    shape, dtype, ndim, name = (), "int64", 2, "PASSED"
    __eq__ = __le__ = __ge__ = __contains__ = __bool__ = lambda self, *other: True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __hash__ = lambda self: 2
    __int__ = __index__ = __len__ = lambda self: 2
    __float__ = lambda self: 2.0
    __sub__ = __rsub__ = __abs__ = lambda self, *other: 0
    __repr__ = __str__ = lambda self: "2"


def rank(x):
    return Yes()
