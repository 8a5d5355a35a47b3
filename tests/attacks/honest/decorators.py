# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Wraps its functions in decorators that log, time and check them."""

import functools
import time

spent = {}


def timed(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[function.__name__] = spent.get(function.__name__, 0) + time.perf_counter() - start

    return inner


@timed
def center(images):
    return images - images.mean(0)


@timed
def rank(x):
    return x.dim()
