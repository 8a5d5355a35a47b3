# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=OUT_OF_MEMORY
# message: 512 MiB while it was imported
"""Asks for 10 GB at the top level."""

import torch

DATA = torch.ones(10_000_000_000 // 4)
