"""The wire between judge and guest: frames of plain data over a stream socket, no pickle in either direction.

A frame is `b"TG1\\n"`, the header's length (u32) and the number of buffers (u32), each buffer's length (u64), then the
header and the raw buffers, all little-endian. The header is msgpack; what msgpack does not know is an extension:
tuples, large ints, tensors and arrays (dtype, shape and the number of their buffer), callbacks, files, and `Opaque`
for what cannot cross. Whatever comes in is rebuilt as exact builtin types and plain tensors, or refused as WireError.
Both sides import this file; it knows torch and numpy only where they are already loaded.
"""

from __future__ import annotations

import math
import os
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgpack

MAGIC = b"TG1\n"
_HEAD = struct.Struct("<4sII")
MAX_HEADER = 16 << 20
MAX_BUFFERS = 65_536
MAX_TOTAL = 256 << 20
MAX_DEPTH = 40
CHUNK = 1 << 16
LARGEST_READ = 4 << 20
MOST_PARTS = 64  # sendmsg takes 1,024 at most
_TUPLE, _INT, _TENSOR, _ARRAY, _OPAQUE, _CALLBACK, _PATH, _COMPLEX, _SCALAR = range(1, 10)
TORCH_DTYPES = (
    *("float32", "float64", "float16", "bfloat16", "uint8", "int8", "int16", "int32", "int64"),
    *("uint16", "uint32", "uint64", "bool", "complex64", "complex128"),
)
NUMPY_KINDS = "biufc"


Pack = Callable[[Any], bytes]


class Malformed(Exception):
    """Bytes that are not the protocol."""


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that cannot cross: its type's name, and how it prints."""

    type_name: str
    text: str


@dataclass(frozen=True)
class Callback:
    """A function that stays with the judge; the guest gets one that asks the judge for each value.

    `text` is how it is shown, `function` what it stands for; only the number travels.
    """

    number: int
    text: str = ""
    function: Callable[..., Any] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class GuestPath:
    """A path in the guest's private folder: `files` maps relative names to bytes, written before the call.

    `name` is the path to pass, relative to the same folder: a file of it, the folder itself (""), or nothing there.
    """

    name: str
    files: tuple[tuple[str, bytes], ...] = ()
    as_str: bool = False


class _Buffers(list[memoryview]):
    """The buffers of a frame that is being packed, and their bytes taken together."""

    total = 0

    def append(self, buffer: memoryview) -> None:
        self.total += buffer.nbytes
        super().append(buffer)


def dump(value: Any, max_bytes: int = MAX_TOTAL) -> list[bytes | memoryview]:
    """The parts of one frame that carries `value`; join or send them in order."""
    buffers = _Buffers()

    def extend(item: Any) -> Any:
        return _extend(item, buffers, pack, max_bytes)

    def pack(item: Any) -> bytes:
        return bytes(msgpack.packb(item, default=extend, strict_types=True, unicode_errors="surrogatepass"))

    if _too_deep(value):
        raise ValueError("the value is nested too deep, or contains itself")
    header = pack(value)
    if len(header) > MAX_HEADER or len(buffers) > MAX_BUFFERS:
        raise ValueError("the value is too large for a frame")
    lengths = struct.pack(f"<{len(buffers)}Q", *(buffer.nbytes for buffer in buffers))
    return [_HEAD.pack(MAGIC, len(header), len(buffers)) + lengths, header, *buffers]


def _too_deep(value: Any, left: int = MAX_DEPTH) -> bool:
    """Whether lists, tuples and dicts lie in each other deeper than anybody looks: a judge that recurses would fail."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return isinstance(value, msgpack.Timestamp)
    return left == 0 or any(_too_deep(item, left - 1) for item in value)


def _extend(item: Any, buffers: _Buffers, pack: Pack, max_bytes: int) -> Any:
    """What msgpack does not take as it is: subclasses become their base, arrays a buffer, the rest Opaque."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if isinstance(item, tuple):
        return msgpack.ExtType(_TUPLE, pack(list(item)))
    if torch is not None and isinstance(item, torch.Tensor):
        return _pack_tensor(torch, item, buffers, pack, max_bytes)
    if numpy is not None and isinstance(item, (numpy.ndarray, numpy.generic)):
        return _pack_array(numpy, item, buffers, pack, max_bytes)
    if isinstance(item, int):
        number = int(item)
        size = number.bit_length() // 8 + 1
        return msgpack.ExtType(_INT, number.to_bytes(size, "little", signed=True))
    bases: tuple[Any, ...] = (float, str, bytes, list, dict)
    for base in bases:
        if isinstance(item, base):
            return base(item)
    if isinstance(item, bytearray):
        return bytes(item)
    if type(item) is complex:
        return msgpack.ExtType(_COMPLEX, struct.pack("<dd", item.real, item.imag))
    if type(item) is Callback:
        return msgpack.ExtType(_CALLBACK, pack(item.number))
    if type(item) is GuestPath:
        return msgpack.ExtType(_PATH, pack([item.name, [list(pair) for pair in item.files], item.as_str]))
    if type(item) is not Opaque:
        item = opaque(item)
    return msgpack.ExtType(_OPAQUE, pack([item.type_name, item.text]))


