"""Comparisons for checks: each looks at type, then shape, dtype and values, and says what is wrong in that order.

A check passes on silently or raises `Wrong`, which carries the value got and the value expected. Tolerances are
torch's: |got − expected| ≤ atol + rtol · |expected|, in float64
(https://docs.pytorch.org/docs/stable/generated/torch.allclose.html). `torch.testing` is not used: its first import
costs half of torch's own. On a GPU sums are taken in another order, and products of float32 may be rounded: there both
tolerances are ten times as wide, by what the judge was asked to grade on and not by what a guest says of its tensors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from grader import messages, show

RTOL = 1e-4
ATOL = 1e-6
WIDER = {"cuda": 10.0}
_DEVICE: ContextVar[str] = ContextVar("device", default="cpu")
_NOTHING = object()


class Wrong(AssertionError):
    """A check's complaint: a sentence, and the values it is about."""

    def __init__(self, message: str, *, got: Any = _NOTHING, expected: Any = _NOTHING) -> None:
        super().__init__(message)
        self.message = message
        self.got = None if got is _NOTHING else show.brief(got)
        self.expected = None if expected is _NOTHING else show.brief(expected)


def about(what: str, compare: Callable[..., None], *given: Any, **more: Any) -> None:
    """Run a comparison, and say what it is that its complaint is about."""
    try:
        compare(*given, **more)
    except Wrong as wrong:
        wrong.message = f"This is about {what}. {wrong.message}"
        raise


@contextmanager
def on_device(device: str) -> Iterator[None]:
    """Compare with this device's tolerances inside."""
    token = _DEVICE.set(device)
    try:
        yield
    finally:
        _DEVICE.reset(token)


def that(condition: object, message: str, *, got: Any = _NOTHING, expected: Any = _NOTHING) -> None:
    """Complain with `message` unless `condition` holds."""
    if not condition:
        raise Wrong(message, got=got, expected=expected)


def tensor(
    got: Any,
    expected: Any,
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    dtype: Any = None,
    requires_grad: bool | None = None,
) -> None:
    """`got` must be a tensor equal to `expected` (a tensor, any shape, best computed in float64).

    The dtype asked for is `dtype`; by default float32 where `expected` is floating, else that of `expected`.
    Integer and bool tensors are compared exactly. `requires_grad` False asks for a detached result.
    """
    import torch

    _not_none(got, expected)
    if not isinstance(got, torch.Tensor):
        raise Wrong(messages.WRONG_TYPE.format(got=show.kind(got), expected="a tensor"), got=got, expected=expected)
    wanted = dtype or (torch.float32 if expected.is_floating_point() else expected.dtype)
    _shape(got, expected.to(wanted))
    if got.dtype != wanted:
        raise Wrong(messages.WRONG_DTYPE.format(got=got.dtype, expected=wanted), got=got, expected=expected.to(wanted))
    asked = got.requires_grad if requires_grad is None else requires_grad
    if requires_grad is not None and sent(got, "requires_grad") != asked:
        raise Wrong(messages.NEEDS_GRAD if asked else messages.NEEDS_NO_GRAD, got=got, expected=expected.to(wanted))
    _values(got, expected.to(wanted) if not wanted.is_floating_point else expected, rtol, atol)


def sent(value: Any, what: str) -> Any:
    """What the guest said of a tensor beside its values: "requires_grad", "is_leaf", "device" or "grad"."""
    return getattr(value, "sent", {}).get(what, getattr(value, what, None))


def scalar(got: Any, expected: float, *, rtol: float = RTOL, atol: float = ATOL, zero_dim: bool = False) -> None:
    """`got` must be one number: a 0-d tensor, a one-element numpy value or a Python number.

    With `zero_dim`, only a 0-d tensor will do. A 0-d tensor has to be float32, as the arguments were.
    """
    import torch

    _not_none(got, expected)
    if isinstance(got, torch.Tensor):
        if got.shape != ():
            raise Wrong(messages.WRONG_SHAPE.format(got=tuple(got.shape), expected="()"), got=got, expected=expected)
        if got.dtype != torch.float32:
            raise Wrong(messages.WRONG_DTYPE.format(got=got.dtype, expected=torch.float32), got=got, expected=expected)
    elif zero_dim or not _is_number(got):
        wanted = "a 0-d tensor" if zero_dim else "one number"
        raise Wrong(messages.WRONG_TYPE.format(got=show.kind(got), expected=wanted), got=got, expected=expected)
    number = _float(got.item() if hasattr(got, "item") else got)
    if not _near(number, float(expected), rtol, atol):
        raise Wrong(messages.WRONG_VALUE, got=got, expected=expected)


