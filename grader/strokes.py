"""Signs made of strokes: the lines a sign consists of, how a hand varies them, and the ink they leave.

A sign is a tuple of strokes, a stroke a float64 polyline (k, 2) of (x, y), y downwards; the longer side of a sign's
box is 1 and its box is centred on 0. Everything random comes from `Generator.random()` alone: numpy keeps that
stream between versions, and does not promise it for its other methods.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Sign = tuple[Floats, ...]

SIDE = 28
BOX = 20  # MNIST's digits were scaled to fit 20 x 20 pixels, then centred by their mass
SEGMENTS = 80  # of a whole sign: at most .8 pixels each, so that the spots of ink run together to a line
KNOTS = 48
_SPOTS = np.array([(x, y) for y in (0.0, 0.5, 1.0) for x in (0.0, 0.5, 1.0)])
_PIXELS = (np.arange(SIDE) - (SIDE - 1) / 2).astype(np.float32)
_EDGE = math.exp(-0.5)  # a line's density at half its width, where its middle has 1


@dataclass(frozen=True)
class Hand:
    """How much one writing of a sign differs from the next: standard deviations, in the sign's own units."""

    turn: float = math.radians(11)
    slant: float = 0.19
    aspect: float = 0.13
    bend: float = 0.14
    point: float = 0.08  # of each of a stroke's four control points
    stroke: float = 0.06  # of a stroke as a whole
    width: float = 0.17  # of the logarithm

    def times(self, amount: float) -> Hand:
        """The same hand, more or less steady; its pens stay the same."""
        return Hand(
            turn=self.turn * amount,
            slant=self.slant * amount,
            aspect=self.aspect * amount,
            bend=self.bend * amount,
            point=self.point * amount,
            stroke=self.stroke * amount,
            width=self.width,
        )


@dataclass(frozen=True, eq=False)
class Lines:
    """A sign cut into SEGMENTS pieces of about equal length.

    `points`: float32 (p, 2). `starts`: int64 (SEGMENTS,), the pieces' first points; the next point is the last.
    `pulls`: float32 (p, 4 * strokes), how far each stroke's four control points (of a cubic Bézier) move each point.
    """

    points: Floats
    starts: npt.NDArray[np.int64]
    pulls: Floats


def random_sign(rng: np.random.Generator) -> Sign:
    """Two or three random strokes that make a sign of readable size."""
    while True:
        sign = in_box([random_stroke(rng) for _ in range(2 + int(rng.random() * 2))])
        if readable(sign):
            return sign


def varied(rng: np.random.Generator, sign: Sign) -> Sign:
    """Another way to write `sign`, as with a 7 and its bar: a stroke changed, left out or added."""
    while True:
        strokes, way, where = list(sign), rng.random(), int(rng.random() * len(sign))
        if way < 0.5:
            strokes[where] = random_stroke(rng) - 0.5
        elif way < 0.75 and len(strokes) > 2:
            del strokes[where]
        else:
            strokes.append(random_stroke(rng) - 0.5)
        variant = in_box(strokes)
        if readable(variant):
            return variant


def random_stroke(rng: np.random.Generator) -> Floats:
    """A line, an arc, an angle, a loop, a polygon's outline or a wave, in about the unit square."""
    kind, t = int(rng.random() * 6), np.linspace(0, 1, KNOTS + 1)[:, None]
    if kind == 0:
        return resampled(_spots(rng, 2), KNOTS)
    if kind == 1:
        a, b, c = _spots(rng, 3)
        return np.asarray(a * (1 - t) ** 2 + b * 2 * t * (1 - t) + c * t * t)
    if kind == 2:
        return resampled(_spots(rng, 3), KNOTS)
    if kind == 3:
        return _loop(rng, t)
    if kind == 4:
        return _polygon(rng)
    a, b, c, d = _spots(rng, 4)
    return np.asarray(a * (1 - t) ** 3 + b * 3 * t * (1 - t) ** 2 + c * 3 * t * t * (1 - t) + d * t**3)


def _spots(rng: np.random.Generator, count: int) -> Floats:
    """Some of the unit square's nine corners, middles and centre, each a little off."""
    chosen = np.argsort(rng.random(len(_SPOTS)), kind="stable")[:count]
    return np.asarray(_SPOTS[chosen] + (rng.random((count, 2)) - 0.5) * 0.3)


def _loop(rng: np.random.Generator, t: Floats) -> Floats:
    """Three quarters to the whole of an ellipse."""
    centre, radii = 0.3 + 0.4 * rng.random(2), 0.18 + 0.2 * rng.random(2)
    first, sense = rng.random() * math.tau, 1 if rng.random() < 0.5 else -1
    angle = first + sense * math.tau * t * (0.75 + 0.25 * min(1.0, 2 * rng.random()))
    return np.asarray(centre + radii * np.concatenate([np.cos(angle), np.sin(angle)], 1))


def _polygon(rng: np.random.Generator) -> Floats:
    """A triangle's or a quadrangle's outline."""
    corners = 3 + int(rng.random() * 2)
    centre, radius, first = 0.35 + 0.3 * rng.random(2), 0.25 + 0.2 * rng.random(), rng.random() * math.tau
    angle = first + math.tau * (np.arange(corners) + 0.25 * (rng.random(corners) - 0.5)) / corners
    outline = centre + radius * np.stack([np.cos(angle), np.sin(angle)], 1)
    return resampled(np.concatenate([outline, outline[:1]]), KNOTS)


def length(stroke: Floats) -> float:
    """Length of a polyline."""
    return float(np.hypot(*np.diff(stroke, axis=0).T).sum())


