"""MNIST is fetched from the first source that has it, and only the right content is ever used."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from fake_mnist import (
    CONTENT,
    FAULTS,
    IMAGES,
    TINY,
    Fake,
    assert_right,
    fill,
    good,
    real_mnist,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.data import fetch, locate
from grader.errors import DataError
from grader.mnist import Mnist

ROOT = Path(__file__).parent.parent

# The order of the sources, and what is taken from each.


def test_a_full_cache_asks_nobody(tmp_path: Path) -> None:
    """With the right files in the cache no source is asked."""
    source = good()
    mnist = fetch(None, cache=fill(tmp_path), sources=[source], files=TINY)
    assert source.asked == []
    assert mnist.source == f"the cache ({tmp_path})"
    assert_right(mnist)


def test_an_empty_cache_is_filled_by_the_first_source_that_can(tmp_path: Path) -> None:
    """Sources are asked in order until nothing is missing, and `source` says which helped and which did not."""
    broken, first, second = Fake("broken", OSError("unplugged")), good("first"), good("second")
    mnist = fetch(None, cache=tmp_path / "new" / "cache", sources=[broken, first, second], files=TINY)
    assert_right(mnist)
    assert second.asked == []
    assert mnist.source == "first (did not help: broken: unplugged)"
    assert locate(None, tmp_path / "new" / "cache", files=TINY) is not None


def test_a_source_is_asked_only_for_what_is_missing(tmp_path: Path) -> None:
    """What one source got right is kept, and the next is asked for the rest alone."""
    part = Fake("part", {IMAGES: CONTENT[IMAGES], TINY[1].name: FAULTS["half the file"](CONTENT[TINY[1].name])})
    rest = good("rest")
    mnist = fetch(None, cache=tmp_path, sources=[part, rest], files=TINY)
    assert rest.asked == [[file.name for file in TINY[1:]]]
    assert mnist.source.startswith("part and rest (did not help: part: ")
    assert_right(mnist)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["good", "gzipped", "absent", *FAULTS]), min_size=4, max_size=4), max_size=3),
    st.lists(st.sampled_from(["good", "absent", *FAULTS]), min_size=4, max_size=4),
)
def test_only_the_right_content_is_ever_used(sources: list[list[str]], cached: list[str]) -> None:
    """Whatever lies in the cache and whatever sources deliver: all four files right, or a DataError naming the rest."""

    def made(kinds: list[str]) -> dict[str, bytes]:
        ways = {"good": bytes, "gzipped": gzip.compress, **FAULTS}
        pairs = zip(CONTENT.items(), kinds, strict=True)
        return {name: ways[kind](content) for (name, content), kind in pairs if kind != "absent"}

    with tempfile.TemporaryDirectory() as name:
        cache = fill(Path(name), made(cached))
        fakes = [Fake(f"source {i}", made(kinds)) for i, kinds in enumerate(sources)]
        sure = [any(kind in ("good", "gzipped") for kind in kinds) for kinds in zip(cached, *sources, strict=True)]
        if all(sure):
            assert_right(fetch(None, cache=cache, sources=fakes, files=TINY))
        else:
            with pytest.raises(DataError) as caught:
                fetch(None, cache=cache, sources=fakes, files=TINY)
            named = str(caught.value).split(" missing.")[0]
            assert [file.name in named for file in TINY] == [not is_sure for is_sure in sure]
        for file, is_sure in zip(TINY, sure, strict=True):
            assert not is_sure or (cache / file.name).read_bytes() == CONTENT[file.name]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_file_in_the_cache_is_replaced(tmp_path: Path, fault: str) -> None:
    """A partial or wrong file in the cache is never used: `locate` finds nothing, `fetch` replaces that file alone."""
    cache = fill(tmp_path, {**CONTENT, IMAGES: FAULTS[fault](CONTENT[IMAGES])})
    source = good()
    assert locate(None, cache, files=TINY) is None
    assert_right(fetch(None, cache=cache, sources=[source], files=TINY))
    assert source.asked == [[IMAGES]]


def test_a_gzip_that_never_ends_is_read_no_further_than_needed(tmp_path: Path) -> None:
    """Unpacking stops soon after the size expected, so that a small file can't fill the memory."""
    bomb = {IMAGES: FAULTS["a gzip that never ends"](b"")}
    with pytest.raises(DataError, match=f"found {TINY[0].size + 2**20} bytes"):
        fetch(None, cache=tmp_path, sources=[Fake("bomb", bomb)], files=TINY)


def test_failing_everywhere_says_who_was_tried_and_what_to_do(tmp_path: Path) -> None:
    """When no source has the files the error lists each with its reason, and the ways out."""
    sources = [Fake("mirror one", DataError("answered 404")), Fake("mirror two", {IMAGES: b"<html>"})]
    with pytest.raises(DataError) as caught:
        fetch(None, cache=tmp_path, sources=sources, files=TINY)
    assert "mirror one: answered 404" in str(caught.value)
    assert f"mirror two: {IMAGES} is not MNIST's: found 6 bytes" in str(caught.value)
    assert "--data DIR" in str(caught.value)
    assert "MNIST_DIR" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    """A cache that can't be made is our fault, not the source's: DataError, and no further source is asked."""
    (tmp_path / "file").write_text("in the way")
    second = good("second")
    with pytest.raises(DataError, match="cannot write"):
        fetch(None, cache=tmp_path / "file" / "cache", sources=[good(), second], files=TINY)
    assert second.asked == []