def exactly(got: Any, expected: Any) -> None:
    """`got` must equal `expected` in type and value, through lists, tuples and dicts; True is not 1, 2.0 is not 2."""
    _not_none(got, expected)
    if type(got) is not type(expected):
        words = {"got": show.kind(got), "expected": show.kind(expected)}
        raise Wrong(messages.WRONG_TYPE.format(**words), got=got, expected=expected)
    if isinstance(expected, (list, tuple)):
        _items(got, expected)
    elif isinstance(expected, dict):
        if [(type(key), key) for key in got] != [(type(key), key) for key in expected]:
            text = messages.WRONG_KEYS.format(got=show.brief(list(got)), expected=show.brief(list(expected)))
            raise Wrong(text, got=got, expected=expected)
        _items(tuple(got.values()), tuple(expected.values()))
    elif got != expected and not (isinstance(got, float) and math.isnan(got) and math.isnan(expected)):
        raise Wrong(messages.WRONG_VALUE, got=got, expected=expected)


def kind(got: Any, wanted: type, words: str | None = None) -> None:
    """`got` must be of exactly the type `wanted` (a builtin type, or torch.Tensor)."""
    if got is None and wanted is not type(None):
        raise Wrong(messages.RETURNED_NONE, got=got)
    if type(got) is not wanted:
        noun = wanted.__name__.lower()
        name = words or f"{show.article(noun)} {noun}"
        raise Wrong(messages.WRONG_TYPE.format(got=show.kind(got), expected=name), got=got)


def shape(got: Any, wanted: tuple[int, ...], *, dtype: Any = None) -> None:
    """`got` must be a tensor of this shape, and of this dtype where one is given; its values are not looked at."""
    import torch

    kind(got, torch.Tensor, "a tensor")
    if tuple(got.shape) != tuple(wanted):
        raise Wrong(messages.WRONG_SHAPE.format(got=tuple(got.shape), expected=tuple(wanted)), got=got)
    if dtype is not None and got.dtype != dtype:
        raise Wrong(messages.WRONG_DTYPE.format(got=got.dtype, expected=dtype), got=got)


def _not_none(got: Any, expected: Any) -> None:
    if got is None and expected is not None:
        raise Wrong(messages.RETURNED_NONE, got=got, expected=expected)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return True
    return getattr(value, "size", None) == 1 and getattr(getattr(value, "dtype", None), "kind", "") in "iuf"


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # an int beyond the largest float
        return math.inf if value > 0 else -math.inf


def _shape(got: Any, expected: Any) -> None:
    if got.shape != expected.shape:
        words = {"got": tuple(got.shape), "expected": tuple(expected.shape)}
        raise Wrong(messages.WRONG_SHAPE.format(**words), got=got, expected=expected)


def _wider() -> float:
    return WIDER.get(_DEVICE.get(), 1.0)


def _near(got: float, expected: float, rtol: float, atol: float) -> bool:
    if math.isinf(expected) or math.isnan(expected):
        return got == expected or (math.isnan(got) and math.isnan(expected))
    return math.isfinite(got) and abs(got - expected) <= (atol + rtol * abs(expected)) * _wider()


def _values(got: Any, expected: Any, rtol: float, atol: float) -> None:
    import torch

    if got.numel() == 0:
        return
    if not got.is_floating_point():
        wrong = got != expected
    else:
        left, right = got.detach().double(), expected.detach().double()
        same = (left == right) | (left.isnan() & right.isnan())
        near = (left - right).abs() <= (atol + rtol * right.abs()) * _wider()
        wrong = ~(same | near & left.isfinite() & right.isfinite())
    if not bool(wrong.any()):
        return
    where = tuple(int(index) for index in torch.nonzero(wrong)[0]) if wrong.dim() else ()
    if wrong.numel() == 1:
        raise Wrong(messages.WRONG_VALUE, got=got, expected=expected.to(got.dtype))
    words = {
        "where": list(where),
        "got": show.number(got[where].item()),
        "expected": show.number(expected[where].item()),
    }
    text = messages.WRONG_ELEMENT.format(**words, count=int(wrong.sum()), total=wrong.numel())
    raise Wrong(text, got=got, expected=expected.to(got.dtype))


def _items(got: Any, expected: Any) -> None:
    if len(got) != len(expected):
        words = {"got": len(got), "expected": len(expected)}
        raise Wrong(messages.WRONG_LENGTH.format(**words), got=got, expected=expected)
    for place, (left, right) in enumerate(zip(got, expected, strict=True)):
        try:
            exactly(left, right)
        except Wrong:
            text = messages.WRONG_ITEM.format(where=place, got=show.brief(left), expected=show.brief(right))
            raise Wrong(text, got=got, expected=expected) from None
