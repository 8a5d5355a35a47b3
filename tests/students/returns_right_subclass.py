# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Returns the right values as an nn.Parameter."""

import torch


def center(images):
    return torch.nn.Parameter(images - images.mean(0))
