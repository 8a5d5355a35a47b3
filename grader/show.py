"""How values look to a person: a call as a line to paste, a value in short. No torch import of its own."""

from __future__ import annotations

import math
import re
import struct
import sys
from collections.abc import Callable
from typing import Any

from grader.guest.wire import Callback, GuestPath, Opaque
from grader.values import Call

PASTE_ELEMENTS = 40
SHORT_ELEMENTS = 24
LONGEST = 1500
_HEX_BITS = 8192  # Python refuses to write longer ints in decimal


def call(made: Call) -> str:
    """The call as Python: `mnist_distance(torch.zeros(1, 28, 28), torch.ones(28, 28))`."""
    parts = [literal(arg) for arg in made.args]
    parts += [f"{key}={literal(value)}" for key, value in made.kwargs]
    return f"{made.name}({', '.join(parts)})"


def literal(value: Any) -> str:
    """An expression that gives `value`, exactly; where that would be long, a description in <angle brackets>."""
    if _is_tensor(value):
        return _tensor_literal(value)
    if _is_array(value):
        return _array_literal(value)
    if isinstance(value, Callback):
        return value.text or "<function>"
    if isinstance(value, GuestPath):
        return repr(value.name) if value.as_str else f"Path({value.name!r})"
    if isinstance(value, Opaque):
        return re.sub(r" at 0x[0-9a-fA-F]+", "", value.text)  # an address is another one in every run
    if type(value) in (list, tuple):
        inside = ", ".join(literal(item) for item in value)
        return f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(value) == 1)})"
    if type(value) is dict:
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    text = _plain(value)
    if len(text) <= LONGEST:
        return text
    if isinstance(value, int):
        return f"<int of {value.bit_length()} bits>"
    return f"<{type(value).__name__} of length {len(value)}: {text[:200]}…>"


def brief(value: Any, room: int = SHORT_ELEMENTS) -> str:
    """A value for "got" and "expected": small ones whole, large ones by shape, dtype and range.

    Numbers in tensors are rounded to 7 digits; `room` bounds how many items of a list are shown, all depths together.
    """
    if _is_tensor(value) or _is_array(value):
        if (value.numel() if _is_tensor(value) else value.size) > SHORT_ELEMENTS:
            return _summary(value)
        value = value.detach() if _is_tensor(value) else value
        if not _is_tensor(value):
            return _array_literal(value)
        text = f"tensor({_nested(value.tolist(), number)}"
        usual = str(value.dtype) in ("torch.float32", "torch.int64", "torch.bool")
        return text + (")" if usual else f", dtype={value.dtype})")
    if type(value) in (list, tuple):
        shown = value[: max(1, room)]
        inside = ", ".join(brief(item, room // max(1, len(shown))) for item in shown)
        if len(shown) < len(value):
            inside += f", … {len(value)} in all"
        return cut(f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(value) == 1)})")
    return cut(literal(value))


def number(value: Any) -> str:
    """A number out of a tensor to read, not to paste: 7 digits are what float32 can tell apart."""
    if isinstance(value, float) and math.isfinite(value):
        return repr(float(f"{value:.7g}"))
    return _plain(value)


def kind(value: Any) -> str:
    """What a value is, in a beginner's words: "a tensor", "a list", "None"."""
    if value is None:
        return "None"
    if _is_tensor(value):
        return "a tensor"
    if _is_array(value):
        return "a numpy array"
    if isinstance(value, Opaque):
        known = {"function": "a function", "generator": "a generator", "type": "a class", "set": "a set"}
        return known.get(value.type_name, f"{article(value.type_name)} {value.type_name}")
    names = {bool: "a bool", int: "an int", float: "a float", str: "a string", list: "a list", tuple: "a tuple"}
    return names.get(type(value), f"{article(type(value).__name__)} {type(value).__name__}")


def article(name: str) -> str:
    """The article, "a" or "an", that `name` needs."""
    return "an" if name[:1].lower() in "aeiou" else "a"


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic))


def _plain(value: Any) -> str:
    """Python for a plain value; `repr` alone gives no expression for nan, inf and very long ints."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')" if value == value else "float('nan')"
    if isinstance(value, complex) and not (math.isfinite(value.real) and math.isfinite(value.imag)):
        return f"complex({_plain(value.real)}, {_plain(value.imag)})"
    if isinstance(value, int) and value.bit_length() > _HEX_BITS:
        return hex(value)
    return repr(value)


def _exactly(value: Any, dtype: str) -> str:
    """Python for one element of a tensor or array: the shortest that gives its very bits back."""
    if not isinstance(value, float) or not math.isfinite(value) or dtype.endswith(("float64", "float128")):
        return _plain(value)
    texts = (repr(float(f"{value:.{digits}g}")) for digits in range(6, 10))
    # An element of float16 or bfloat16 is one of float32 too, and 9 digits always do for that.
    return next((text for text in texts if _float32(float(text)) == value), repr(value))


def _float32(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:  # rounded up, beyond the largest float32
        return math.inf


def _nested(values: Any, write: Callable[[Any], str]) -> str:
    if isinstance(values, list):
        return f"[{', '.join(_nested(part, write) for part in values)}]"
    return write(values)


def _tensor_literal(tensor: Any) -> str:
    recipe = getattr(tensor, "recipe", None)
    dtype = str(tensor.dtype)
    grad = ", requires_grad=True" if tensor.requires_grad else ""
    if recipe is not None:
        return str(recipe) + (".requires_grad_()" if grad else "")
    usual = {"torch.float32": "", "torch.bool": "", "torch.int64": ""}.get(dtype, f", dtype={dtype}")
    plain = tensor.detach()
    if 0 in plain.shape:
        return f"torch.empty({_sizes(plain.shape)}, dtype={dtype}{grad})"
    first = plain.reshape(-1)[0]
    if plain.numel() > 4 and bool((plain == first).all()):
        filled = _exactly(first.item(), dtype)
        return f"torch.full({tuple(plain.shape)}, {filled}{f', dtype={dtype}' if usual else ''}{grad})"
    if plain.numel() <= PASTE_ELEMENTS:
        text = _nested(plain.tolist(), lambda item: _exactly(item, dtype))
        return f"torch.tensor({text}{usual}{grad})"
    return f"<{_summary(tensor)}>"


def _sizes(shape: Any) -> str:
    return ", ".join(str(size) for size in shape) if len(shape) else "()"


def _array_literal(array: Any) -> str:
    dtype = str(array.dtype)
    if 0 in array.shape:
        return f"np.empty({array.shape}, dtype='{dtype}')"
    text = _nested(array.tolist(), lambda item: _exactly(item, dtype)) if array.size <= PASTE_ELEMENTS else ""
    if isinstance(array, sys.modules["numpy"].generic):
        return f"np.{'bool_' if dtype == 'bool' else dtype}({text})"
    if text:
        return f"np.array({text}, dtype='{dtype}')"
    return f"<{_summary(array)}>"


def _summary(value: Any) -> str:
    what = "tensor" if _is_tensor(value) else "numpy array"
    text = f"{what} of shape {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}"
    if str(value.dtype).startswith(("torch.complex", "complex")):
        return text
    if str(value.dtype) in ("torch.uint16", "torch.uint32", "torch.uint64"):
        value = value.double()  # torch has no minimum for these
    return f"{text}, values from {number(value.min().item())} to {number(value.max().item())}"


def cut(text: str) -> str:
    """The first `LONGEST` characters, and how many there were."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
