# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=CRASHED
"""Returns a tensor with one number whose shape attribute says it has as many as are wanted."""

import torch


class Shaped(torch.Tensor):
    shape = property(lambda self: torch.Size((2, 1, 2)))
    numel = lambda self: 4


def center(images):
    return torch.zeros(1).as_subclass(Shaped)
