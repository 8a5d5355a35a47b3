"""Random arguments for the functions of exercise 3: for each name, a function from a random number generator.

The functions handed to `numerical_gradient` and `gradient` leave their argument as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Random = np.random.Generator
SMOOTH: list[Callable[[Any], Any]] = [
    lambda x: (x * x).sum(),
    lambda x: (x * x * x).mean(),
    lambda x: x.exp().sum() - x.sum() ** 2,
    lambda x: x.reshape(-1)[0] * 3,
    lambda x: torch.zeros(x.shape).sum(),
]
ROUGH: list[Callable[[Any], Any]] = [lambda x: float(x.floor().sum()), lambda x: x.abs().max(), lambda x: (x > 0).sum()]


class Linear:
    """A linear model whose gradients can be looked at afterwards."""

    def __init__(self, rng: Random) -> None:
        self.weights, self.bias = real(rng, 3, 1).requires_grad_(), real(rng, 1).requires_grad_()
        self.weights.grad = real(rng, 3, 1) if rng.random() < 0.5 else None

    def __call__(self, xb: Any) -> Any:
        return xb @ self.weights + self.bias


def real(rng: Random, *sides: int, kind: str = "float32") -> torch.Tensor:
    """Numbers of several sizes; some of them 0, some hardly away from it."""
    scale = rng.choice([0.0, 1e-5, 0.1, 1.0, 10.0], size=sides)
    return torch.from_numpy(np.asarray(rng.normal(size=sides) * scale).astype(kind))


def shape(rng: Random) -> tuple[int, ...]:
    return tuple(int(side) for side in rng.integers(1, 3, rng.integers(0, 4)))


def point(rng: Random, kind: str = "float32") -> torch.Tensor:
    return real(rng, *shape(rng), kind=kind).requires_grad_(bool(rng.random() < 0.5))


def numerical(rng: Random) -> tuple[Any, ...]:
    f = [*SMOOTH, *ROUGH][rng.integers(0, len(SMOOTH) + len(ROUGH))]
    h = (float(rng.choice([0.5, 0.1, 0.01])),) if rng.random() < 0.7 else ()
    return f, point(rng, str(rng.choice(["float32", "float64"]))), *h


def batch(rng: Random) -> tuple[Any, ...]:
    sides = [int(rng.integers(1, 6)), 1][: rng.integers(1, 3)]
    targets = torch.from_numpy(rng.integers(0, 2, sides)).to(
        [torch.float32, torch.int64, torch.bool][rng.integers(0, 3)]
    )
    return real(rng, *sides, kind=str(rng.choice(["float32", "float64"]))), targets


def training(rng: Random) -> tuple[Any, ...]:
    count = int(rng.integers(1, 6))
    return real(rng, count, 3), torch.from_numpy(rng.integers(0, 2, (count, 1))), Linear(rng)


INPUTS = {
    "numerical_gradient": numerical,
    "gradient": lambda rng: (SMOOTH[rng.integers(0, len(SMOOTH))], point(rng)),
    "sigmoid": lambda rng: (point(rng),),
    "mnist_loss": batch,
    "accuracy_loss": batch,
    "calc_grad": training,
}
