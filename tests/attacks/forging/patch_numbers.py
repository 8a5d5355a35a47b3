# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Replaces float, int, bool and zip, so that every number is 0 and every loop over pairs is empty."""

import builtins

import torch

ZIP = builtins.zip
builtins.zip = lambda *args, **kwargs: ZIP()
builtins.bool = lambda *args: True


class Zero(float):
    def __new__(cls, *args):
        return super().__new__(cls, 0.0)

    __eq__ = __lt__ = __le__ = __gt__ = lambda self, other: True
    __hash__ = float.__hash__


builtins.float = Zero


def center(images):
    return torch.zeros_like(images)
