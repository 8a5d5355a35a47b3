"""The idx file format: MNIST's own, images (n, rows, columns) or labels (n,), one unsigned byte per value.

A file is: two zero bytes, the type (8: unsigned byte), the number of axes, each axis' length as a big-endian
32-bit number, then the values, last axis fastest. Source: https://yann.lecun.com/exdb/mnist/ ("THE IDX FILE FORMAT").
"""

from __future__ import annotations

import math
import struct

import numpy as np
import numpy.typing as npt

from grader.errors import DataError

LABELS_MAGIC = 0x00000801
IMAGES_MAGIC = 0x00000803
_AXES = {LABELS_MAGIC: 1, IMAGES_MAGIC: 3}
_MAGIC = {axes: magic for magic, axes in _AXES.items()}
# An empty file may still claim axes no array can have: numpy multiplies them without the zero.
_MOST_VALUES = 2**31 - 1


def header_size(axes: int) -> int:
    """Bytes before the first value of a file with this many axes: 8 for labels, 16 for images."""
    return 4 + 4 * axes


def read_idx(raw: bytes) -> npt.NDArray[np.uint8]:
    """The array in an idx file: uint8, (n,) or (n, rows, columns), a read-only view of `raw` (nothing is copied).

    Raises DataError for anything but one whole file with nothing after it.
    """
    if len(raw) < 4:
        raise DataError(f"not an idx file: {len(raw)} bytes, expected at least 4 for the magic number")
    (magic,) = struct.unpack_from(">I", raw)
    if magic not in _AXES:
        raise DataError(
            f"not an idx file of bytes: it starts with 0x{magic:08x}, expected 0x{LABELS_MAGIC:08x} (labels) "
            f"or 0x{IMAGES_MAGIC:08x} (images); a gzipped file has to be unpacked first"
        )
    axes = _AXES[magic]
    start = header_size(axes)
    if len(raw) < start:
        raise DataError(f"the idx header is cut off: {len(raw)} bytes, expected {start}")
    shape = struct.unpack_from(f">{axes}I", raw, 4)
    _check_shape(shape)
    if len(raw) - start != math.prod(shape):
        fault = "cut off" if len(raw) - start < math.prod(shape) else "too long"
        raise DataError(
            f"the idx file is {fault}: {len(raw) - start} bytes follow its header, "
            f"expected {math.prod(shape)} for shape {shape}"
        )
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)


def write_idx(array: npt.NDArray[np.uint8]) -> bytes:
    """The idx file of a uint8 array (n,) or (n, rows, columns). Raises DataError for any other array."""
    if array.dtype != np.uint8 or array.ndim not in _MAGIC:
        raise DataError(
            f"cannot write {array.dtype} {array.shape} as an idx file: expected uint8 (n,) or (n, rows, columns)"
        )
    _check_shape(array.shape)
    return struct.pack(f">{1 + array.ndim}I", _MAGIC[array.ndim], *array.shape) + array.tobytes()


def _check_shape(shape: tuple[int, ...]) -> None:
    values = math.prod(max(length, 1) for length in shape)
    if values > _MOST_VALUES:
        raise DataError(f"an idx file of shape {shape} is too large: {values} values, expected at most {_MOST_VALUES}")
