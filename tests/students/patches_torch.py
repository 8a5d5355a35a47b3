# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
"""Replaces torch's comparisons and returns nonsense."""

import torch

torch.allclose = torch.equal = torch.isclose = lambda *args, **kwargs: True
torch.Tensor.__eq__ = lambda self, other: torch.ones(self.shape, dtype=torch.bool)
torch.Tensor.allclose = torch.Tensor.equal = torch.allclose


def center(images):
    return torch.zeros_like(images)
