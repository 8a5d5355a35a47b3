# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Replaces torch.testing's assertions and the arithmetic that a difference is taken with."""

import torch
import torch.testing

torch.testing.assert_close = torch.testing.assert_allclose = lambda *args, **kwargs: None
torch.Tensor.abs = torch.Tensor.__abs__ = torch.abs = lambda self, *args: self * 0
torch.Tensor.__ne__ = torch.Tensor.ne = torch.ne = lambda self, other: torch.zeros(self.shape, dtype=torch.bool)
torch.Tensor.all = torch.all = lambda *args, **kwargs: True


def center(images):
    return torch.zeros_like(images)