def opaque(item: Any, text: str | None = None) -> Opaque:
    """Describe a value that cannot cross; its own repr may fail or be endless."""
    name = str(type.__getattribute__(type(item), "__name__"))[:80]
    if text is None:
        try:
            text = repr(item)
        except Exception:  # a student's __repr__ may raise anything
            text = f"<{name}>"
    return Opaque(name, str(text)[:300])


def _pack_tensor(torch: Any, item: Any, buffers: _Buffers, pack: Pack, most: int) -> Any:
    with torch._C.DisableTorchFunctionSubclass():  # a subclass may override even `detach` and `shape`
        return _pack_plain_tensor(torch, item, buffers, pack, most)


def _pack_plain_tensor(torch: Any, item: Any, buffers: _Buffers, pack: Pack, most: int) -> Any:
    base = torch._C.TensorBase  # a subclass may have properties of its own in their place
    flags = [bool(base.requires_grad.__get__(item)), bool(base.is_leaf.__get__(item))]
    dtype = str(item.dtype).removeprefix("torch.")
    if item.layout is not torch.strided or item.is_meta or dtype not in TORCH_DTYPES:
        layout = (
            "" if item.layout is torch.strided else str(item.layout).removeprefix("torch.").replace("_coo", "") + " "
        )
        what = f"{layout}tensor of dtype {dtype}" + (" without values" if item.is_meta else "")
        return msgpack.ExtType(_OPAQUE, pack([what, f"<{what}>"]))
    if _full(buffers, item.numel() * item.element_size(), most):
        what = f"tensor of shape {tuple(item.shape)}, which is too large to look at"
        return msgpack.ExtType(_OPAQUE, pack([what, f"<{what}>"]))
    grad = item.grad if item.requires_grad and item.is_leaf else None
    buffers.append(raw(torch, item))
    place = len(buffers) - 1
    return msgpack.ExtType(_TENSOR, pack([dtype, list(item.shape), *flags, item.device.type, place, grad]))


def raw(torch: Any, tensor: Any) -> memoryview:
    """The elements of a strided tensor in order, as bytes; a view where they lie so already.

    A small one is copied: that takes a third of the time of making the view.
    """
    if (
        type(tensor) is torch.Tensor
        and tensor.numel() * tensor.element_size() <= CHUNK
        and tensor.dtype in _copied(torch)
    ):
        return memoryview(tensor.detach().numpy(force=True).tobytes())
    plain = tensor.detach().as_subclass(torch.Tensor).cpu().resolve_conj().resolve_neg().contiguous()
    flat = plain.as_strided((plain.numel(),), (1,))  # a single expanded element counts as contiguous with stride 0
    return memoryview(flat.view(torch.uint8).numpy())


def _copied(torch: Any) -> tuple[Any, ...]:
    """The everyday dtypes: numpy has them, and no flags change their meaning."""
    return (torch.float32, torch.int64, torch.uint8, torch.bool, torch.float64)


def _full(buffers: _Buffers, more: int, most: int) -> bool:
    """Whether `more` bytes do not fit into the frame any more; the header's share is kept free."""
    return buffers.total + more > most - MAX_HEADER


