# exercise: exercise1
# base: solution
# select: rank or center
# expect: all=FAILED|RAISED|CRASHED|MISSING|TIMED_OUT
"""Makes isinstance, issubclass, len and type say what a check would like to hear."""

import builtins

import torch


def center(images):
    return images


builtins.isinstance = lambda *args: True
builtins.issubclass = lambda *args: True
builtins.len = lambda *args: 1
builtins.sum = builtins.max = builtins.min = lambda *args, **kwargs: 0
