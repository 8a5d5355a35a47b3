"""The idx format: what is written reads back, and nothing malformed is ever read."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.errors import DataError
from grader.idx import IMAGES_MAGIC, LABELS_MAGIC, header_size, read_idx, write_idx

ARRAYS = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=1, min_side=0, max_side=40)) | hnp.arrays(
    np.uint8, hnp.array_shapes(min_dims=3, max_dims=3, min_side=0, max_side=5)
)
MAGIC_NUMBERS = st.sampled_from([LABELS_MAGIC, IMAGES_MAGIC, 0x802, 0x804, 0xD03, 0x1F8B0800]) | st.integers(
    0, 2**32 - 1
)
LENGTHS = st.integers(0, 6) | st.sampled_from([2**15, 2**16, 2**31 - 1, 2**31, 2**32 - 1]) | st.integers(0, 2**32 - 1)


def reads_exactly_or_refuses(raw: bytes) -> None:
    try:
        array = read_idx(raw)
    except DataError:
        return
    assert write_idx(array) == raw


@given(ARRAYS)
def test_what_is_written_reads_back(array: np.ndarray) -> None:
    """Any uint8 array of one or three axes, empty ones too, comes back from its own file."""
    back = read_idx(write_idx(array))
    assert back.dtype == np.uint8
    assert back.shape == array.shape
    assert np.array_equal(back, array)


def test_the_header_is_the_published_one() -> None:
    """A file begins with 0, 0, 8, the number of axes and big-endian lengths, as on MNIST's page."""
    assert write_idx(np.array([5, 0], np.uint8)) == bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 0])
    image = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    assert write_idx(image) == bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 1, 2, 3, 4, 5])


@given(st.binary(max_size=64))
def test_random_bytes_are_read_exactly_or_refused(raw: bytes) -> None:
    """Random bytes are refused with DataError, or are the very file that their array would be written as."""
    reads_exactly_or_refuses(raw)


@given(MAGIC_NUMBERS, st.lists(LENGTHS, max_size=4), st.binary(max_size=32))
def test_forged_headers_are_read_exactly_or_refused(magic: int, lengths: list[int], body: bytes) -> None:
    """A header that lies about type, axes or lengths, however large, never gives another error than DataError."""
    reads_exactly_or_refuses(struct.pack(f">{1 + len(lengths)}I", magic, *lengths) + body)


@given(ARRAYS, st.data())
def test_one_changed_header_byte_is_refused(array: np.ndarray, data: st.DataObject) -> None:
    """A change of any one byte of the header is refused, or leaves a file that is whole in itself."""
    raw = bytearray(write_idx(array))
    at = data.draw(st.integers(0, header_size(array.ndim) - 1), label="at")
    raw[at] ^= data.draw(st.integers(1, 255), label="flip")
    reads_exactly_or_refuses(bytes(raw))


@given(ARRAYS, st.data())
def test_a_cut_off_file_is_refused(array: np.ndarray, data: st.DataObject) -> None:
    """Every file that ends too early is refused."""
    raw = write_idx(array)
    with pytest.raises(DataError):
        read_idx(raw[: data.draw(st.integers(0, len(raw) - 1), label="length")])


@given(ARRAYS, st.binary(min_size=1, max_size=8))
def test_bytes_after_the_end_are_refused(array: np.ndarray, more: bytes) -> None:
    """A file with anything after its last value is refused."""
    with pytest.raises(DataError, match="too long"):
        read_idx(write_idx(array) + more)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "0 bytes"),
        (bytes.fromhex("1f8b0800"), "unpacked first"),
        (bytes.fromhex("00000803 00000001"), "header is cut off"),
        (bytes.fromhex("00000801 00000003 0506"), "2 bytes follow its header, expected 3"),
        (bytes.fromhex("00000803 00000000 ffffffff ffffffff"), "too large"),
        (bytes.fromhex("00000803 ffffffff ffffffff ffffffff"), "too large"),
    ],
)
def test_the_message_says_what_is_wrong(raw: bytes, says: str) -> None:
    """A refusal names what was found and what was expected."""
    with pytest.raises(DataError, match=says):
        read_idx(raw)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3, np.int64),
        np.zeros((2, 2), np.uint8),
        np.zeros((), np.uint8),
        np.broadcast_to(np.uint8(0), (2**32,)),
        np.empty((0, 2**20, 2**20), np.uint8),
    ],
    ids=["int64", "two axes", "scalar", "too long", "empty but too large"],
)
def test_what_the_format_cannot_hold_is_not_written(array: np.ndarray) -> None:
    """Arrays of another type, number of axes or size are refused, not written as something else."""
    with pytest.raises(DataError):
        write_idx(array)
