"""Random arguments for the functions of exercise 2: for each name, a function from a random number generator."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import torch
from PIL import Image

Random = np.random.Generator


def picture(rng: Random) -> io.BytesIO:
    """A PNG file in memory, grey or in colour; PIL opens it as it opens a path."""
    bands = [(), (3,), (4,)][rng.integers(0, 3)]
    pixels = rng.integers(0, 256, (28, 28, *bands)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    file.seek(0)
    return file


def images(rng: Random, *leading: int, side: int = 4) -> torch.Tensor:
    """Multiples of 1/4 in every other case, so that ties come up."""
    pixels = rng.random((*leading, side, side))
    return torch.from_numpy((np.round(pixels * 4) / 4 if rng.random() < 0.5 else pixels).astype(np.float32))


def leading(rng: Random) -> tuple[int, ...]:
    return tuple(int(side) for side in rng.integers(1, 4, rng.integers(0, 3)))


def two_images(rng: Random) -> tuple[Any, ...]:
    return images(rng), images(rng)


def many(rng: Random) -> torch.Tensor:
    kind = rng.choice(["uint8", "float32", "float64"])
    sides = rng.integers(1, 5, 3)
    return torch.from_numpy((rng.random(sides) * (255 if kind == "uint8" else 1)).astype(kind))


INPUTS = {
    "load_images": lambda rng: ([picture(rng) for _ in range(rng.integers(0, 3))],),
    "_pixels": lambda rng: (picture(rng),),
    "mean_image": lambda rng: (many(rng),),
    "l1_distance": two_images,
    "rmse_distance": two_images,
    "mnist_distance": lambda rng: (images(rng, *leading(rng)), images(rng)),
    "is_3": lambda rng: (images(rng, *leading(rng)), images(rng), images(rng)),
    "pixel_baseline": lambda rng: (
        *(images(rng, int(count)) for count in rng.integers(1, 4, 2)),
        images(rng),
        images(rng),
    ),
}
