# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# never: a Tensor; a tensor
"""Returns a quantised tensor."""

import torch


def center(images):
    return torch.quantize_per_tensor(images, 0.1, 0, torch.qint8)
