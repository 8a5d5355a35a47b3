# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: memory_mib=2000
# expect: center=FAILED
# message: changed its argument
"""Makes its argument a tensor of 320 MB."""

import torch


def center(images):
    result = images - images.mean(0)
    images.data = torch.zeros(80_000_000)
    return result
