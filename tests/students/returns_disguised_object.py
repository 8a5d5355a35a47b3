# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
"""Returns an object that says it is a tensor."""

import torch


class Disguised:
    __class__ = torch.Tensor
    shape, dtype = torch.Size([2, 1, 2]), torch.float32


def center(images):
    return Disguised()
