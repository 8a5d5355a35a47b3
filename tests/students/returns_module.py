# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: a module; a tensor is asked for
"""Returns a module."""

import torch


def center(images):
    return torch
