# -*- coding: utf-8 -*-
# exercise: exercise1
# select: rank
# expect: rank=PASSED
"""Begins with a byte order mark and names its encoding."""


def rank(x):
    assert "é" == "\u00e9"
    return x.ndim
