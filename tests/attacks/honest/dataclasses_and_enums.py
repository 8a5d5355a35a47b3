# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Keeps what it computes in dataclasses, enums and named tuples."""

import enum
from dataclasses import dataclass, field
from typing import NamedTuple

import torch


class Kind(enum.Enum):
    MEAN = "mean"


class Pair(NamedTuple):
    kind: Kind
    value: torch.Tensor


@dataclass(frozen=True)
class Stack:
    images: torch.Tensor
    notes: list = field(default_factory=list)

    def mean(self):
        return Pair(Kind.MEAN, self.images.mean(0))


def center(images):
    return images - Stack(images).mean().value
