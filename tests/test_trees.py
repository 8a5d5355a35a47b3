"""MNIST as folders of PNG files."""

from __future__ import annotations

import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from grader import trees
from grader.errors import DataError
from grader.idx import write_idx
from grader.mnist import FILES, Bytes, DataFile, Mnist

LABELS = st.lists(st.integers(0, 9), min_size=1, max_size=12)


def mnist_of(folder: Path, train: list[int], test: list[int], seed: int = 0) -> Mnist:
    """Random images with these labels, as the four files."""
    draw = np.random.default_rng(seed)
    arrays = []
    for labels in (train, test):
        arrays += [draw.integers(0, 256, (len(labels), 28, 28), np.uint8), np.array(labels, np.uint8)]
    files = tuple(DataFile(file.name, array.shape, "") for file, array in zip(FILES, arrays, strict=True))
    for file, array in zip(files, arrays, strict=True):
        (folder / file.name).write_bytes(write_idx(array))
    return Mnist(folder, "a test", files)


@pytest.fixture
def mnist(tmp_path: Path) -> Mnist:
    return mnist_of(tmp_path, [3, 7, 1, 3] * 100, [7, 3, 0])


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def files_in(tree: Path) -> dict[str, Bytes]:
    """The images of a tree by their paths; all are grey."""
    found = {}
    for path in tree.rglob("*"):
        if not path.is_dir():
            with Image.open(path) as image:
                assert (image.mode, image.format) == ("L", "PNG")
                found[path.relative_to(tree).as_posix()] = np.asarray(image)
    return found


def expected(mnist: Mnist, parts: tuple[str, str], digits: set[int]) -> dict[str, Bytes]:
    arrays = [(mnist.train_images, mnist.train_labels), (mnist.test_images, mnist.test_labels)]
    return {
        f"{part}/{label}/{row}.png": images[row]
        for part, (images, labels) in zip(parts, arrays, strict=True)
        for row, label in enumerate(labels.tolist())
        if label in digits
    }


@settings(deadline=None, max_examples=25)
@given(LABELS, LABELS, st.integers(0, 99))
def test_a_tree_holds_each_image_pixel_for_pixel_under_its_row(train: list[int], test: list[int], seed: int) -> None:
    """A tree has one grey PNG for each image of its digits, named by its row, and nothing else."""
    with tempfile.TemporaryDirectory() as name:
        mnist = mnist_of(Path(name), train, test, seed)
        for build, parts, digits in (
            (trees.sample, ("train", "valid"), {3, 7}),
            (trees.full, ("training", "testing"), set(range(10))),
        ):
            tree = build(Path(name) / "cache", mnist)
            found, wanted = files_in(tree), expected(mnist, parts, digits)
            assert found.keys() == wanted.keys()
            assert all(np.array_equal(found[path], wanted[path]) for path in wanted)
            assert {path.name for path in tree.iterdir()} == set(parts)
            assert all({int(path.name) for path in (tree / part).iterdir()} == digits for part in parts)


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=300)))
def test_a_png_is_what_it_was_made_of(image: Bytes) -> None:
    """PIL reads back every pixel of any grey image written."""
    with Image.open(io.BytesIO(trees.png(image))) as read:
        assert read.mode == "L"
        assert np.array_equal(np.asarray(read), image)


def test_the_trees_have_the_names_that_untar_data_looks_for(tmp_path: Path, mnist: Mnist) -> None:
    """The sample is `mnist_sample` and all of MNIST is `mnist_png`, in the folder given."""
    assert trees.sample(tmp_path / "cache", mnist) == tmp_path / "cache" / "mnist_sample"
    assert trees.full(tmp_path / "cache", mnist) == tmp_path / "cache" / "mnist_png"


def test_progress_is_told_up_to_the_last_file(tmp_path: Path, mnist: Mnist) -> None:
    """The numbers told rise to the number of files, which is the total each time."""
    told: list[tuple[int, int]] = []
    tree = trees.sample(tmp_path, mnist, lambda *numbers: told.append(numbers))
    assert told == sorted(set(told))
    assert {total for _, total in told} == {302} == {len(files_in(tree))}
    assert told[-1] == (302, 302)


def test_a_tree_is_made_once(tmp_path: Path, mnist: Mnist) -> None:
    """A tree that is there is returned as it is."""
    tree = trees.sample(tmp_path, mnist)
    before = tree.stat().st_ino
    told: list[tuple[int, int]] = []
    assert trees.sample(tmp_path, mnist, lambda *numbers: told.append(numbers)) == tree
    assert (tree.stat().st_ino, told) == (before, [])


def test_a_build_that_is_broken_off_leaves_nothing(tmp_path: Path, mnist: Mnist) -> None:
    """Neither a tree nor a part of one remains, and the next build is whole."""

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trees.sample(tmp_path / "cache", mnist, stop)
    assert list((tmp_path / "cache").iterdir()) == []
    assert len(files_in(trees.sample(tmp_path / "cache", mnist))) == 302


def test_a_killed_build_is_not_taken_for_whole(tmp_path: Path, mnist: Mnist) -> None:
    """While a tree is being written its name does not exist, so that what a killed process left is never used."""
    seen = []
    trees.sample(tmp_path, mnist, lambda done, total: seen.append((tmp_path / "mnist_sample").exists()))
    assert seen
    assert not any(seen)


def test_two_builds_at_once_end_in_one_whole_tree(tmp_path: Path, mnist: Mnist) -> None:
    """Where another process finished first, its tree is used and our own is removed."""
    tree = trees.sample(tmp_path / "cache", mnist, lambda done, total: trees.sample(tmp_path / "cache", mnist) and None)
    assert list((tmp_path / "cache").iterdir()) == [tree]
    assert len(files_in(tree)) == 302


def test_anybody_may_read_a_tree_and_nobody_write_it(tmp_path: Path, mnist: Mnist) -> None:
    """Files are 0444 and folders 0555, whatever the umask."""
    with umask(0o077):
        tree = trees.sample(tmp_path, mnist)
    for path in (tree, *tree.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o555 if path.is_dir() else 0o444), path


def test_what_cannot_be_written_is_a_data_error(tmp_path: Path, mnist: Mnist) -> None:
    """The message names the folder."""
    (tmp_path / "cache").write_bytes(b"")
    with pytest.raises(DataError, match=r"cannot write the images to .*mnist_sample"):
        trees.sample(tmp_path / "cache", mnist)
