# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Puts an object with a right signature and a wrong __call__ in the function's place."""

import functools

import torch

right = center


class Wrapped:
    __name__, __code__, __module__ = "center", right.__code__, right.__module__
    __wrapped__ = right
    __eq__ = lambda self, other: True
    __hash__ = lambda self: hash(right)

    def __call__(self, images):
        return images


center = functools.update_wrapper(Wrapped(), right)
