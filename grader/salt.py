"""Images like seismic ones, with bodies of salt in them: drawn from a seed, or read from Kaggle's TGS data.

Drawn images have two textures: *layers* (reflectors along a depth that is tilted, bent and faulted) and *chaos* (the
same wavelets, with no direction). Rock is layers and salt is chaos, or the other way round. Wavelengths are the same
and brightness nearly so: one pixel says next to nothing, its neighbourhood says a lot, and the shape of the whole more.

Only the bits of PCG64 are used, which numpy promises to keep; of its distributions it does not promise that
(https://numpy.org/neps/nep-0019-rng-policy.html).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.errors import DataError

SIDE = 101
EMPTY = 0.28
"""The share of drawn images without salt, exact but for rounding: what a mask that is always empty scores."""

Bytes = npt.NDArray[np.uint8]


def draw_salt(n: int, seed: int, *, exchanged: bool = False) -> tuple[Bytes, Bytes]:
    """n images and their masks, both uint8 (n, 101, 101); masks are 0 and 1, and round(.28 n) of them are empty.

    `exchanged` gives rock the texture of salt, and salt that of rock. The same arguments give the same images.
    """
    draw = Uniforms(seed)
    depth = salt_depth(draw, n)
    depth[np.argsort(draw(n), kind="stable")[: round(EMPTY * n)]] = -50
    wave = draw.each(n, 5.0, 8.0)
    rock, salt = layers(draw, n, wave, depth), chaos(draw, n, wave)
    if exchanged:
        rock, salt = salt, rock
    picture = rock + (salt - rock) * step(2 * depth)
    picture += draw.each(n, -1.5, 1.5) * np.abs(waves(draw, n, 30, 60)) * wavelet(4 * depth / wave)
    grain = draw(3, n, SIDE, SIDE).sum(0) - 1.5
    picture += draw.each(n, 0.2, 0.6) * grain
    light = draw.each(n, 0.4, 0.6) + draw.each(n, 0.10, 0.16) * picture
    return np.rint(255 * np.clip(light, 0, 1)).astype(np.uint8), (depth > 0).astype(np.uint8)


class Uniforms:
    """Uniform numbers from a seed, float32 in [low, high)."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def __call__(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Any:
        raw = self._bits.random_raw(math.prod(shape)) >> np.uint64(40)
        unit = raw.astype(np.float32) / np.float32(1 << 24)
        return (low + (high - low) * unit).reshape(shape)

    def each(self, n: int, low: float, high: float) -> Any:
        """One number for each image, to be spread over its pixels."""
        return self(n, 1, 1, low=low, high=high)

    def phase(self, n: int) -> Any:
        """An angle for each image."""
        return self.each(n, 0, 2 * math.pi)


# --- bodies ---


def salt_depth(draw: Uniforms, n: int) -> Any:
    """How deep each pixel lies in salt, about in pixels, (n, 101, 101); negative outside.

    There are blobs, domes that rise from below, and sheets with a wavy top that fill everything under it.
    """
    middle, top, size = draw.each(n, 15, 85), draw.each(n, 15, 75), draw.each(n, 14, 34)
    dx, dy = X - middle, Y - top
    angle, far = np.arctan2(dy, dx), np.hypot(dx, dy * draw.each(n, 0.8, 1.5))
    bumps = sum(draw.each(n, 0, 0.3 / k) * np.cos(k * angle + draw.phase(n)) for k in (2, 3, 4, 5))
    wavy = 2 * waves(draw, n, 25, 60)
    blob = size * (1 + bumps) - far
    width = size * np.sqrt(np.maximum(dy, 0) / 30)
    dome = np.minimum(width - np.abs(dx - draw.each(n, -0.4, 0.4) * dy) + wavy, dy)
    sheet = dy - draw.each(n, -0.5, 0.5) * dx + 2 * wavy
    kind = draw.each(n, 0, 1)
    return np.where(kind < 0.45, blob, np.where(kind < 0.8, dome, sheet)).astype(np.float32)


# --- textures: mean 0, standard deviation about 1 ---


def layers(draw: Uniforms, n: int, wave: Any, depth: Any) -> Any:
    """Reflectors of wavelength `wave`, dragged upwards beside the salt; (n, 101, 101)."""
    down = Y + draw.each(n, -0.5, 0.5) * (X - 50) + draw.each(n, 1, 5) * waves(draw, n, 50, 150)
    for _ in range(2):
        beside = X - draw.each(n, 0, 100) + draw.each(n, -0.7, 0.7) * (Y - 50)
        down = down + np.maximum(draw.each(n, -10, 10), 0) * step(2 * beside)
    down = down + draw.each(n, 0, 8) * np.exp(np.minimum(depth, 0) / 12)
    frequency = np.fft.rfftfreq(TRACE)[None] * (STEPS * wave[:, 0])
    trace = filtered(draw(n, TRACE), frequency, 1) * loudness(filtered(draw(n, TRACE), 6 * frequency, 1))
    place = np.clip(STEPS * (down + 40), 0, TRACE - 2).reshape(n, -1)
    above = place.astype(np.int64)
    part = place - above
    values = np.take_along_axis(trace, above, 1) * (1 - part) + np.take_along_axis(trace, above + 1, 1) * part
    return values.reshape(depth.shape)


def chaos(draw: Uniforms, n: int, wave: Any) -> Any:
    """Wavelets of wavelength `wave` with no direction, somewhat weaker than layers; (n, 101, 101)."""
    across, along = np.fft.rfftfreq(FIELD), np.fft.fftfreq(FIELD)[:, None]
    field = filtered(draw(n, FIELD, FIELD), np.hypot(across, along) * wave, 2)[:, :SIDE, :SIDE]
    return draw.each(n, 0.5, 0.65) * field * loudness(waves(draw, n, 30, 60))


