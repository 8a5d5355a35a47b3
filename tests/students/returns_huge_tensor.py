# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: memory_mib=2000
# expect: center=FAILED
# message: shape
# never: a Tensor; a tensor
"""Returns a tensor of 320 MB."""

import torch


def center(images):
    return torch.zeros(80_000_000)
