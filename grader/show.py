"""How values look to a person: a call as a line to paste, a value in short. No torch import of its own."""

from __future__ import annotations

import sys
from typing import Any

from grader.guest.wire import Callback, GuestPath, Opaque
from grader.values import Call

PASTE_ELEMENTS = 40
SHORT_ELEMENTS = 24
LONGEST = 1500


def call(made: Call) -> str:
    """The call as Python: `mnist_distance(torch.zeros(1, 28, 28), torch.ones(28, 28))`."""
    parts = [literal(arg) for arg in made.args]
    parts += [f"{key}={literal(value)}" for key, value in made.kwargs]
    return f"{made.name}({', '.join(parts)})"


def literal(value: Any) -> str:
    """An expression that gives `value`, as far as there is a short one."""
    if _is_tensor(value):
        return _tensor_literal(value)
    if _is_array(value):
        return _array_literal(value)
    if isinstance(value, Callback):
        return value.text or "<function>"
    if isinstance(value, GuestPath):
        return repr(value.name) if value.as_str else f"Path({value.name!r})"
    if isinstance(value, Opaque):
        return value.text
    if type(value) in (list, tuple):
        inside = ", ".join(literal(item) for item in value)
        return f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(value) == 1)})"
    if type(value) is dict:
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    return _cut(repr(value))


def brief(value: Any) -> str:
    """A value for "got" and "expected": small ones whole, large ones by shape, dtype and range."""
    if _is_tensor(value) or _is_array(value):
        if (value.numel() if _is_tensor(value) else value.size) > SHORT_ELEMENTS:
            return _summary(value)
        value = value.detach() if _is_tensor(value) else value
        if not _is_tensor(value):
            return _array_literal(value)
        text = f"tensor({_numbers(value)}"
        usual = str(value.dtype) in ("torch.float32", "torch.int64", "torch.bool")
        return text + (")" if usual else f", dtype={value.dtype})")
    if type(value) in (list, tuple) and len(value) > SHORT_ELEMENTS:
        opening, closing = "[]" if type(value) is list else "()"
        inside = ", ".join(brief(item) for item in value[:SHORT_ELEMENTS])
        return f"{opening}{inside}, … {len(value)} in all{closing}"
    if type(value) in (list, tuple):
        inside = ", ".join(brief(item) for item in value)
        return f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(value) == 1)})"
    return _number(value) if type(value) is float else _cut(literal(value))


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
        return known.get(value.type_name, f"{_article(value.type_name)} {value.type_name}")
    names = {bool: "a bool", int: "an int", float: "a float", str: "a string", list: "a list", tuple: "a tuple"}
    return names.get(type(value), f"{_article(type(value).__name__)} {type(value).__name__}")


def _article(name: str) -> str:
    return "an" if name[:1].lower() in "aeiou" else "a"


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic))


def _number(value: Any) -> str:
    return repr(round(value, 6)) if isinstance(value, float) and 1e-3 < abs(value) < 1e6 else repr(value)


def _numbers(tensor: Any) -> str:
    def nested(item: Any) -> str:
        return f"[{', '.join(nested(part) for part in item)}]" if isinstance(item, list) else _number(item)

    text = nested(tensor.tolist())
    return text.replace("nan", "float('nan')").replace("inf", "float('inf')") if "n" in text else text


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
        number = _number(first.item())
        return f"torch.full({tuple(plain.shape)}, {number}{f', dtype={dtype}' if usual else ''}{grad})"
    if plain.numel() <= PASTE_ELEMENTS:
        return f"torch.tensor({_numbers(plain)}{usual}{grad})"
    return f"<{_summary(tensor)}>"


def _sizes(shape: Any) -> str:
    return ", ".join(str(size) for size in shape) if len(shape) else "()"


def _array_literal(array: Any) -> str:
    if array.shape == ():
        return f"np.{array.dtype}({_number(array.item())})"
    if array.size <= PASTE_ELEMENTS:
        return f"np.array({_cut(repr(array.tolist()))}, dtype='{array.dtype}')"
    return f"<{_summary(array)}>"


def _summary(value: Any) -> str:
    what = "tensor" if _is_tensor(value) else "numpy array"
    text = f"{what} of shape {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}"
    if str(value.dtype).startswith(("torch.complex", "complex")):
        return text
    low, high = value.min().item(), value.max().item()
    return f"{text}, values from {_number(low)} to {_number(high)}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
