"""Random arguments for the functions of exercise 1: for each name, a function from a random number generator."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

Random = np.random.Generator
KINDS = ["int64", "int32", "uint8", "float32", "float64"]


def shape(rng: Random, least: int, most: int, longest: int = 4) -> tuple[int, ...]:
    return tuple(int(side) for side in rng.integers(0, longest, rng.integers(least, most + 1)))


def numbers(rng: Random) -> tuple[Any, ...]:
    large = rng.random() < 0.2
    return ([int(number) << (70 if large else 0) for number in rng.integers(-9, 10, rng.integers(0, 7))],)


def real(rng: Random, *sides: int) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=sides).astype(np.float32))


def array(rng: Random) -> tuple[Any, ...]:
    return (rng.integers(0, 100, shape(rng, 0, 3)).astype(rng.choice(KINDS)),)


def two_shapes(rng: Random) -> tuple[Any, ...]:
    """Shapes of which every other pair broadcasts."""
    if rng.random() < 0.5:
        return shape(rng, 0, 4), shape(rng, 0, 4)
    full = shape(rng, 0, 4)
    thinned = [tuple(1 if rng.random() < 0.3 else side for side in full) for _ in range(2)]
    return thinned[0][int(rng.integers(0, len(full) + 1)) :], thinned[1]


INPUTS = {
    "double_evens": numbers,
    "double_evens_keep_odds": numbers,
    "to_float": lambda rng: (torch.from_numpy(rng.integers(0, 256, shape(rng, 2, 5)).astype(np.uint8)),),
    "rank": lambda rng: (real(rng, *shape(rng, 0, 5)),),
    "broadcast_shape": two_shapes,
    "center": lambda rng: (real(rng, *(int(side) for side in rng.integers(1, 5, 3))),),
    "pairwise_differences": lambda rng: (real(rng, *shape(rng, 1, 1)), real(rng, *shape(rng, 1, 1))),
    "expand_without_copying": lambda rng: (real(rng, *shape(rng, 2, 2)), int(rng.integers(0, 5))),
    "tensor_sharing": array,
    "tensor_copying": array,
}
