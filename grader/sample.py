"""The sample of MNIST shipped in the package: the validation 3s and 7s, and the sums of the training 3s and 7s."""

from __future__ import annotations

import functools
import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.errors import DataError
from grader.idx import header_size, read_idx, write_idx
from grader.mnist import Bytes, Mnist

SAMPLE_FILE = Path(__file__).with_name("samples") / "mnist_3s_and_7s.gz"
_SAMPLE_SHA256 = "33033f71a0f4e06fbdd4b8e2d39afd09470d742fee9c25447a1c48b84475b3d7"
_VALID_3S, _VALID_7S = 1010, 1028


@dataclass(frozen=True, eq=False)
class Sample:
    """MNIST's validation 3s and 7s, and the sums of its training 3s and 7s: all that exercises 1 to 3 need."""

    valid3: Bytes
    """uint8 (1010, 28, 28): the test images with label 3, in MNIST's order."""
    valid7: Bytes
    """uint8 (1028, 28, 28): the test images with label 7."""
    sum3: npt.NDArray[np.int64]
    """int64 (28, 28): the sum of the `count3` = 6131 training images with label 3."""
    sum7: npt.NDArray[np.int64]
    """int64 (28, 28): the sum of the `count7` = 6265 training images with label 7."""
    count3: int
    count7: int

    @property
    def mean3(self) -> npt.NDArray[np.float32]:
        """float32 (28, 28) in [0, 1]: the mean training 3, rounded once from float64."""
        return (self.sum3 / self.count3 / 255).astype(np.float32)

    @property
    def mean7(self) -> npt.NDArray[np.float32]:
        """float32 (28, 28) in [0, 1]: the mean training 7, rounded once from float64."""
        return (self.sum7 / self.count7 / 255).astype(np.float32)


@functools.cache
def sample(path: Path = SAMPLE_FILE) -> Sample:
    """The sample shipped in the package; arrays read-only. Raises DataError if it is missing or changed."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): install the package again") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != _SAMPLE_SHA256:
        raise DataError(f"{path} was changed: sha256 {digest}, expected {_SAMPLE_SHA256}. Install the package again")
    cut = header_size(3) + _VALID_3S * 784
    end = cut + header_size(3) + _VALID_7S * 784
    counts_and_sums = np.frombuffer(content, ">u4", offset=end)
    count3, count7 = (int(count) for count in counts_and_sums[:2])
    sums = counts_and_sums[2:].astype(np.int64).reshape(2, 28, 28)
    sums.setflags(write=False)
    return Sample(read_idx(content[:cut]), read_idx(content[cut:end]), sums[0], sums[1], count3, count7)


def build_sample(mnist: Mnist) -> bytes:
    """The bytes of SAMPLE_FILE made anew: the gzip of two idx files (valid 3s, valid 7s), then as big-endian 32-bit
    numbers the counts of the training 3s and 7s and their sums, pixel by pixel.

    Always the same content; how it is packed may differ with another zlib.
    """
    train, test = (mnist.train_images, mnist.train_labels), (mnist.test_images, mnist.test_labels)
    valid = b"".join(write_idx(test[0][test[1] == digit]) for digit in (3, 7))
    chosen = [train[0][train[1] == digit] for digit in (3, 7)]
    counts = np.array([len(images) for images in chosen], ">u4")
    sums = np.stack([images.sum(axis=0, dtype=np.uint32) for images in chosen]).astype(">u4")
    return gzip.compress(valid + counts.tobytes() + sums.tobytes(), compresslevel=9, mtime=0)
