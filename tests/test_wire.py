"""The wire: what is sent arrives equal and of the exact type; bytes that are not the protocol are refused, cheaply."""

from __future__ import annotations

import dataclasses
import math
import socket
import struct
import threading
import tracemalloc
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.guest import wire
from grader.guest.wire import Callback, GuestPath, Malformed, Opaque

MAX_BYTES = 1 << 20


class Reader:
    """A `read_into` over bytes that end; `asked` is the most that was wanted at once."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place, self.asked = data, 0, 0

    def __call__(self, view: memoryview) -> None:
        self.asked = max(self.asked, len(view))
        if self.place + len(view) > len(self.data):
            raise EOFError
        view[:] = self.data[self.place : self.place + len(view)]
        self.place += len(view)


def frame(value: Any) -> bytes:
    return b"".join(bytes(part) for part in wire.dump(value))


def receive(data: bytes) -> Any:
    return wire.receive(Reader(data), MAX_BYTES)


def crossed(value: Any) -> Any:
    return wire.receive(Reader(frame(value)))


def raw_frame(header: bytes, *buffers: bytes, lengths: tuple[int, ...] | None = None) -> bytes:
    """A frame with this header and these buffers, well-formed as far as its lengths go, unless others are given."""
    sizes = lengths if lengths is not None else tuple(map(len, buffers))
    table = struct.pack(f"<{len(sizes)}Q", *sizes)
    return wire.MAGIC + struct.pack("<II", len(header), len(sizes)) + table + header + b"".join(buffers)


def extension(code: int, part: Any) -> bytes:
    return bytes(msgpack.packb(msgpack.ExtType(code, msgpack.packb(part))))


# --- what is supported ---

INTS = st.one_of(st.integers(), st.integers(-(2**70), 2**70), st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**4000]))
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    INTS,
    st.floats(),
    st.complex_numbers(),
    st.text(st.characters(), max_size=20),
    st.sampled_from(["\ud800", "é\udcff", "\0"]),
    st.binary(max_size=20),
)
KEYS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3), st.tuples(st.integers(0, 3)))
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=4).map(tuple), st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)
SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)
DTYPES = st.sampled_from([getattr(torch, name) for name in wire.TORCH_DTYPES])


@st.composite
def tensors(draw: Any) -> torch.Tensor:
    """A tensor of any dtype and shape, made of any bytes; contiguous or not."""
    dtype, shape = draw(DTYPES), draw(SHAPES)
    count = math.prod(shape)
    data = draw(st.binary(min_size=count * dtype.itemsize, max_size=count * dtype.itemsize))
    if dtype == torch.bool:
        data = bytes(byte & 1 for byte in data)
    flat = torch.frombuffer(bytearray(data), dtype=dtype) if count else torch.empty(0, dtype=dtype)
    tensor = flat.reshape(shape)
    how = draw(st.sampled_from(["as it is", "transposed", "stepped", "expanded"]))
    if how == "transposed" and tensor.dim() > 1:
        tensor = tensor.transpose(0, -1)
    elif how == "stepped" and tensor.dim():
        tensor = tensor[::2]
    elif how == "expanded":
        tensor = tensor.expand(2, *tensor.shape)
    return tensor


@st.composite
def arrays(draw: Any) -> np.ndarray[Any, Any]:
    """A numpy array of any dtype that crosses, and any shape; contiguous, transposed or stepped."""
    names = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
    dtype, shape = np.dtype(draw(st.sampled_from(names))), draw(SHAPES)
    size = math.prod(shape) * dtype.itemsize
    data = bytearray(draw(st.binary(min_size=size, max_size=size)))
    if dtype.kind == "b":
        data = bytearray(byte & 1 for byte in data)
    array = np.frombuffer(data, dtype=dtype).reshape(shape)
    return draw(st.sampled_from([array, array.T, array[::2] if array.ndim else array]))


def bits(tensor: torch.Tensor) -> bytes:
    flat = tensor.detach().contiguous().as_strided((tensor.numel(),), (1,))
    return flat.view(torch.uint8).numpy().tobytes()


def same(left: Any, right: Any) -> bool:
    """Equal in exact type and value at every depth; NaN equals NaN, and -0.0 is not 0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return all(map(same, left, right)) and len(left) == len(right) and all(map(same, left.values(), right.values()))
    if isinstance(left, float):
        return struct.pack("<d", left) == struct.pack("<d", right) or (math.isnan(left) and math.isnan(right))
    if isinstance(left, complex):
        return same(left.real, right.real) and same(left.imag, right.imag)
    return bool(left == right)


