"""Salt: images drawn from a seed are as hard as they should be, and Kaggle's layout is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kaggle import write

from grader.errors import DataError
from grader.salt import EMPTY, SIDE, Salt, Uniforms, draw_salt, load_salt

N = 100


@pytest.fixture(scope="module")
def drawn() -> tuple[Any, Any]:
    return draw_salt(N, 1)


@pytest.fixture(scope="module")
def exchanged() -> tuple[Any, Any]:
    return draw_salt(N, 1, exchanged=True)


# --- drawn images ---


def test_a_seed_gives_the_same_images_again(drawn: tuple[Any, Any]) -> None:
    """The same seed gives the same bytes, another seed other images and other masks."""
    again, other = draw_salt(N, 1), draw_salt(N, 2**63 - 1)
    for first, same, different in zip(drawn, again, other, strict=True):
        assert first.tobytes() == same.tobytes() != different.tobytes()


def test_numbers_come_from_the_bits_of_pcg64() -> None:
    """The stream is numpy's promise: the upper 24 bits of each number."""
    bits = np.random.PCG64(5).random_raw(3)
    assert Uniforms(5)(3).tolist() == [(int(word) >> 40) / 2**24 for word in bits]
    assert Uniforms(5).each(3, -2, 2).ravel().tolist() == [4 * ((int(word) >> 40) / 2**24) - 2 for word in bits]


@settings(max_examples=15, deadline=None)
@given(n=st.integers(1, 12), seed=st.integers(0, 2**63 - 1), exchanged=st.booleans())
def test_any_seed_gives_images_and_masks(n: int, seed: int, exchanged: bool) -> None:
    """For every seed there are n grey images that use their range, binary masks, and 28 % of these are empty."""
    images, masks = draw_salt(n, seed, exchanged=exchanged)
    assert images.shape == masks.shape == (n, SIDE, SIDE)
    assert images.dtype == masks.dtype == np.uint8
    assert set(np.unique(masks)) <= {0, 1}
    assert (~masks.any((1, 2))).sum() == round(EMPTY * n)
    assert (images.std((1, 2)) > 8).all() and np.isin(images, (0, 255)).mean() < 0.05


def test_an_empty_mask_stays_below_the_first_line(drawn: tuple[Any, Any]) -> None:
    """A mask that is always empty gets the share of empty masks, which is clearly less than 0.30."""
    assert (~drawn[1].any((1, 2))).mean() == pytest.approx(EMPTY) and EMPTY <= 0.29


def test_bodies_are_of_all_sizes(drawn: tuple[Any, Any]) -> None:
    """A body covers at least 2 % of its image, none covers all of it, and small and large ones are frequent."""
    share = drawn[1].mean((1, 2))
    share = share[share > 0]
    assert share.min() > 0.02 and share.max() < 0.99
    assert (share < 0.12).mean() > 0.1 and (share > 0.4).mean() > 0.1


def test_exchanging_textures_leaves_the_bodies(drawn: tuple[Any, Any], exchanged: tuple[Any, Any]) -> None:
    """With the textures exchanged all masks are the same, and nearly no pixel of an image is."""
    assert (drawn[1] == exchanged[1]).all()
    assert (drawn[0] == exchanged[0]).mean() < 0.05


def steepness(images: Any, where: Any) -> float:
    """Mean squared step downwards divided by that to the right, over the pixels where `where` is set."""
    grey = images.astype(np.float64)
    down, right = np.diff(grey, axis=1)[:, :, :-1] ** 2, np.diff(grey, axis=2)[:, :-1] ** 2
    inside = where[:, :-1, :-1]
    return float(down[inside].mean() / right[inside].mean())


def test_one_texture_has_a_direction(drawn: tuple[Any, Any], exchanged: tuple[Any, Any]) -> None:
    """Rock changes faster downwards than sideways and salt does not; with textures exchanged it is salt that does."""
    for (images, masks), layered in ((drawn, 0), (exchanged, 1)):
        assert steepness(images, masks == layered) > 1.5
        assert 0.8 < steepness(images, masks != layered) < 1.25


def test_brightness_says_nothing(drawn: tuple[Any, Any], exchanged: tuple[Any, Any]) -> None:
    """Salt is as bright as rock, and no threshold of brightness scores more than the empty mask."""
    for images, masks in (drawn, exchanged):
        assert abs(images[masks == 1].mean() - images[masks == 0].mean()) < 4
        best = max(score(there, masks) for cut in range(0, 256, 8) for there in (images > cut, images < cut))
        assert best <= EMPTY + 0.005


