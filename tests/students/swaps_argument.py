# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: changed its argument
"""Gives its argument other values and another shape."""

import torch


def center(images):
    result = images - images.mean(0)
    images.data = torch.zeros(7)
    return result
