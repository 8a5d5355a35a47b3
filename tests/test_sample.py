"""The sample in the package is MNIST's own, and is used unchanged or not at all."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from fake_mnist import real_mnist

from grader.errors import DataError
from grader.mnist import Mnist
from grader.sample import SAMPLE_FILE, build_sample, sample


@pytest.fixture(scope="module")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Mnist:
    return real_mnist(tmp_path_factory.mktemp("mnist"))


def test_the_sample_is_what_mnist_gives(mnist: Mnist) -> None:
    """Building the sample anew gives the shipped content, byte for byte."""
    # The content, not the gzip around it: another zlib (zlib-ng in some Pythons) packs the same bytes differently.
    assert gzip.decompress(build_sample(mnist)) == gzip.decompress(SAMPLE_FILE.read_bytes())


def test_the_sample_holds_the_chapters_3s_and_7s() -> None:
    """The sample has 1,010 valid 3s, 1,028 valid 7s, and sums that are those of 6,131 and 6,265 images."""
    given_sample = sample()
    assert given_sample.valid3.shape == (1010, 28, 28)
    assert given_sample.valid7.shape == (1028, 28, 28)
    assert (given_sample.count3, given_sample.count7) == (6131, 6265)
    for array in (given_sample.valid3, given_sample.valid7, given_sample.sum3, given_sample.sum7):
        assert not array.flags.writeable
    for mean in (given_sample.mean3, given_sample.mean7):
        assert mean.dtype == np.float32
        assert mean.shape == (28, 28)
        assert mean.min() >= 0
        assert 0.5 < mean.max() <= 1


def test_the_pixel_baseline_is_the_chapters() -> None:
    """Nearest mean by L1 in float32 is right for .9168 of the 3s and .9854 of the 7s, .9511 on the mean of both."""
    given_sample = sample()

    def called_3(images: np.ndarray) -> np.ndarray:
        pixels = images.astype(np.float32) / np.float32(255)
        to_3, to_7 = (
            np.abs(pixels - mean).mean(axis=(1, 2), dtype=np.float32)
            for mean in (given_sample.mean3, given_sample.mean7)
        )
        nearer: np.ndarray = to_3 < to_7
        return nearer

    threes, sevens = called_3(given_sample.valid3).mean(), 1 - called_3(given_sample.valid7).mean()
    assert round(float(threes), 4) == 0.9168
    assert round(float(sevens), 4) == 0.9854
    assert round(float(threes + sevens) / 2, 4) == 0.9511


def test_a_changed_sample_is_refused(tmp_path: Path) -> None:
    """A shipped sample that is missing, cut off or changed by one bit is an error, never an answer."""
    content = bytearray(gzip.decompress(SAMPLE_FILE.read_bytes()))
    content[1000] ^= 1
    whole = SAMPLE_FILE.read_bytes()
    for number, raw in enumerate([gzip.compress(bytes(content)), whole[:-9], b"", whole[:100] + whole[101:]]):
        (tmp_path / f"{number}.gz").write_bytes(raw)
        with pytest.raises(DataError, match="again"):
            sample(tmp_path / f"{number}.gz")
    with pytest.raises(DataError, match="install the package again"):
        sample(tmp_path / "missing.gz")


def test_the_licence_lies_beside_the_sample() -> None:
    """The sample's folder names MNIST's authors, its licence and what was changed."""
    text = SAMPLE_FILE.with_name("LICENSE.txt").read_text()
    for words in ("Yann LeCun", "Corinna Cortes", "CC BY-SA 3.0", "changed", SAMPLE_FILE.name):
        assert words in text
