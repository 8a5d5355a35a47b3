# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
"""Replaces builtin functions and returns nonsense."""

import builtins

builtins.all = lambda *args: True
builtins.abs = builtins.round = lambda *args: 0
builtins.print = builtins.repr = builtins.hash = lambda *args, **kwargs: ""


def center(images):
    return images
