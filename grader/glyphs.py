"""The glyph set: ten classes of signs we draw ourselves, as hard to tell apart as MNIST's digits.

A `train` that learns does as well here as there; one that knows MNIST by heart does not. The signs come from the
seed, so that nobody can know them beforehand: another seed has ten other classes. Type, box, balance, mean and
standard deviation are MNIST's. Within a class the hand varies, and each class is written in two ways (as a 7 with
or without its bar), which is what a linear model cannot follow and the others can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.likeness import Pool, Seen, likeness, mixed_up, plain, pool, seen, shrunk
from grader.strokes import SIDE, Floats, Hand, Lines, bell, cut, random_sign, varied, writings, written

CLASSES = 10
RELATED = 0.67
"""No two signs of different classes are more alike than this, by `grader.likeness`; a sign and itself: 1."""

MIXED_UP = 0.04
"""Of 300 writings of each of two classes, no larger share is nearer to one of the other than to its own: a mere
correlation would let pass signs of the same build, such as a bar beside a ring and one beside a square."""

_COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)  # of MNIST's digits in its training set
_HALF_WIDTH = 1.3  # pixels; MNIST's mean follows from it
_LINEAR = 0.833
_DIFFICULTY = (50, 150)
_CALIBRATING = 6000
_SAMPLE = 300
_TRIES = 60
_CHUNK = 1000
_SIGNS, _TRAIN, _TEST, _CALIBRATION = range(4)  # one random stream each

Bytes = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]
Ways = tuple[Lines, ...]


@dataclass(frozen=True, eq=False)
class Glyphs:
    """Images uint8 (n, 28, 28), 0 is paper and 255 is ink; labels int64 (n,) in 0..9, in random order."""

    train_images: Bytes
    train_labels: Labels
    test_images: Bytes
    test_labels: Labels


@dataclass(frozen=True)
class Manner:
    """How a whole set is written: the hand, and the share of a class written in the first of its two ways."""

    hand: Hand
    first_way: float

    @classmethod
    def of(cls, difficulty: int) -> Manner:
        """Of a difficulty in percent: the higher, the less steady the hand and the more frequent the second way."""
        more = (difficulty - 100) / 100
        return cls(Hand().times(1 + more / 2), min(0.9, max(0.5, 0.65 - 0.9 * more)))


def draw(seed: int, train: int = 60_000, test: int = 10_000) -> Glyphs:
    """Draw the glyph set of a seed (0 <= seed < 2**63): the same seed gives the same bytes."""
    classes = signs(seed)
    manner = Manner.of(difficulty(seed, classes))
    return Glyphs(*_images(seed, _TRAIN, classes, manner, train), *_images(seed, _TEST, classes, manner, test))


def signs(seed: int) -> tuple[Ways, ...]:
    """Ten unrelated classes, each as the ways it is written."""
    rng = _generator(seed, _SIGNS)
    classes: list[Ways] = []
    others: list[Seen] = []
    pools: list[Pool] = []
    while len(classes) < CLASSES:
        sign = random_sign(rng)
        first = _unlike(cut(sign), others)
        if first is None:
            continue
        variants = (_unlike(cut(varied(rng, sign)), others) for _ in range(_TRIES))
        second = next(filter(None, variants), None)
        if second is None:
            continue
        ways = first.lines, second.lines
        written_so = pool(_sample(rng, ways, Manner.of(110)))
        if all(mixed_up(written_so, other) <= MIXED_UP for other in pools):
            classes.append(ways)
            pools.append(written_so)
            others += [first, second]
    return tuple(classes)


def _unlike(lines: Lines, others: list[Seen]) -> Seen | None:
    """The sign in all its views, if neither it is like a view of another nor another like one of its views."""
    as_is = plain(lines)
    if any(likeness(as_is, other.turned) > RELATED for other in others):
        return None
    mine = seen(lines)
    return None if any(likeness(other.plain, mine.turned) > RELATED for other in others) else mine


def _sample(rng: np.random.Generator, ways: Ways, manner: Manner) -> Bytes:
    """Some writings of one class."""
    first = round(_SAMPLE * manner.first_way)
    counts = first, _SAMPLE - first
    return np.concatenate([_write(rng, way, n, manner.hand) for way, n in zip(ways, counts, strict=True)])


def _write(rng: np.random.Generator, lines: Lines, count: int, hand: Hand) -> Bytes:
    """Write a sign `count` times, each time with another pen."""
    points = writings(rng, lines, count, hand)
    half = _HALF_WIDTH * np.exp(bell(rng, (count,)) * np.float32(hand.width))
    return written(lines, points, half.astype(np.float32))


def difficulty(seed: int, classes: tuple[Ways, ...]) -> int:
    """The percentage at which a linear model is right in _LINEAR of the cases.

    Signs that lie closer together than those of another seed are written more steadily, so that all sets are
    equally hard.
    """
    low, high = _DIFFICULTY
    while high - low > 1:
        middle = (low + high) // 2
        if linearly_right(seed, classes, Manner.of(middle)) >= _LINEAR:
            low = middle
        else:
            high = middle
    return low


def linearly_right(seed: int, classes: tuple[Ways, ...], manner: Manner) -> float:
    """Share of fresh images that a linear model calls right (two halves, each judged by a fit to the other)."""
    images, labels = _images(seed, _CALIBRATION, classes, manner, _CALIBRATING)
    rows = shrunk(images).reshape(len(images), -1).astype(np.float64) / 255
    rows = np.concatenate([rows - rows.mean(0), np.ones((len(rows), 1))], 1)
    half = len(rows) // 2
    first, second = _fitted(rows[:half], labels[:half]), _fitted(rows[half:], labels[half:])
    guesses = np.concatenate([(rows[:half] @ second).argmax(1), (rows[half:] @ first).argmax(1)])
    return float((guesses == labels).mean())


def _fitted(rows: Floats, labels: Labels) -> Floats:
    """A rough logistic regression: ten steps with a bound on the curvature (Böhning, 1992) and momentum.

    Over seeds it foretells how well a linear model trained to the end does within half a point, Fisher's
    discriminant within .7.
    """
    truth = np.eye(CLASSES)[labels]
    step = np.linalg.inv(rows.T @ rows / 2 + 0.003 * len(rows) * np.eye(rows.shape[1])) @ rows.T
    weights = moving = np.zeros((rows.shape[1], CLASSES))
    for _ in range(10):
        chances = np.exp(rows @ weights)  # pixels are at most 1 and steps are few: far from overflow
        moving = 0.9 * moving + step @ (truth - chances / chances.sum(1, keepdims=True))
        weights = weights + moving
    return weights


def _images(seed: int, stream: int, classes: tuple[Ways, ...], manner: Manner, count: int) -> tuple[Bytes, Labels]:
    """`count` images of all classes and their labels, in random order."""
    rng = _generator(seed, stream)
    labels = _labels(seed, count)[np.argsort(rng.random(count), kind="stable")]
    ways = np.where(rng.random(count) < manner.first_way, 0, 1)
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    for label, lines_of in enumerate(classes):
        for way, lines in enumerate(lines_of):
            mine = np.flatnonzero((labels == label) & (ways == way))
            for first in range(0, len(mine), _CHUNK):
                chunk = mine[first : first + _CHUNK]
                images[chunk] = _write(rng, lines, len(chunk), manner.hand)
    return images, labels


def _labels(seed: int, count: int) -> Labels:
    """Labels in ascending order, in the proportions of MNIST's digits; which label has which, is the seed's."""
    order = np.argsort(_generator(seed, _CALIBRATION).random(CLASSES), kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.array(_COUNTS)[order])]) * count // sum(_COUNTS)
    return np.repeat(np.arange(CLASSES), np.diff(bounds)).astype(np.int64)


def _generator(seed: int, stream: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, stream]))
