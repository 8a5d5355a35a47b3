# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: memory_mib=2000
# expect: center=FAILED
# message: a list
"""Returns ten tensors of 40 MB each."""

import torch


def center(images):
    return [torch.zeros(10_000_000) for _ in range(10)]