def score(preds: Any, masks: Any) -> float:
    """The mean over images of the share of ten thresholds that the IoU exceeds."""
    common, either = (preds & (masks == 1)).sum((1, 2)), (preds | (masks == 1)).sum((1, 2))
    shares = np.mean([20 * common > k * either for k in range(10, 20)], 0)
    return float(np.where(masks.any((1, 2)), shares, ~preds.any((1, 2))).mean())


# --- Kaggle's layout ---


IDS = ["b0", "a7", "c1", "00"]


@pytest.mark.parametrize("inside", ["", "train"])
def test_kaggles_layout_is_read(tmp_path: Path, inside: str) -> None:
    """Images and masks come in the order of train.csv, whether or not they lie in a folder `train`."""
    images, masks = draw_salt(4, 3)
    write(tmp_path / inside, IDS, images, masks)
    if inside:
        (tmp_path / "train" / "train.csv").rename(tmp_path / "train.csv")
    found = load_salt(tmp_path)
    assert found.ids == tuple(IDS)
    assert (found.images == images).all() and (found.masks == masks).all()
    assert found.images.dtype == found.masks.dtype == np.uint8


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.0, 0.01, 0.5, 0.99, 1.0]))
def test_any_mask_is_read(tmp_path_factory: pytest.TempPathFactory, seed: int, share: float) -> None:
    """Every mask comes back from its run-length encoding."""
    mask = (Uniforms(seed)(1, SIDE, SIDE) < share).astype(np.uint8)
    folder = tmp_path_factory.mktemp("salt")
    write(folder, ["x"], draw_salt(1, 3)[0], mask)
    assert (load_salt(folder).masks == mask).all()


@pytest.mark.parametrize("missing", ["train.csv", "images/a7.png", "masks/a7.png"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    """What is missing is named in the error."""
    write(tmp_path, IDS, *draw_salt(4, 3))
    (tmp_path / missing).unlink()
    with pytest.raises(DataError, match=missing):
        load_salt(tmp_path)


@pytest.mark.parametrize("text", ["1", "1 x", "0 3", "3 0", "10201 2", "1 3 2 3", "1 2 3"])
def test_a_wrong_encoding_is_named(tmp_path: Path, text: str) -> None:
    """A text that stands for no mask is an error that names the image."""
    images, masks = draw_salt(1, 3)
    write(tmp_path, ["a7"], images, masks, [text])
    with pytest.raises(DataError, match="a7"):
        load_salt(tmp_path)


def test_contradictions_are_found(tmp_path: Path) -> None:
    """A mask that is another one in train.csv, an image of another size and an empty or other table are errors."""
    images, masks = draw_salt(4, 3)
    write(tmp_path / "masks differ", IDS, images, masks, ["", "1 1", "1 2", "1 3"])
    write(tmp_path / "size", IDS, images[:, :50], masks)
    write(tmp_path / "no rows", [], images[:0], masks[:0])
    for case, words in (("masks differ", "say something else"), ("size", "101 x 50"), ("no rows", "no image")):
        with pytest.raises(DataError, match=words):
            load_salt(tmp_path / case)
    (tmp_path / "no rows" / "train.csv").write_text("name,mask\na,b\n", encoding="utf-8")
    with pytest.raises(DataError, match="rle_mask"):
        load_salt(tmp_path / "no rows")


def test_a_split_shares_no_image() -> None:
    """The two parts have the sizes asked for and no image in common; the same seed gives the same parts."""
    images, masks = draw_salt(10, 4)
    whole = Salt(tuple("abcdefghij"), images, masks)
    known, asked = whole.split(6, 4)
    assert len(known.ids) == 6 and sorted(known.ids + asked.ids) == list("abcdefghij")
    for part in (known, asked):
        for name, image, mask in zip(part.ids, part.images, part.masks, strict=True):
            place = whole.ids.index(name)
            assert (image == images[place]).all() and (mask == masks[place]).all()
    assert whole.split(6, 4)[0].ids == known.ids != whole.split(6, 4, seed=1)[0].ids
    with pytest.raises(DataError, match="only 10"):
        whole.split(7, 4)
