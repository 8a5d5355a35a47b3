# -*- coding: latin-1 -*-
# exercise: exercise1
# select: rank
# expect: rank=PASSED
"""Names the encoding it was saved in."""


def rank(x):
    assert "é" == "\u00e9"
    return x.ndim