@given(VALUES)
def test_plain_values_arrive_as_they_were(value: Any) -> None:
    """None, bools, numbers of any size, text with surrogates, bytes and containers of them cross with exact types."""
    assert same(crossed(value), value)


@given(tensors(), st.booleans())
def test_tensors_arrive_bit_for_bit(tensor: torch.Tensor, needs_grad: bool) -> None:
    """A tensor of any dtype, shape and order of memory arrives contiguous, with its bits and what was told of it."""
    if needs_grad and (tensor.is_floating_point() or tensor.is_complex()):
        tensor = tensor.detach().requires_grad_()
    found = crossed([tensor])[0]
    assert type(found) is torch.Tensor
    assert (found.shape, found.dtype, found.is_contiguous()) == (tensor.shape, tensor.dtype, True)
    assert bits(found) == bits(tensor)
    assert found.sent["requires_grad"] is tensor.requires_grad
    assert found.sent["is_leaf"] is tensor.is_leaf
    assert found.sent["device"] == "cpu"


@given(arrays())
def test_arrays_arrive_bit_for_bit(array: np.ndarray[Any, Any]) -> None:
    """A numpy array of any dtype, shape and order of memory arrives with the same bits."""
    found = crossed((array,))[0]
    assert type(found) is np.ndarray
    assert (found.shape, found.dtype, found.tobytes()) == (array.shape, array.dtype, array.tobytes())


@given(arrays().filter(lambda array: array.size > 0))
def test_numpy_scalars_arrive_as_scalars(array: np.ndarray[Any, Any]) -> None:
    """A numpy scalar arrives as a scalar of the same type, not as an array and not as a Python number."""
    scalar = array.reshape(-1)[0]
    found = crossed({"a": scalar})["a"]
    assert type(found) is type(scalar)
    assert found.tobytes() == scalar.tobytes()


def test_a_gradient_crosses_with_its_leaf() -> None:
    """A leaf's gradient arrives beside it; a result that is no leaf has none."""
    leaf = torch.tensor([1.0, 2.0], requires_grad=True)
    result = (leaf * leaf).sum()
    result.backward()
    found, other = crossed([leaf, result])
    assert bits(found.sent["grad"]) == bits(leaf.grad)
    assert found.sent["requires_grad"] and found.sent["is_leaf"]
    assert other.sent["grad"] is None and not other.sent["is_leaf"]


