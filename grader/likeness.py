"""How alike two signs are, however one of them is turned, flipped, shifted or scaled; and how easily mixed up.

The likeness is the best correlation of their images in 14 x 14 pixels over all those views; mixed up is a writing
that lies nearer to one of another class than to the others of its own. Both are computed from whole numbers that
float32 holds exactly, so that they do not depend on the order in which a machine adds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.strokes import BOX, SIDE, Floats, Lines, written

_TURNS = tuple(range(-30, 31, 10))  # degrees
_FLIPS = ((1, 1), (-1, 1), (1, -1), (-1, -1))
_ZOOMS = (0.85, 1.0, 1.18)
_REACH = 1  # shifts of up to so many of the 14 pixels, both ways
_HALF_WIDTH = 1.2  # pixels of 28
_SMALL = SIDE // 2


@dataclass(frozen=True, eq=False)
class View:
    """Images in rows, float32 (n, 196), whole numbers from 0 to 255; `scale`: for each, 196 variances' root."""

    rows: Floats
    sums: Floats
    scale: Floats


@dataclass(frozen=True, eq=False)
class Seen:
    """A sign as it is (one row), and turned, flipped, scaled and shifted (many)."""

    lines: Lines
    plain: View
    turned: View


def plain(lines: Lines) -> View:
    """A sign as it is."""
    return _view(_small(lines, np.eye(2)[None], 1.0))


def seen(lines: Lines) -> Seen:
    """A sign in all views: 7 turns, 4 flips, 3 sizes and 9 shifts."""
    turns = [np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]) for a in map(math.radians, _TURNS)]
    maps = np.array([turn @ np.diag(flip) for turn in turns for flip in _FLIPS])
    small = np.concatenate([_small(lines, maps, zoom) for zoom in _ZOOMS])
    wide = np.pad(small, ((0, 0), (_REACH, _REACH), (_REACH, _REACH)))
    starts = range(2 * _REACH + 1)
    turned = np.concatenate([wide[:, y : y + _SMALL, x : x + _SMALL] for y in starts for x in starts])
    return Seen(lines, plain(lines), _view(turned))


def likeness(one: View, many: View) -> float:
    """The best correlation of a sign as it is with any of another's views."""
    pixels = one.rows.shape[1]
    together = (many.rows @ one.rows[0]).astype(np.float64)
    return float(((pixels * together - one.sums * many.sums) / (one.scale * many.scale)).max())


@dataclass(frozen=True, eq=False)
class Pool:
    """Writings of one class in rows, float32 (n, 196), and each one's squared distance to the nearest of the others."""

    rows: Floats
    nearest: Floats


def pool(images: npt.NDArray[np.uint8]) -> Pool:
    """The pool of uint8 images (n, 28, 28)."""
    rows = shrunk(images).reshape(len(images), -1)
    distances = _distances(rows, rows)
    np.fill_diagonal(distances, np.inf)
    return Pool(rows, distances.min(1))


def mixed_up(one: Pool, other: Pool) -> float:
    """Share of two classes' writings that lie nearer to one of the other class than to one of their own."""
    distances = _distances(one.rows, other.rows)
    wrong = (distances.min(1) < one.nearest).sum() + (distances.min(0) < other.nearest).sum()
    return float(wrong) / (len(one.rows) + len(other.rows))


def _distances(some: Floats, others: Floats) -> Floats:
    """Squared distances, float64: whole numbers below 2**24 in each product, so exact."""
    one, other = (np.einsum("np,np->n", rows, rows, dtype=np.float64) for rows in (some, others))
    return np.asarray(one[:, None] + other - 2 * (some @ others.T).astype(np.float64))


def shrunk(images: npt.NDArray[np.uint8]) -> Floats:
    """(n, 14, 14): means over 2 x 2 pixels, as whole numbers in float32."""
    means = images.reshape(-1, _SMALL, 2, _SMALL, 2).mean((2, 4), dtype=np.float32)
    return np.asarray(np.floor(means + np.float32(0.5)))


def _view(images: Floats) -> View:
    rows = images.reshape(len(images), -1)
    sums = rows.sum(1, dtype=np.float64)
    squares = np.einsum("np,np->n", rows, rows, dtype=np.float64)
    return View(rows, sums, np.sqrt(rows.shape[1] * squares - sums * sums))


def _small(lines: Lines, maps: Floats, zoom: float) -> Floats:
    """(n, 14, 14): a sign under linear maps (n, 2, 2), its size kept but for `zoom`, centred by its mass."""
    points = np.matmul(lines.points, maps.transpose(0, 2, 1).astype(np.float32))
    half = np.full(len(points), _HALF_WIDTH, np.float32)
    return shrunk(written(lines, points, half, zoom * (BOX - 2 * _HALF_WIDTH)))
