# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: a tensor is asked for
"""Returns a type."""

import torch


def center(images):
    return torch.Tensor