def test_subclasses_arrive_as_their_base() -> None:
    """Whatever a subclass overrides stays behind: a value arrives as the exact builtin type or a plain tensor."""

    class Liar(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *args: Any, **kwargs: Any) -> Any:
            return True

    class Int(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    values = [Int(7), type("S", (str,), {})("x"), type("L", (list,), {})([1]), type("D", (dict,), {})(a=1)]
    values += [type("F", (float,), {})(0.5), type("B", (bytes,), {})(b"x"), torch.Size([2, 3]), bytearray(b"y")]
    found = crossed([*values, torch.zeros(2).as_subclass(Liar), torch.nn.Parameter(torch.ones(1)), True])
    assert [type(item) for item in found[:8]] == [int, str, list, dict, float, bytes, tuple, bytes]
    assert found[:8] == [7, "x", [1], {"a": 1}, 0.5, b"x", (2, 3), b"y"]
    assert [type(item) for item in found[8:]] == [torch.Tensor, torch.Tensor, bool]


def test_what_cannot_cross_is_described() -> None:
    """Functions, classes, sparse and too large tensors arrive as an Opaque that says what they were, never as bytes."""
    large = torch.zeros(1).expand(1 << 30)
    meta, sparse = torch.empty(3, device="meta"), torch.eye(2).to_sparse()
    objects = np.array([object()], dtype=object)
    found = crossed([len, type, {1}, object(), lambda: 0, large, meta, sparse, objects, range(3), 1 << 5])
    assert [type(item) for item in found] == [Opaque] * 10 + [int]
    assert "1073741824" in found[5].text
    assert all(len(item.type_name) <= 300 and len(item.text) <= 1000 for item in found[:10])


def test_a_repr_that_fails_is_left_out() -> None:
    """A value that cannot be printed is described by its type."""

    class Grumpy:
        def __repr__(self) -> str:
            raise ValueError

    assert crossed(Grumpy()) == Opaque("Grumpy", "<Grumpy>")


@given(st.lists(st.binary(max_size=30), max_size=3), st.booleans())
def test_callbacks_and_files_cross(contents: list[bytes], as_str: bool) -> None:
    """A callback crosses as its number only, a path with the files that belong to it."""
    path = GuestPath("a/b", tuple((f"f{i}", content) for i, content in enumerate(contents)), as_str)
    found_callback, found_path = crossed([Callback(3, "lambda x: x", len), path])
    assert found_path == path
    assert dataclasses.astuple(found_callback) == (3, "", None)


@settings(max_examples=20)
@given(st.lists(VALUES, min_size=1, max_size=3), st.integers(0, 300))
def test_frames_follow_each_other_on_a_socket(values: list[Any], count: int) -> None:
    """Frames arrive whole and in order over a socket, those of more than 64 buffers included, and then EOFError."""
    ours, theirs = socket.socketpair()
    values = [*values, [torch.tensor(number) for number in range(count)], torch.zeros(200_000)]

    def send() -> None:
        for value in values:
            wire.send(ours, value)
        ours.close()

    sender = threading.Thread(target=send)
    sender.start()
    read = wire.blocking_reader(theirs)
    found = [wire.receive(read) for _ in values]
    sender.join()
    with pytest.raises(EOFError):
        wire.receive(read)
    theirs.close()
    assert same(found[:-2], values[:-2])
    assert [int(item) for item in found[-2]] == list(range(count))
    assert found[-1].shape == (200_000,)


# --- what is refused ---

SAMPLES = st.one_of(
    VALUES, tensors(), arrays(), st.lists(tensors(), max_size=3), st.builds(GuestPath, st.text(max_size=5))
)


def refused(data: bytes) -> None:
    """Reading these bytes gives a value, or one of the two errors, and never allocates beyond the limit."""
    reader = Reader(data)
    try:
        wire.receive(reader, MAX_BYTES)
    except (Malformed, EOFError):
        pass
    assert reader.asked <= max(MAX_BYTES, 8 * wire.MAX_BUFFERS)


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    """Bytes that do not begin with the magic word are Malformed or too short, whatever they are."""
    if not data.startswith(wire.MAGIC):
        with pytest.raises((Malformed, EOFError)):
            receive(data)
    refused(wire.MAGIC + data)


@settings(max_examples=300)
@given(st.binary(max_size=200), st.lists(st.binary(max_size=40), max_size=3))
def test_random_headers_are_refused(header: bytes, buffers: list[bytes]) -> None:
    """A frame whose lengths are right and whose header is anything gives a value, Malformed or EOFError."""
    refused(raw_frame(header, *buffers))


LEAVES = st.one_of(
    *(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1)),
    *(st.floats(), st.text(max_size=8), st.binary(max_size=8)),
)


@settings(max_examples=400)
@given(
    st.integers(-128, 127),
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=8), max_leaves=10),
    st.lists(st.binary(max_size=40), max_size=3),
)
def test_extensions_with_odd_parts_are_refused(code: int, part: Any, buffers: list[bytes]) -> None:
    """An extension of any code with parts of any kind gives a value, Malformed or EOFError."""
    data = bytes(msgpack.packb(part))
    header = b"\xc8" + struct.pack(">Hb", len(data), code) + data  # by hand: packb knows no negative codes
    refused(raw_frame(header, *buffers))