def filtered(noise: Any, frequency: Any, dims: int) -> Any:
    """Noise through a Ricker wavelet's spectrum, f² exp(-f²) with f in units of its peak; standard deviation 1."""
    axes = tuple(range(-dims, 0))
    made = np.fft.irfftn(np.fft.rfftn(noise - 0.5, axes=axes) * (frequency**2 * np.exp(-(frequency**2))), axes=axes)
    return (made / made.std(axes, keepdims=True)).astype(np.float32)


def loudness(field: Any) -> Any:
    """A strength that varies with a field of standard deviation 1."""
    return 0.7 + 0.3 * np.abs(field)


def waves(draw: Uniforms, n: int, shortest: float, longest: float) -> Any:
    """A smooth field: three plane waves with lengths in pixels; standard deviation about 1."""
    found = np.zeros((n, SIDE, SIDE), np.float32)
    for _ in range(3):
        number, angle = 2 * math.pi / draw.each(n, shortest, longest), draw.phase(n)
        found += np.sin(number * (X * np.cos(angle) + Y * np.sin(angle)) + draw.phase(n))
    return found * np.float32(math.sqrt(2 / 3))


def step(x: Any) -> Any:
    """From 0 to 1 over a few units."""
    return 1 / (1 + np.exp(-np.clip(x, -20, 20)))


def wavelet(x: Any) -> Any:
    """Ricker's: a crest between two troughs."""
    square = np.minimum(x**2, 60)
    return (1 - square) * np.exp(-square / 2)


Y, X = np.mgrid[:SIDE, :SIDE].astype(np.float32)
FIELD, TRACE, STEPS = 128, 512, 2


# --- Kaggle's data (https://www.kaggle.com/c/tgs-salt-identification-challenge), which we do not ship ---


@dataclass(frozen=True, eq=False)
class Salt:
    """Images with their masks, uint8 (n, 101, 101), masks of 0 and 1; `ids` are the names of the files."""

    ids: tuple[str, ...]
    images: Bytes
    masks: Bytes

    def split(self, known: int, asked: int, seed: int = 0) -> tuple[Salt, Salt]:
        """That many images to train on, and others to be asked about. Raises DataError if there are too few."""
        if known + asked > len(self.ids):
            raise DataError(f"{known} and {asked} images are wanted, and there are only {len(self.ids)}")
        order = np.argsort(Uniforms(seed)(len(self.ids)), kind="stable")
        return self._only(order[:known]), self._only(order[known : known + asked])

    def _only(self, which: npt.NDArray[np.intp]) -> Salt:
        return Salt(tuple(self.ids[i] for i in which), self.images[which], self.masks[which])


def is_salt(folder: Path) -> bool:
    """Whether a folder looks like Kaggle's TGS data."""
    return any((folder / inside / "images").is_dir() for inside in ("", "train")) and any(
        (folder / inside / "train.csv").is_file() for inside in ("", "train")
    )


def load_salt(folder: Path) -> Salt:
    """The training images of Kaggle's TGS data, in the order of train.csv.

    `folder`, or a folder `train` in it, has images/ID.png and masks/ID.png; train.csv, in either, has the columns id
    and rle_mask. Masks are those of train.csv. Raises DataError where a file is missing, or says something else.
    """
    inside = folder / "train" if (folder / "train" / "images").is_dir() else folder
    table = inside / "train.csv" if (inside / "train.csv").is_file() else folder / "train.csv"
    try:
        with table.open(newline="", encoding="utf-8") as file:
            rows = [(row["id"], row["rle_mask"] or "") for row in csv.DictReader(file)]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{table} cannot be read ({error!r}): a table with the columns id and rle_mask is wanted"
        ) from None
    if not rows:
        raise DataError(f"{table} names no image")
    ids = [name for name, _ in rows]
    images = np.stack([_picture(inside / "images" / f"{name}.png") for name in ids])
    masks = np.stack([_mask(name, text, table) for name, text in rows])
    drawn = np.stack([_picture(inside / "masks" / f"{name}.png") > 0 for name in ids])
    wrong = np.flatnonzero((drawn != masks).any((1, 2)))
    if len(wrong):
        raise DataError(f"{table} and masks/{ids[wrong[0]]}.png say something else about {len(wrong)} image(s)")
    return Salt(tuple(ids), images, masks)


def _picture(path: Path) -> Bytes:
    """A PNG as uint8 (101, 101); those of masks have 16 bits, of which only the high ones matter."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            pixels = np.asarray(image if image.mode.startswith("I") else image.convert("L"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error})") from None
    if pixels.shape != (SIDE, SIDE):
        raise DataError(f"{path} is {pixels.shape[1]} x {pixels.shape[0]} pixels; {SIDE} x {SIDE} is wanted")
    return (pixels if pixels.dtype == np.uint8 else pixels >> 8).astype(np.uint8)


def _mask(name: str, text: str, table: Path) -> Bytes:
    """The mask that a run-length encoding stands for: down the columns, from 1."""
    line = np.zeros(SIDE * SIDE, np.uint8)
    try:
        numbers: Sequence[int] = [int(word) for word in text.split()]
        for start, length in zip(numbers[::2], numbers[1::2], strict=True):
            if start < 1 or length < 1 or start + length - 1 > len(line) or line[start - 1 : start - 1 + length].any():
                raise ValueError(f"no run of {length} from {start}")
            line[start - 1 : start - 1 + length] = 1
    except ValueError as error:
        raise DataError(f"{table}: the mask of {name} is no run-length encoding of {SIDE} x {SIDE} ({error})") from None
    return np.ascontiguousarray(line.reshape(SIDE, SIDE).T)