def _pack_array(numpy: Any, item: Any, buffers: _Buffers, pack: Pack, most: int) -> Any:
    plain = numpy.ascontiguousarray(item).reshape(numpy.shape(item))
    if plain.dtype.kind not in NUMPY_KINDS or not plain.dtype.isnative or _full(buffers, plain.nbytes, most):
        text = f"<array of dtype {plain.dtype} and shape {plain.shape}, which cannot be sent>"
        return msgpack.ExtType(_OPAQUE, pack(["ndarray", text]))
    buffers.append(memoryview(plain.reshape(-1).view(numpy.uint8)))
    code = _SCALAR if isinstance(item, numpy.generic) else _ARRAY
    return msgpack.ExtType(code, pack([plain.dtype.str, list(plain.shape), len(buffers) - 1]))


def load(header: bytes | bytearray, buffers: list[bytearray]) -> Any:
    """Rebuild the value of one frame.

    Raises:
        Malformed: whatever is wrong with the bytes.
    """

    depth = 0

    def unpack(code: int, data: bytes) -> Any:
        nonlocal depth
        if code == _INT:
            return int.from_bytes(data, "little", signed=True)
        if code == _COMPLEX:
            return complex(*struct.unpack("<dd", data))
        if depth == MAX_DEPTH:  # each level takes 30 KiB of the C stack, which would run over
            raise Malformed("a value is nested too deep")
        depth += 1
        part = parse(data)
        depth -= 1
        builder = _BUILDERS.get(code)
        if builder is None:
            raise Malformed(f"extension {code} is not known")
        return builder(part, buffers)

    def parse(data: bytes | bytearray) -> Any:
        return msgpack.unpackb(data, ext_hook=unpack, strict_map_key=False, unicode_errors="surrogatepass")

    try:
        value = parse(header)
        if _too_deep(value):
            raise Malformed("a value is nested too deep, or is msgpack's own timestamp")
        return value
    except Malformed:
        raise
    except Exception as error:  # msgpack, torch and numpy refuse bad bytes in many ways; all mean the same here
        raise Malformed(f"{type(error).__name__}: {str(error)[:200]}") from None


def _list(part: Any, *types: Any) -> list[Any]:
    if type(part) is not list or len(part) != len(types):
        raise Malformed("an extension has the wrong number of parts")
    for item, wanted in zip(part, types, strict=True):
        if wanted is not None and type(item) is not wanted:
            raise Malformed(f"expected {wanted.__name__}, found {type(item).__name__}")
    return part


def _shape(part: list[Any], buffers: list[bytearray], place: int, itemsize: int) -> tuple[tuple[int, ...], bytearray]:
    if len(part) > 32 or any(type(size) is not int or size < 0 for size in part):
        raise Malformed("a shape is not a list of sizes")
    if not 0 <= place < len(buffers) or len(buffers[place]) != math.prod(part) * itemsize:
        raise Malformed("a buffer does not match its shape")
    return tuple(part), buffers[place]


def _build_tensor(part: Any, buffers: list[bytearray]) -> Any:
    import torch

    dtype_name, sizes, requires_grad, is_leaf, device, place, grad = _list(part, str, list, bool, bool, str, int, None)
    if dtype_name not in TORCH_DTYPES:
        raise Malformed(f"dtype {dtype_name[:40]} is not known")
    dtype = getattr(torch, dtype_name)
    shape, buffer = _shape(sizes, buffers, place, dtype.itemsize)
    tensor = torch.frombuffer(buffer, dtype=dtype).reshape(shape) if buffer else torch.empty(shape, dtype=dtype)
    if dtype_name == "bool" and buffer and max(buffer) > 1:
        raise Malformed("a bool tensor holds bytes other than 0 and 1")
    facts = {"requires_grad": requires_grad, "is_leaf": is_leaf, "device": device[:20], "grad": grad}
    tensor.sent = facts  # type: ignore[attr-defined]  # tensors take attributes; torch's stubs do not say so
    return tensor


def _build_array(part: Any, buffers: list[bytearray], scalar: bool = False) -> Any:
    import numpy

    code, sizes, place = _list(part, str, list, int)
    if len(code) > 8:
        raise Malformed("a dtype is not known")
    dtype = numpy.dtype(code)
    if dtype.kind not in NUMPY_KINDS or dtype.hasobject or not dtype.isnative or dtype.itemsize > 32:
        raise Malformed(f"dtype {code} cannot be sent")
    shape, buffer = _shape(sizes, buffers, place, dtype.itemsize)
    if dtype.kind == "b" and buffer and max(buffer) > 1:
        raise Malformed("a bool array holds bytes other than 0 and 1")
    array = numpy.frombuffer(buffer, dtype=dtype).reshape(shape)
    if not scalar:
        return array
    if shape != ():
        raise Malformed("a scalar has a shape")
    return array[()]