@settings(max_examples=300)
@given(SAMPLES, st.data())
def test_mutated_frames_are_refused(value: Any, data: st.DataObject) -> None:
    """A valid frame with bytes changed, cut out, doubled or put in gives a value, Malformed or EOFError."""
    mutated = bytearray(frame(value))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(0, len(mutated) - 1)))
        how = data.draw(st.sampled_from(["change", "cut", "insert", "double"]))
        if how == "change" and mutated:
            mutated[place] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del mutated[place : place + data.draw(st.integers(1, 8))]
        elif how == "insert":
            mutated[place:place] = data.draw(st.binary(min_size=1, max_size=8))
        else:
            mutated[place:place] = mutated[place : place + 8]
    refused(bytes(mutated))


@given(SAMPLES, st.data())
def test_truncated_frames_end(value: Any, data: st.DataObject) -> None:
    """A frame that stops anywhere before its end is an EOFError."""
    whole = frame(value)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(EOFError):
        receive(whole[:cut])


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.lists(st.integers(0, 2**64 - 1), max_size=4))
def test_claimed_sizes_are_not_allocated(header: int, count: int, lengths: list[int]) -> None:
    """A frame that claims more than allowed is Malformed before anything of that size is made."""
    data = wire.MAGIC + struct.pack("<II", header, count) + struct.pack(f"<{len(lengths)}Q", *lengths)
    tracemalloc.start()
    try:
        with pytest.raises((Malformed, EOFError)):
            receive(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MAX_BYTES + 3 * 8 * wire.MAX_BUFFERS


@pytest.mark.parametrize(
    "lengths", [(MAX_BYTES,), (2**64 - 1,), (2**63, 2**63), (MAX_BYTES // 2,) * 3, (2**64 - 1,) * 100], ids=str
)
def test_buffers_above_the_limit_are_refused(lengths: tuple[int, ...]) -> None:
    """Buffers that are too large one by one or taken together are Malformed, also where their sum overflows 64 bits."""
    with pytest.raises(Malformed, match="too large"):
        receive(raw_frame(b"\xc0", lengths=lengths))


TENSOR = ("float32", [2], False, True, "cpu", 0, None)


def tensor_frame(*, buffer: bytes = bytes(8), code: int = 3, **changes: Any) -> bytes:
    """A tensor's frame with some of its parts exchanged."""
    names = ("dtype", "shape", "requires_grad", "is_leaf", "device", "place", "grad")
    parts = {**dict(zip(names, TENSOR, strict=True)), **changes}
    return raw_frame(extension(code, list(parts.values())), buffer)


def test_the_crafted_frame_is_right_as_it_stands() -> None:
    """The frame that the following tests spoil is a tensor before they do."""
    assert receive(tensor_frame()).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [-2]},
        {"shape": [-1, -2]},
        {"shape": [3]},
        {"shape": [2**62, 4]},
        {"shape": [2**64 - 1, 0, 3]},
        {"shape": [1] * 33 + [2]},
        {"shape": [1] * 10_000 + [2]},
        {"shape": [True, 2]},
        {"shape": [2.0]},
        {"shape": "2"},
        {"shape": [[2]]},
        {"place": -1},
        {"place": 1},
        {"place": 2**40},
        {"place": True},
        {"dtype": "float33"},
        {"dtype": "nn"},
        {"dtype": "Tensor"},
        {"dtype": "__class__"},
        {"dtype": "quint8"},
        {"dtype": "float64"},
        {"dtype": b"float32"},
        {"dtype": "x" * 10_000},
        {"requires_grad": 1},
        {"is_leaf": None},
        {"device": 5},
        {"buffer": b""},
        {"buffer": bytes(9)},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_spoiled_tensor_is_malformed(changes: dict[str, Any]) -> None:
    """A tensor whose shape, dtype, flags or buffer do not fit each other is Malformed."""
    with pytest.raises(Malformed):
        receive(tensor_frame(**changes))


def test_a_bool_holds_only_0_and_1() -> None:
    """A bool tensor or array of other bytes, which torch and numpy do not define, is Malformed."""
    with pytest.raises(Malformed):
        receive(tensor_frame(dtype="bool", buffer=b"\x01\x02"))
    with pytest.raises(Malformed):
        receive(raw_frame(extension(4, ["|b1", [2], 0]), b"\x01\x02"))


@pytest.mark.parametrize(
    "code", ["O", "|O8", "V8", "M8[s]", "S8", "U2", "f4,f4", ">f8", "f99", "", "a" * 50, "i4\0", "{}", "V999999999"]
)
def test_arrays_of_other_dtypes_are_malformed(code: str) -> None:
    """Object, structured, text and date arrays, foreign byte orders and nonsense are Malformed."""
    for extension_code in (4, 9):
        with pytest.raises(Malformed):
            receive(raw_frame(extension(extension_code, [code, [], 0]), bytes(8)))


@pytest.mark.parametrize("depth", [200, 1000, 100_000, 1_000_000])
@pytest.mark.parametrize("opening", [b"\x91", b"\x81\xc0", b"\xc7"], ids=["list", "dict", "extension"])
def test_deep_nesting_is_malformed(depth: int, opening: bytes) -> None:
    """Values nested deeper than anybody looks are Malformed: a judge that recurses into them would fail."""
    if opening != b"\xc7":
        header = opening * depth + b"\xc0"
    else:
        header = b"\xc0"
        for _ in range(min(depth, 300)):
            header = bytes(msgpack.packb(msgpack.ExtType(1, b"\x91" + header)))
    with pytest.raises(Malformed):
        wire.receive(Reader(raw_frame(header)))


@pytest.mark.parametrize("deep", ["list", "tuple", "dict", "cycle"])
def test_what_is_too_deep_is_not_sent(deep: str) -> None:
    """What the other side would refuse as too deep is a ValueError here, a list that contains itself included."""
    value: Any = None
    for _ in range(300):
        value = {"list": [value], "tuple": (value,), "dict": {0: value}, "cycle": [value]}[deep]
    if deep == "cycle":
        value = []
        value.append(value)
    with pytest.raises((ValueError, RecursionError)):
        wire.dump(value)


@pytest.mark.parametrize(
    "value", [["x"] * 9_000_000, "x" * 17_000_000, [torch.zeros(1)] * 66_000], ids=["list", "text", "tensors"]
)
def test_what_is_too_large_is_not_sent(value: Any) -> None:
    """What the other side would refuse as too large is a ValueError here."""
    with pytest.raises(ValueError):
        wire.dump(value)


def test_the_limit_counts_all_buffers_together() -> None:
    """Tensors that are too large together do not cross all: what is sent always fits into the limit of `receive`."""
    parts = wire.dump([torch.zeros(1000)] * 20, max_bytes=wire.MAX_HEADER + 50_000)
    found = wire.receive(Reader(b"".join(bytes(part) for part in parts)), wire.MAX_HEADER + 50_000)
    kinds = [type(item) for item in found]
    assert kinds == [torch.Tensor] * 12 + [Opaque] * 8


def test_every_unknown_extension_is_malformed() -> None:
    """Extension codes that the protocol does not have are Malformed, msgpack's own timestamp included."""
    for code in (0, *range(10, 128)):
        with pytest.raises(Malformed):
            receive(raw_frame(bytes(msgpack.packb(msgpack.ExtType(code, b"\xc0")))))
    with pytest.raises(Malformed):
        receive(raw_frame(b"\xd6\xff\x00\x00\x00\x00"))


def test_keys_that_cannot_be_keys_are_malformed() -> None:
    """A dict whose keys have no hash is Malformed, not a TypeError."""
    with pytest.raises(Malformed):
        receive(raw_frame(b"\x81\x90\x01"))


def test_bytes_after_the_value_are_malformed() -> None:
    """A header with more than one value in it is Malformed."""
    with pytest.raises(Malformed):
        receive(raw_frame(b"\xc0\xc0"))
