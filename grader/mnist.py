"""MNIST's four files: their names, shapes and sha256, and their arrays once they lie in a folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.errors import DataError
from grader.idx import header_size

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class DataFile:
    """One idx file: its name, its array's shape, the sha256 of its plain content."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def size(self) -> int:
        """Bytes of the plain file."""
        return header_size(len(self.shape)) + math.prod(self.shape)


FILES = (
    DataFile(
        "train-images-idx3-ubyte",
        (60000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    DataFile("train-labels-idx1-ubyte", (60000,), "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    DataFile(
        "t10k-images-idx3-ubyte",
        (10000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    DataFile("t10k-labels-idx1-ubyte", (10000,), "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)
"""Training images and labels, test images and labels, always in this order."""


@dataclass(frozen=True)
class Mnist:
    """The four files, checked, in `folder`; `source` says in words where they came from.

    Arrays are read-only memory maps: nothing is read before it is used. Raise DataError if a file has gone since.
    """

    folder: Path
    source: str
    files: tuple[DataFile, ...] = FILES

    @property
    def train_images(self) -> Bytes:
        """uint8 (60000, 28, 28), 0 is paper and 255 is ink."""
        return self._map(self.files[0])

    @property
    def train_labels(self) -> Bytes:
        """uint8 (60000,), the digits 0 to 9."""
        return self._map(self.files[1])

    @property
    def test_images(self) -> Bytes:
        """uint8 (10000, 28, 28)."""
        return self._map(self.files[2])

    @property
    def test_labels(self) -> Bytes:
        """uint8 (10000,)."""
        return self._map(self.files[3])

    def _map(self, file: DataFile) -> Bytes:
        path = self.folder / file.name
        try:
            return np.memmap(path, np.uint8, mode="r", offset=header_size(len(file.shape)), shape=file.shape)
        except (OSError, ValueError) as error:
            raise DataError(f"{path} can no longer be read ({error}): it was there a moment ago; run again") from error