def test_nothing_but_the_four_files_is_left_in_the_cache(tmp_path: Path) -> None:
    """No half-written file stays behind, also where a folder stands in a file's way."""
    (tmp_path / IMAGES).mkdir()
    with pytest.raises(DataError, match="cannot write"):
        fetch(None, cache=tmp_path, sources=[good()], files=TINY)
    (tmp_path / IMAGES).rmdir()
    fetch(None, cache=tmp_path, sources=[good()], files=TINY)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(CONTENT)


def test_arrays_are_read_only_maps_of_the_files(tmp_path: Path) -> None:
    """The arrays are memory maps of the cached files, uint8, and can't be written to."""
    mnist = fetch(None, cache=tmp_path, sources=[good()], files=TINY)
    for view in (mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels):
        assert isinstance(view, np.memmap)
        assert view.dtype == np.uint8
        with pytest.raises(ValueError, match="read-only"):
            view[0] = 1
    assert (tmp_path / IMAGES).read_bytes() == CONTENT[IMAGES]


def test_a_file_that_goes_missing_later_is_a_data_error(tmp_path: Path) -> None:
    """A file deleted after it was found gives a DataError when its array is asked for."""
    mnist = fetch(None, cache=tmp_path, sources=[good()], files=TINY)
    (tmp_path / IMAGES).unlink()
    with pytest.raises(DataError, match="run again"):
        _ = mnist.train_images


# A folder given.


@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("dotted", [False, True], ids=["dash", "dot"])
def test_a_folder_may_hold_the_files_under_either_name(tmp_path: Path, dotted: bool, gzipped: bool) -> None:
    """Files may be plain or gzipped, named -idx3-ubyte or .idx3-ubyte; plain ones of the usual name stay in place."""
    named = {
        (name.replace("-idx", ".idx") if dotted else name) + (".gz" if gzipped else ""): (
            gzip.compress(content) if gzipped else content
        )
        for name, content in CONTENT.items()
    }
    folder, cache = fill(tmp_path / "given", named), tmp_path / "cache"
    for mnist in (locate(folder, cache, files=TINY), fetch(folder, cache=cache, sources=[], files=TINY)):
        assert mnist is not None
        assert mnist.folder == (cache if dotted or gzipped else folder)
        assert mnist.source.startswith(f"the folder {folder}")
        assert_right(mnist)
    assert cache.exists() == (dotted or gzipped)


def test_a_folder_that_lacks_a_file_is_an_error(tmp_path: Path) -> None:
    """A folder given is meant: neither the cache nor a source makes up for what it lacks."""
    folder = fill(tmp_path / "given", {name: raw for name, raw in CONTENT.items() if name != IMAGES})
    cache, source = fill(tmp_path / "cache"), good()
    with pytest.raises(DataError, match=f"has no {IMAGES}: expected one of"):
        fetch(folder, cache=cache, sources=[source], files=TINY)
    with pytest.raises(DataError, match=f"has no {IMAGES}"):
        locate(folder, cache, files=TINY)
    with pytest.raises(DataError, match="has no"):
        locate(tmp_path / "not there", cache, files=TINY)
    assert source.asked == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_folder_with_a_wrong_file_is_an_error(tmp_path: Path, fault: str) -> None:
    """A wrong file in a folder given is named with what was found and what was expected, and nothing else is used."""
    wrong = FAULTS[fault](CONTENT[IMAGES])
    folder, cache, source = fill(tmp_path / "given", {**CONTENT, IMAGES: wrong}), fill(tmp_path / "cache"), good()
    with pytest.raises(DataError) as caught:
        fetch(folder, cache=cache, sources=[source], files=TINY)
    message = str(caught.value)
    assert str(folder / IMAGES) in message
    assert "not a whole gzip" in message or (f"expected {TINY[0].size} bytes with sha256 {TINY[0].sha256}" in message)
    assert source.asked == []


def test_locate_finds_nothing_in_an_empty_cache(tmp_path: Path) -> None:
    """Without a folder and with an empty cache `locate` gives None, and makes no folder."""
    assert locate(None, tmp_path / "cache", files=TINY) is None
    assert not (tmp_path / "cache").exists()


# The real thing.


@pytest.fixture(scope="module")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Mnist:
    return real_mnist(tmp_path_factory.mktemp("mnist"))


def test_mnist_is_mnist(mnist: Mnist) -> None:
    """60,000 and 10,000 images with the published number of each digit."""
    assert mnist.train_images.shape == (60000, 28, 28)
    assert mnist.test_images.shape == (10000, 28, 28)
    assert np.bincount(mnist.train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_neither_data_nor_idx_loads_torch() -> None:
    """Importing the data modules brings in neither torch nor what only a download needs."""
    script = "import sys, grader.data; print([name for name in ('torch', 'pooch', 'requests') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