def _build_path(part: Any, buffers: list[bytearray]) -> GuestPath:
    name, files, as_str = _list(part, str, list, bool)
    pairs = tuple((entry[0], entry[1]) for entry in (_list(pair, str, bytes) for pair in files))
    return GuestPath(name, pairs, as_str)


_BUILDERS: dict[int, Callable[[Any, list[bytearray]], Any]] = {
    _TUPLE: lambda part, buffers: tuple(part if type(part) is list else _list(part)),
    _TENSOR: _build_tensor,
    _ARRAY: _build_array,
    _SCALAR: lambda part, buffers: _build_array(part, buffers, scalar=True),
    _OPAQUE: lambda part, buffers: Opaque(*_list(part, str, str)),
    _CALLBACK: lambda part, buffers: Callback(*_list([part], int)),
    _PATH: _build_path,
}


def send(sock: socket.socket, value: Any, max_bytes: int = MAX_TOTAL) -> None:
    """Send one frame, whole. Raises OSError where the other side is gone."""
    send_parts(sock, dump(value, max_bytes))


def send_parts(sock: socket.socket, parts: list[bytes | memoryview]) -> None:
    """Send what `dump` gave."""
    total = sum(len(part) for part in parts)
    sent = sock.sendmsg(parts[:MOST_PARTS])
    if sent < total:
        sock.sendall(memoryview(b"".join(parts))[sent:])


def frame(value: Any) -> bytes:
    """One frame in one piece, for channels that are no sockets."""
    return b"".join(bytes(part) for part in dump(value))


def receive(read_into: Callable[[memoryview], None], max_bytes: int = MAX_TOTAL) -> Any:
    """Read one frame. `read_into` fills the whole view it is given, or raises EOFError.

    Raises:
        Malformed: the bytes are not the protocol, or more than `max_bytes`.
        EOFError: the other side ended; at once or in the middle of a frame.
    """
    head = bytearray(_HEAD.size)
    read_into(memoryview(head))
    magic, header_length, count = _HEAD.unpack(head)
    if magic != MAGIC or header_length > MAX_HEADER or count > MAX_BUFFERS:
        raise Malformed("a frame does not start as one")
    lengths: tuple[int, ...] = ()
    if count:
        table = bytearray(8 * count)
        read_into(memoryview(table))
        lengths = struct.unpack(f"<{count}Q", table)
    if sum(lengths) + header_length > max_bytes:
        raise Malformed("a frame is too large")
    header = bytearray(header_length)
    read_into(memoryview(header))
    buffers = []
    for length in lengths:
        buffer = bytearray(length)
        if length:
            read_into(memoryview(buffer))
        buffers.append(buffer)
    return load(header, buffers)


def blocking_reader(sock: socket.socket) -> Callable[[memoryview], None]:
    """A `read_into` for `receive` that waits as long as it takes, and reads nothing beyond the frame."""

    def read_into(view: memoryview) -> None:
        while view:
            count = sock.recv_into(view)
            if count == 0:
                raise EOFError
            view = view[count:]

    return read_into


class Buffered:
    """A `read_into` that takes what is there in one go, for a channel that carries frames and nothing else.

    `more` reads at most that many bytes, and raises EOFError at the end.
    """

    def __init__(self, more: Callable[[int], bytes]) -> None:
        self._more = more
        self._ahead = memoryview(b"")

    def __call__(self, view: memoryview) -> None:
        while view:
            if not self._ahead:
                self._ahead = memoryview(self._more(max(CHUNK, len(view))))
            count = min(len(view), len(self._ahead))
            view[:count] = self._ahead[:count]
            view, self._ahead = view[count:], self._ahead[count:]


def socket_reader(sock: socket.socket, spin_s: float) -> Buffered:
    """A buffered reader that waits as long as it takes, awake for the first `spin_s`."""

    def more(size: int) -> bytes:
        data, start = None, time.monotonic()
        while data is None and time.monotonic() - start < spin_s:
            try:
                data = sock.recv(min(size, LARGEST_READ), socket.MSG_DONTWAIT)
            except BlockingIOError:
                os.sched_yield()
        if data is None:
            data = sock.recv(min(size, LARGEST_READ))
        if not data:
            raise EOFError
        return data

    return Buffered(more)
