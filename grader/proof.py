"""Proof of learning: training data drawn from a course's key, that nobody can have seen, and marks that still repeat.

What `train` is given can be neither stored nor looked up: classes get other names, all images pass one smooth warp, and
a second set consists of glyphs that we draw. All of it follows from HMAC(course key, exercise, edition): the same key
gives the same data and so the same marks. A student's own run uses the public key; marks of record use a course's own.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.glyphs import Glyphs, draw
from grader.mnist import Bytes, Mnist

PUBLIC_KEY = b"anybody may know this key"
CLASSES = 10
MOST_PIXELS = 2.0
LEAST_PIXELS = 1.5  # of the longest displacement: a warp that moves nothing would prove nothing
_ONE = 256  # weights of the four neighbours are whole numbers in units of 1/_ONE²: the same bytes on every machine


@dataclass(frozen=True, eq=False)
class Images:
    """Training and test images, uint8 (n, 28, 28), with labels, int64 (n,) in 0..9.

    `names[i]` is the label that stands for class i of the source, digit i for MNIST.
    """

    train_images: Bytes
    train_labels: npt.NDArray[np.int64]
    test_images: Bytes
    test_labels: npt.NDArray[np.int64]
    names: npt.NDArray[np.int64]


class Proof:
    """Draws an exercise's data from a course's key (None: the public one); they are kept in the folder `cache`."""

    def __init__(self, cache: Path, exercise: str = "", edition: int = 1, key: bytes | None = None) -> None:
        self._cache = cache
        self._key = hmac.digest(PUBLIC_KEY if key is None else key, f"{exercise}:{edition}".encode(), "sha256")

    def seed(self, purpose: str) -> int:
        """A whole number in 0 .. 2**63 - 1 that only the holder of the key can know."""
        return int.from_bytes(hmac.digest(self._key, purpose.encode(), "sha256")[:8], "big") >> 1

    def digits(self, mnist: Mnist) -> Images:
        """MNIST in another order, with other names for its classes, seen through a warp."""
        return self._kept("digits", lambda: mnist)

    def glyphs(self) -> Images:
        """The ten glyphs, in MNIST's form and numbers, treated alike."""
        return self._kept("glyphs", lambda: draw(self.seed("glyphs")))

    def _kept(self, what: str, source: Callable[[], Mnist | Glyphs]) -> Images:
        """Made once for each key, since it takes seconds; and anew when what draws them has changed."""
        name = f"{what}-{self.seed(what):016x}"
        path = self._cache / f"{name}-{_digest_of_code()}.npz"
        with contextlib.suppress(Exception):  # not there, or damaged, of which numpy and zipfile make many errors
            return _read(path)
        made = self._disguised(what, source())
        for outdated in self._cache.glob(f"{name}-*.npz"):
            with contextlib.suppress(OSError):
                outdated.unlink()
        _write(path, made)
        return made

    def _disguised(self, what: str, plain: Mnist | Glyphs) -> Images:
        names = self._order(f"{what} names", CLASSES)
        warp = Warp(self.seed(f"{what} warp"))
        train = self._order(f"{what} training order", len(plain.train_labels))
        test = self._order(f"{what} test order", len(plain.test_labels))
        return Images(
            warp(plain.train_images[train]),
            names[plain.train_labels[train]],
            warp(plain.test_images[test]),
            names[plain.test_labels[test]],
            names,
        )

    def _order(self, purpose: str, n: int) -> npt.NDArray[np.int64]:
        return np.argsort(uniforms(self.seed(purpose), n), kind="stable")


class Warp:
    """One smooth displacement of every pixel by at most two pixels, the same for all images.

    The field is a mixture of eight waves, each with at most three quarters of a period along either axis.
    """

    def __init__(self, seed: int) -> None:
        draws = uniforms(seed, 33)
        y, x = np.mgrid[0:28, 0:28] / 28
        shift = np.zeros((2, 28, 28))
        for place in range(8):
            amplitude, wave_y, wave_x, phase = draws[4 * place : 4 * place + 4]
            angle = 2 * np.pi * (1.5 * (wave_y - 0.5) * y + 1.5 * (wave_x - 0.5) * x + phase)
            shift[place % 2] += (amplitude + 0.5) * np.sin(angle)
        longest = np.hypot(*shift).max()
        self.shift = shift * (LEAST_PIXELS + (MOST_PIXELS - LEAST_PIXELS) * draws[32]) / longest
        self._corners, self._weights = _bilinear(self.shift)

    def __call__(self, images: Bytes) -> Bytes:
        """The images, uint8 (n, 28, 28), seen through the field; what comes from outside is paper."""
        warped = np.empty((len(images), 784), np.uint8)
        for start in range(0, len(images), 1000):
            flat = np.pad(images[start : start + 1000], ((0, 0), (3, 3), (3, 3))).reshape(-1, 34 * 34)
            total = np.full((len(flat), 784), _ONE * _ONE // 2, np.uint32)
            for corner, weight in zip(self._corners, self._weights, strict=True):
                total += flat[:, corner] * weight
            warped[start : start + 1000] = total // (_ONE * _ONE)
        return warped.reshape(-1, 28, 28)


def uniforms(seed: int, n: int) -> npt.NDArray[np.float64]:
    """float64 (n,) in [0, 1): the stream of PCG64 is fixed, that of numpy's other methods is not
    (https://numpy.org/neps/nep-0019-rng-policy.html)."""
    return np.random.Generator(np.random.PCG64(seed)).random(n)


def _bilinear(shift: npt.NDArray[np.float64]) -> tuple[list[npt.NDArray[np.intp]], list[npt.NDArray[np.uint32]]]:
    """For each of 784 pixels its four neighbours in the padded 34 x 34 image, and their weights, sum _ONE²."""
    places = np.mgrid[0:28, 0:28] + 3 + shift
    fixed = np.floor(places * _ONE).astype(np.int64)
    (row, down), (column, right) = (divmod(axis.ravel(), _ONE) for axis in fixed)
    corners, weights = [], []
    for step_down, weight_down in ((0, _ONE - down), (1, down)):
        for step_right, weight_right in ((0, _ONE - right), (1, right)):
            corners.append((row + step_down) * 34 + column + step_right)
            weights.append((weight_down * weight_right).astype(np.uint32))
    return corners, weights


def _digest_of_code() -> str:
    """Of the modules that decide what is drawn."""
    here = Path(__file__)
    sources = (here.with_name(f"{name}.py").read_bytes() for name in ("glyphs", "likeness", "proof", "strokes"))
    return hashlib.sha256(b"".join(sources)).hexdigest()[:12]


def _read(path: Path) -> Images:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in Images.__dataclass_fields__}
        digest = str(file["digest"])
    if digest != _digest(arrays):
        raise ValueError("damaged")
    return Images(**arrays)


def _write(path: Path, images: Images) -> None:
    """Whole or not at all, since several processes may draw at once; where nothing can be kept, nothing is."""
    arrays = {name: getattr(images, name) for name in Images.__dataclass_fields__}
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                np.savez(file, digest=np.array(_digest(arrays)), **arrays)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _digest(arrays: dict[str, npt.NDArray[np.generic]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"{name}{arrays[name].shape}{arrays[name].dtype}".encode() + arrays[name].tobytes())
    return digest.hexdigest()