def resampled(stroke: Floats, pieces: int) -> Floats:
    """(pieces + 1, 2): the same polyline, cut into pieces of equal length."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    where = np.linspace(0, along[-1], pieces + 1)
    return np.stack([np.interp(where, along, stroke[:, axis]) for axis in (0, 1)], 1)


def in_box(strokes: list[Floats]) -> Sign:
    """The sign of these strokes: centred, its longer side 1."""
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    return tuple((stroke - (low + high) / 2) / (high - low).max() for stroke in strokes)


def readable(sign: Sign) -> bool:
    """Neither a mere line nor a tangle: enough length, no tiny stroke, and ink spread over both directions."""
    lengths = [length(stroke) for stroke in sign]
    if min(lengths) < 0.35 or not 1.7 <= sum(lengths) <= 2.9:
        return False
    lines = cut(sign)
    x, y = (lines.points - lines.points.mean(0)).T.astype(np.float64)
    xx, yy, xy = (x * x).mean(), (y * y).mean(), (x * y).mean()
    narrow = math.sqrt(max(0.0, (xx + yy) / 2 - math.hypot((xx - yy) / 2, xy)))  # smaller principal axis
    if narrow < 0.21:
        return False
    half = np.full(1, 1.1, np.float32)
    ink = float(written(lines, lines.points[None], half).sum()) / 255
    apart = sum(lengths) * (BOX - 2 * 1.1) * 2 * 1.1  # the ink of the same strokes, were none to touch another
    return ink > 0.93 * apart


def cut(sign: Sign) -> Lines:
    """Cut a sign into its pieces, shared out over the strokes by their length."""
    lengths = np.array([length(stroke) for stroke in sign])
    pieces = np.maximum(4, np.round(SEGMENTS * lengths / lengths.sum()).astype(np.int64))
    pieces[np.argmax(pieces)] += SEGMENTS - pieces.sum()
    points = np.concatenate([resampled(stroke, int(n)) for stroke, n in zip(sign, pieces, strict=True)])
    pulls = np.zeros((len(points), 4 * len(sign)), np.float32)
    starts, first = [], 0
    for number, count in enumerate(pieces):
        t = np.linspace(0, 1, int(count) + 1)
        bernstein = np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3], 1)
        pulls[first : first + len(t), 4 * number : 4 * number + 4] = bernstein
        starts.append(np.arange(first, first + int(count)))
        first += len(t)
    return Lines(points.astype(np.float32), np.concatenate(starts), pulls)


def bell(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Float32 numbers of mean 0 and variance 1, most likely near 0, never beyond 2.5."""
    return np.asarray((rng.random((2, *shape), dtype=np.float32).sum(0) - 1) * np.float32(math.sqrt(6)))


def writings(rng: np.random.Generator, lines: Lines, count: int, hand: Hand) -> Floats:
    """Float32 (count, p, 2): the points of a sign written `count` times."""
    strokes = lines.pulls.shape[1] // 4
    moved = bell(rng, (count, strokes, 4, 2)) * hand.point + bell(rng, (count, strokes, 1, 2)) * hand.stroke
    # One small product per writing: BLAS splits a large one over threads, and its sums then depend on their number.
    points = lines.points + np.matmul(lines.pulls, moved.reshape(count, -1, 2).astype(np.float32))
    x, y = points[..., 0], points[..., 1]
    bend = bell(rng, (count, 6)).T[..., None] * np.float32(hand.bend)
    square = np.stack([x * x, x * y, y * y])
    x, y = x + (bend[:3] * square).sum(0), y + (bend[3:] * square).sum(0)
    turn, slant, aspect = bell(rng, (count, 3)).T[..., None] * _column(hand.turn, hand.slant, hand.aspect)
    x, y = x * np.exp(aspect) + slant * y, y * np.exp(-aspect)
    return np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], -1)


def _column(*values: float) -> Floats:
    return np.array(values, np.float32)[:, None, None]


def written(lines: Lines, points: Floats, half: Floats, zoom: float | None = None) -> npt.NDArray[np.uint8]:
    """Uint8 (n, 28, 28), 255 is ink: `points` (n, p, 2) drawn with pens of half-width `half` (n,) pixels.

    Each sign fills the 20 x 20 box and is centred by its mass; with `zoom` it keeps its size, so many pixels to 1.
    """
    if zoom is None:
        extent = (points.max(1) - points.min(1)).max(1)
        points = points * ((BOX - 2 * half) / extent)[:, None, None]
    else:
        points = points * np.float32(zoom)
    first, last = points[:, lines.starts], points[:, lines.starts + 1]
    step, middle = last - first, (first + last) / 2
    ink = np.hypot(step[..., 0], step[..., 1])
    middle = middle - ((middle * ink[..., None]).sum(1) / ink.sum(1)[:, None])[:, None]
    # A spot of ink for every piece, a Gaussian, is a product of its x and its y part: so all spots of an image are
    # one product of two matrices. The sum over a line has a Gaussian profile; its edge is cut where that is _EDGE.
    sharp = (-0.5 / (half * half))[:, None, None]
    across = np.exp(sharp * (middle[..., 0, None] - _PIXELS) ** 2)
    down = np.exp(sharp * (middle[..., 1, None] - _PIXELS) ** 2)
    down *= (ink / (half * np.float32(math.sqrt(math.tau)))[:, None])[..., None]
    dark = np.matmul(down.transpose(0, 2, 1), across)
    dark = (dark - np.float32(_EDGE)) * (half / np.float32(_EDGE))[:, None, None] + np.float32(0.5)
    return np.asarray(np.clip(dark, 0, 1) * 255 + 0.5).astype(np.uint8)
