"""The glyph set is like MNIST in form, drawn from its seed alone, and its classes are no views of one another."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from grader import glyphs, likeness, strokes
from grader.glyphs import Glyphs, Manner, Ways

TRAIN, TEST = 1500, 500
SEEDS = (7, 2**62 + 1)
ANY_SEED = st.integers(0, 2**63 - 1)


class OnlyUniforms:
    """A generator that offers `random` and nothing else."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.Generator(np.random.PCG64(seed)).random


@pytest.fixture(scope="module", params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def drawn(seed: int) -> Glyphs:
    return glyphs.draw(seed, TRAIN, TEST)


@pytest.fixture(scope="module")
def classes(seed: int) -> tuple[Ways, ...]:
    return glyphs.signs(seed)


def digest(given_glyphs: Glyphs) -> str:
    arrays = (
        given_glyphs.train_images,
        given_glyphs.train_labels,
        given_glyphs.test_images,
        given_glyphs.test_labels,
    )
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def test_types_and_shapes_are_mnists(drawn: Glyphs) -> None:
    """Images are uint8 (n, 28, 28) on paper of 0, labels int64 (n,) in 0..9, all classes present."""
    for images, labels, count in (
        (drawn.train_images, drawn.train_labels, TRAIN),
        (drawn.test_images, drawn.test_labels, TEST),
    ):
        assert (images.dtype, images.shape) == (np.uint8, (count, 28, 28))
        assert (labels.dtype, labels.shape) == (np.int64, (count,))
        assert set(labels.tolist()) == set(range(10))
        assert np.median(images) == 0
        assert images.reshape(count, -1).max(1).min() > 200


def test_mean_and_deviation_are_mnists(drawn: Glyphs) -> None:
    """The mean is .11 to .15 of full ink, the standard deviation .28 to .34."""
    for images in (drawn.train_images, drawn.test_images):
        assert 0.11 <= images.mean() / 255 <= 0.15
        assert 0.28 <= images.std() / 255 <= 0.34


def test_edges_are_anti_aliased(drawn: Glyphs) -> None:
    """Between paper and full ink there are greys of every depth."""
    grey = drawn.train_images[(drawn.train_images > 0) & (drawn.train_images < 255)]
    assert 0.05 < grey.size / drawn.train_images.size < 0.25
    assert len(np.unique(grey)) == 254


def test_ink_fills_mnists_box_around_its_mass(drawn: Glyphs) -> None:
    """The longer side of the ink is about 20 pixels, and its centre of mass lies within 1.5 of the middle."""
    images = drawn.train_images.astype(np.float64)
    dark = images > 0
    sides = [28 - any_ink.argmax(1) - any_ink[:, ::-1].argmax(1) for any_ink in (dark.any(1), dark.any(2))]
    longer = np.maximum(*sides)
    assert longer.min() >= 15
    assert longer.max() <= 22
    assert 18 <= np.median(longer) <= 21
    mass = images.sum((1, 2))
    for axis in (1, 2):
        centre = (images.sum(axis) * np.arange(28)).sum(1) / mass
        assert np.abs(centre - 13.5).max() < 1.5
        assert abs(centre.mean() - 13.5) < 0.6


def test_labels_are_balanced_as_mnists_and_shuffled(drawn: Glyphs) -> None:
    """Class counts are MNIST's proportions, whichever label has which, and labels come in random order."""
    counts = np.sort(np.bincount(drawn.train_labels, minlength=10))
    mnist = np.sort([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]) * TRAIN / 60000
    assert np.abs(counts - mnist).max() <= 1
    repeats = (drawn.train_labels[1:] == drawn.train_labels[:-1]).mean()
    assert 0.05 < repeats < 0.15
    assert set(drawn.train_labels[:150].tolist()) == set(range(10))


def test_no_image_occurs_twice(drawn: Glyphs) -> None:
    """All images differ, within the training set, within the test set and between them."""
    rows = [image.tobytes() for image in (*drawn.train_images, *drawn.test_images)]
    assert len(set(rows)) == TRAIN + TEST


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads() -> None:
    """Two processes, one with one thread for numpy's products and one with two, draw the very same bytes."""
    program = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from test_glyphs import digest, glyphs\n"
        "print(digest(glyphs.draw(int(sys.argv[3]), 300, 100)))"
    )
    here = Path(__file__).resolve().parent
    digests = set()
    for threads in ("1", "2"):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        ended = subprocess.run(
            [sys.executable, "-c", program, str(here.parent), str(here), str(SEEDS[0])],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(ended.stdout)
    assert len(digests) == 1


def test_another_seed_has_other_classes() -> None:
    """No class of one seed is the class of another, under any label."""
    one, other = (glyphs.signs(seed) for seed in SEEDS)
    points = {lines.points.tobytes() for ways in one for lines in ways}
    assert len(points) == 20
    assert points.isdisjoint(lines.points.tobytes() for ways in other for lines in ways)


def test_no_two_classes_are_views_of_each_other(classes: tuple[Ways, ...]) -> None:
    """By the module's own measure, in both directions, classes stay below its threshold."""
    seen = [[likeness.seen(lines) for lines in ways] for ways in classes]
    for one, other in itertools.permutations(seen, 2):
        for a, b in itertools.product(one, other):
            assert likeness.likeness(a.plain, b.turned) <= glyphs.RELATED


def test_the_measure_knows_a_view_of_the_same_sign(classes: tuple[Ways, ...]) -> None:
    """A sign turned by 25°, flipped, made smaller and shifted is far more like itself than the threshold allows."""
    for lines in (ways[0] for ways in classes):
        assert likeness.likeness(likeness.plain(lines), likeness.seen(lines).turned) == pytest.approx(1)
        angle = np.radians(25)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        moved = 0.9 * lines.points @ (turn @ np.diag([-1, 1])).T.astype(np.float32) + np.float32(0.1)
        view = strokes.Lines(moved, lines.starts, lines.pulls)
        assert likeness.likeness(likeness.plain(view), likeness.seen(lines).turned) > glyphs.RELATED + 0.15


def brute_views(image: np.ndarray) -> np.ndarray:
    """(n, 784): a 28 x 28 picture turned, flipped, scaled and shifted by Pillow, on a grid of its own."""
    found = []
    flips = (np.array(flip, float) for flip in itertools.product((1, -1), repeat=2))
    for flip, angle, scale in itertools.product(flips, range(-28, 29, 7), (0.83, 1.0, 1.2)):
        cos, sin = np.cos(np.radians(angle)) / scale, np.sin(np.radians(angle)) / scale
        back = np.array([[cos, sin], [-sin, cos]]) * flip[:, None]
        start = 14 - back @ np.array([14, 14])
        spread = (back[0, 0], back[0, 1], start[0], back[1, 0], back[1, 1], start[1])
        turned = Image.fromarray(image).transform((28, 28), Image.Transform.AFFINE, spread, Image.Resampling.BILINEAR)
        wide = np.pad(np.asarray(turned), 2)
        found += [wide[y : y + 28, x : x + 28] for y in range(0, 5, 2) for x in range(0, 5, 2)]
    return unit(np.array(found, np.float32).reshape(len(found), -1))


def unit(rows: np.ndarray) -> np.ndarray:
    rows = rows - rows.mean(1, keepdims=True)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_no_two_classes_are_views_of_each_other_by_brute_force(classes: tuple[Ways, ...]) -> None:
    """Pictures turned, flipped, scaled and shifted pixel by pixel say the same as the module's measure."""
    pen = np.full(1, 1.2, np.float32)
    pictures = [[strokes.written(lines, lines.points[None], pen)[0] for lines in ways] for ways in classes]
    plain = [unit(np.array(ways, np.float32).reshape(len(ways), -1)) for ways in pictures]
    views = [np.concatenate([brute_views(picture) for picture in ways]) for ways in pictures]
    for one, other in itertools.product(range(10), repeat=2):
        best = float((views[one] @ plain[other].T).max())
        if one == other:
            assert best > 0.95
        else:
            assert best < glyphs.RELATED + 0.1


def test_classes_are_seldom_mixed_up(classes: tuple[Ways, ...]) -> None:
    """Fresh writings of two classes are seldom nearer to the other class than to their own."""
    rng = np.random.Generator(np.random.PCG64(1))
    pools = [likeness.pool(glyphs._sample(rng, ways, Manner.of(110))) for ways in classes]
    for one, other in itertools.combinations(pools, 2):
        assert likeness.mixed_up(one, other) <= glyphs.MIXED_UP + 0.03
    again = likeness.pool(glyphs._sample(rng, classes[0], Manner.of(110)))
    assert likeness.mixed_up(pools[0], again) > 0.3


def test_sets_are_as_hard_as_meant(seed: int, classes: tuple[Ways, ...]) -> None:
    """The difficulty found lies inside its range, and one step more is too hard for a linear model."""
    found = glyphs.difficulty(seed, classes)
    low, high = glyphs._DIFFICULTY
    assert low < found < high - 1
    right = glyphs.linearly_right(seed, classes, Manner.of(found))
    assert glyphs._LINEAR <= right <= glyphs._LINEAR + 0.02
    assert glyphs.linearly_right(seed, classes, Manner.of(found + 1)) < glyphs._LINEAR


def test_classes_can_be_learnt(drawn: Glyphs) -> None:
    """The nearest of 1,500 images tells most classes, the nearest mean fewer."""
    train, test = (images.reshape(len(images), -1) / 255 for images in (drawn.train_images, drawn.test_images))
    means = np.stack([train[drawn.train_labels == label].mean(0) for label in range(10)])

    def nearest(rows: np.ndarray) -> np.ndarray:
        distances = (rows * rows).sum(1) - 2 * test @ rows.T
        return np.asarray(distances.argmin(1))

    by_neighbour = (drawn.train_labels[nearest(train)] == drawn.test_labels).mean()
    by_mean = (nearest(means) == drawn.test_labels).mean()
    assert by_neighbour > 0.85
    assert 0.55 < by_mean < by_neighbour - 0.05


def test_a_set_may_be_tiny(seed: int, classes: tuple[Ways, ...]) -> None:
    """A set of one image, or none, can be drawn too."""
    for count in (0, 1):
        images, labels = glyphs._images(seed, 0, classes, Manner.of(100), count)
        assert images.shape == (count, 28, 28)
        assert labels.shape == (count,)


def test_easier_hands_are_steadier() -> None:
    """A higher difficulty means a less steady hand and more of the second way, within its bounds."""
    easy, hard = Manner.of(60), Manner.of(140)
    assert easy.hand.point < strokes.Hand().point < hard.hand.point
    assert easy.hand.width == hard.hand.width
    assert 0.9 >= easy.first_way > hard.first_way >= 0.5


@settings(max_examples=20, deadline=None)
@given(seed=ANY_SEED)
def test_uniforms_are_all_a_sign_needs(seed: int) -> None:
    """Signs, their variants and their writings come from `random()` alone, and the same seed repeats them."""

    def once() -> tuple[bytes, bytes]:
        rng = OnlyUniforms(seed)
        sign = strokes.random_sign(rng)  # type: ignore[arg-type]  # a generator of one method is the point
        lines = strokes.cut(strokes.varied(rng, sign))  # type: ignore[arg-type]
        images = glyphs._write(rng, lines, 3, strokes.Hand())  # type: ignore[arg-type]
        return lines.points.tobytes(), images.tobytes()

    assert once() == once()


@settings(max_examples=20, deadline=None)
@given(seed=ANY_SEED)
def test_signs_fit_their_box(seed: int) -> None:
    """A sign's box is centred, its longer side 1, and it is cut into pieces of nearly one length."""
    sign = strokes.random_sign(np.random.Generator(np.random.PCG64(seed)))
    points = np.concatenate(sign)
    assert np.allclose(points.min(0) + points.max(0), 0)
    assert np.isclose(np.ptp(points, axis=0).max(), 1)
    lines = strokes.cut(sign)
    assert lines.starts.shape == (strokes.SEGMENTS,)
    assert len(lines.points) == strokes.SEGMENTS + len(sign)
    pieces = np.linalg.norm(lines.points[lines.starts + 1] - lines.points[lines.starts], axis=1)
    assert pieces.max() < 0.06
    assert np.allclose(lines.pulls.sum(1), 1, atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=ANY_SEED)
def test_a_perfectly_steady_hand_writes_the_sign_itself(seed: int) -> None:
    """Without any variation all writings are the sign."""
    rng = np.random.Generator(np.random.PCG64(seed))
    lines = strokes.cut(strokes.random_sign(rng))
    written = strokes.writings(rng, lines, 4, strokes.Hand().times(0))
    assert np.allclose(written, lines.points[None], atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=ANY_SEED)
def test_no_variation_is_extreme(seed: int) -> None:
    """Variations have mean 0 and variance 1, and end at 2.5: a sign is never bent past recognition."""
    values = strokes.bell(np.random.Generator(np.random.PCG64(seed)), (20_000,))
    assert np.abs(values).max() < 2.5
    assert abs(values.mean()) < 0.05
    assert abs(values.var() - 1) < 0.06
