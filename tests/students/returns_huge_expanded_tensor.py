# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: shape
# never: a Tensor; a tensor
"""Returns one number that says it is 4 GB."""

import torch


def center(images):
    return torch.zeros(1).expand(1_000_000_000)
