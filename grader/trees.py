"""MNIST as the folders of PNG files that the chapter reads, rebuilt from the idx files pixel for pixel.

    mnist_sample/{train,valid}/{3,7}/N.png        the training and test images with these labels
    mnist_png/{training,testing}/{0..9}/N.png     all of them

N is the image's row in its idx file, from 0. A tree is written into a folder of its own and renamed when it is whole:
one that was broken off is never taken for whole, and of two processes that build at once one keeps its work.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from grader.errors import DataError
from grader.mnist import Bytes, Mnist

Tick = Callable[[int, int], None]
"""Told how many files are written, and of how many, now and then and at the end."""

_TICK_EVERY = 256


def sample(cache: Path, mnist: Mnist, tick: Tick | None = None) -> Path:
    """`cache`/mnist_sample: the 3s and 7s, 14,434 files. Made if it is not there; `tick` is called only then.

    Raises DataError if it can't be written.
    """
    return _tree(cache / "mnist_sample", mnist, ("train", "valid"), (3, 7), tick)


def full(cache: Path, mnist: Mnist, tick: Tick | None = None) -> Path:
    """`cache`/mnist_png: all digits, 70,000 files; else as `sample`."""
    return _tree(cache / "mnist_png", mnist, ("training", "testing"), range(10), tick)


def png(image: Bytes) -> bytes:
    """A PNG file of a grey image, uint8 (rows, columns); nothing is compressed.

    A small file takes a whole block of the disk anyway, and PIL takes six times as long to write one.
    Source: https://www.w3.org/TR/png-3/, sections 5.2, 11.2.1 (colour type 0, depth 8) and 9.2 (filter type 0).
    """
    rows, columns = image.shape
    lines = np.zeros((rows, 1 + columns), np.uint8)  # each line opens with its filter type
    lines[:, 1:] = image
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    pixels = zlib.compress(lines.tobytes(), 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _tree(folder: Path, mnist: Mnist, parts: tuple[str, str], digits: Sequence[int], tick: Tick | None) -> Path:
    if folder.is_dir():
        return folder
    building = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}.part")
    try:
        building.mkdir(parents=True)
        _write(building, list(_folders(mnist, parts, digits)), tick)
        _close(building)
        building.rename(folder)
    except OSError as error:
        # Where another process was faster, its folder is in the way, and as good as ours.
        if not folder.is_dir():
            raise DataError(
                f"cannot write the images to {folder}: {error}. Make room for many small files there, "
                "or mend the rights, then run again."
            ) from error
    finally:
        _remove(building)
    return folder


def _folders(mnist: Mnist, parts: tuple[str, str], digits: Sequence[int]) -> Iterator[tuple[str, Bytes, list[int]]]:
    """Each folder's name in the tree, all images of its part, and the rows of those that belong into it."""
    arrays = ((mnist.train_images, mnist.train_labels), (mnist.test_images, mnist.test_labels))
    for part, (images, labels) in zip(parts, arrays, strict=True):
        for digit in digits:
            yield f"{part}/{digit}", images, np.flatnonzero(labels == digit).tolist()


def _write(building: Path, folders: list[tuple[str, Bytes, list[int]]], tick: Tick | None) -> None:
    done, total = 0, sum(len(rows) for _, _, rows in folders)
    for name, images, rows in folders:
        folder = building / name
        folder.mkdir(parents=True)
        for row in rows:
            with open(f"{folder}/{row}.png", "xb") as file:
                file.write(png(images[row]))
                os.fchmod(file.fileno(), 0o444)  # an umask may have kept others out
            done += 1
            if tick is not None and (done % _TICK_EVERY == 0 or done == total):
                tick(done, total)


def _close(building: Path) -> None:
    """Let everybody read the folders, and nobody write them."""
    for folder, _, _ in os.walk(building, topdown=False):
        os.chmod(folder, 0o555)


def _remove(building: Path) -> None:
    """Remove what is left of a build, if anything is."""
    with contextlib.suppress(OSError):
        for folder, _, _ in os.walk(building):
            os.chmod(folder, 0o700)
        shutil.rmtree(building)
