"""Training data drawn from a course's key: the same for the same key, of no use for who stored something."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import proof
from grader.mnist import Mnist
from grader.proof import LEAST_PIXELS, MOST_PIXELS, Images, Proof, Warp

SEEDS = st.integers(0, 2**63 - 1)


class Few(Mnist):
    """A stand-in for MNIST: every image has its label and its number written into its pixels."""

    def __init__(self) -> None:
        pass

    @staticmethod
    def _images(n: int) -> np.ndarray:
        images = np.zeros((n, 28, 28), np.uint8)
        images[:, 8:20, 8:20] = 20 * (np.arange(n) % 10)[:, None, None]
        images[:, 4:8, 4:24] = (np.arange(n) % 256)[:, None, None]
        return images

    train_images = property(lambda self: self._images(200))  # type: ignore[assignment]
    train_labels = property(lambda self: (np.arange(200) % 10).astype(np.uint8))  # type: ignore[assignment]
    test_images = property(lambda self: self._images(50))  # type: ignore[assignment]
    test_labels = property(lambda self: (np.arange(50) % 10).astype(np.uint8))  # type: ignore[assignment]


def digits(folder: Path, **options: object) -> Images:
    return Proof(folder, **options).digits(Few())  # type: ignore[arg-type]


def same(one: Images, other: Images) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in Images.__dataclass_fields__)


@pytest.mark.parametrize("change", [{"exercise": "b"}, {"edition": 2}, {"key": b"another"}])
def test_all_follows_from_key_exercise_and_edition(tmp_path: Path, change: dict[str, object]) -> None:
    """The same key, exercise and edition give the same seeds and images; any other one gives others."""
    given = {"exercise": "a", "edition": 1, "key": b"one"}
    once, again = (digits(tmp_path / place, **given) for place in ("x", "y"))
    other = digits(tmp_path / "z", **{**given, **change})
    assert same(once, again) and not same(once, other)
    seeds = [Proof(tmp_path, **options).seed("s") for options in (given, given, {**given, **change})]  # type: ignore[arg-type]
    assert seeds[0] == seeds[1] != seeds[2] and all(0 <= seed < 2**63 for seed in seeds)
    assert Proof(tmp_path).seed("one thing") != Proof(tmp_path).seed("another")


def test_classes_are_renamed_by_one_bijection(tmp_path: Path) -> None:
    """Training and test labels pass the same bijection, and no label is separated from its image."""
    found = digits(tmp_path)
    assert sorted(found.names) == list(range(10))
    back = np.argsort(found.names)
    for images, labels in ((found.train_images, found.train_labels), (found.test_images, found.test_labels)):
        assert labels.dtype == np.int64
        shown = np.rint(images[:, 14, 14] / 20).astype(int)
        assert np.array_equal(shown, back[labels])


def test_images_are_in_another_order(tmp_path: Path) -> None:
    """A place in the original order tells nothing about an image."""
    found = digits(tmp_path)
    back = np.argsort(found.names)
    for labels in (found.train_labels, found.test_labels):
        in_order = np.arange(len(labels)) % 10
        assert np.array_equal(np.bincount(labels), np.bincount(in_order))
        assert (back[labels] == in_order).mean() < 0.4


@given(seed=SEEDS)
def test_a_warp_is_smooth_and_moves_by_at_most_two_pixels(seed: int) -> None:
    """No pixel moves farther than two pixels, some move by one and a half, and neighbours move alike."""
    shift = Warp(seed).shift
    length = np.hypot(*shift)
    assert shift.shape == (2, 28, 28) and LEAST_PIXELS - 1e-9 <= length.max() <= MOST_PIXELS + 1e-9
    assert max(np.abs(np.diff(shift, axis=axis)).max() for axis in (1, 2)) < 0.6


@settings(max_examples=20)
@given(seed=SEEDS, ink=st.integers(0, 255))
def test_a_warp_moves_ink_and_adds_none(seed: int, ink: int) -> None:
    """An even area keeps its grey, paper stays paper, and each image is warped alone."""
    images = np.zeros((3, 28, 28), np.uint8)
    images[1, 6:22, 6:22] = ink
    warped = Warp(seed)(images)
    assert warped.dtype == np.uint8 and warped.shape == images.shape
    assert not warped[0].any() and not warped[2].any()
    assert (warped[1, 9:19, 9:19] == ink).all() and warped[1].max() == ink
    assert np.array_equal(Warp(seed)(images[1:2])[0], warped[1])


def test_a_warp_without_shift_is_the_image_itself() -> None:
    """Bilinear weights sum to one exactly: with no displacement nothing changes."""
    warp = Warp(0)
    warp._corners, warp._weights = proof._bilinear(np.zeros((2, 28, 28)))
    images = Few().train_images
    assert np.array_equal(warp(images), images)


def test_what_was_drawn_is_kept_and_damage_is_noticed(tmp_path: Path) -> None:
    """A second run reads what the first one kept; a file that is damaged or cut is drawn anew."""
    first = digits(tmp_path)
    (kept,) = tmp_path.iterdir()
    times = kept.stat().st_mtime_ns
    assert same(digits(tmp_path), first) and kept.stat().st_mtime_ns == times
    raw = kept.read_bytes()
    for broken in (raw[:-300], raw[:5000] + bytes([raw[5000] ^ 1]) + raw[5001:], b""):
        kept.write_bytes(broken)
        assert same(digits(tmp_path), first)
        assert [path.name for path in tmp_path.iterdir()] == [kept.name]


def test_what_another_version_drew_is_not_used(tmp_path: Path) -> None:
    """Data that were drawn by other code are drawn anew, and the old ones go; another key's stay."""
    first = digits(tmp_path)
    (kept,) = tmp_path.iterdir()
    old = kept.rename(tmp_path / f"{kept.stem.rpartition('-')[0]}-0123456789ab.npz")
    digits(tmp_path, key=b"another")
    assert same(digits(tmp_path), first)
    assert kept.exists() and not old.exists() and len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    """Where nothing can be kept, data are drawn each time."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert same(digits(blocked), digits(tmp_path / "fine"))
