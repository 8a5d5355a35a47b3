# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUT_OF_MEMORY
# message: 512 MiB
"""Asks torch for 10 GB."""

import torch


def center(images):
    torch.ones(10_000_000_000 // 4)
    return images - images.mean(0)
