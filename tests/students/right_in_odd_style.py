# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Defines its functions in unusual ways."""

from __future__ import annotations

import dataclasses
import functools

import torch


@dataclasses.dataclass
class Rank:
    extra: int = 0

    def __call__(self, x: torch.Tensor) -> int:
        return x.ndim + self.extra


rank = Rank()
center = lambda images, *, axis=0: images - images.mean(axis)  # noqa: E731


@functools.lru_cache(maxsize=None)
@torch.no_grad()
def _pairwise(sign, a, b):
    return a[:, None] + sign * b


pairwise_differences = functools.partial(_pairwise, -1)
