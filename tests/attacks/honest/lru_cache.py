# exercise: exercise1
# base: solution
# select: rank or broadcast_shape
# expect: all=PASSED
"""Remembers results by lru_cache."""

import functools


@functools.lru_cache(maxsize=None)
def lengths(shape):
    return len(shape)


def rank(x):
    return lengths(tuple(x.shape))


@functools.cache
def broadcast_pair(left, right):
    if left != right and 1 not in (left, right):
        raise ValueError(f"{left} does not go with {right}")
    return right if left == 1 else left


def broadcast_shape(a, b):
    n = max(len(a), len(b))
    a, b = (1,) * (n - len(a)) + tuple(a), (1,) * (n - len(b)) + tuple(b)
    return tuple(broadcast_pair(left, right) for left, right in zip(a, b))
