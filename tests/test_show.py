"""A call that is shown can be pasted, and no value is too odd or too large to be shown in short."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from test_draw import TENSORS, same

from grader import show
from grader.guest.wire import TORCH_DTYPES, Callback, GuestPath, Opaque
from grader.values import Call

SCOPE = {"torch": torch, "np": np, "Path": Path}
SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)
ARRAY_DTYPES = st.sampled_from(
    ["float32", "float64", "float16", "uint8", "int16", "int64", "uint64", "bool", "c8", "c16"]
)
ARRAYS = ARRAY_DTYPES.flatmap(lambda dtype: npst.arrays(dtype, SHAPES))
SCALARS = ARRAY_DTYPES.flatmap(lambda dtype: npst.arrays(dtype, ())).map(lambda array: array[()])
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.binary(max_size=9)
    | st.text(st.characters(exclude_characters="<"), max_size=9)
)  # fmt: skip
TENSOR_DTYPES = st.sampled_from([name for name in TORCH_DTYPES if name not in ("bool", "complex64", "complex128")])


@st.composite
def bare_tensors(drawn: Any) -> torch.Tensor:
    """Tensors without a recipe, as a student returns them: any dtype, any bits, some full of one value."""
    dtype = getattr(torch, drawn(TENSOR_DTYPES))
    shape = drawn(SHAPES)
    if drawn(st.booleans()):
        return torch.full(shape, drawn(st.integers(0, 9)), dtype=dtype)
    size = math.prod(shape) * dtype.itemsize
    raw = bytearray(drawn(st.binary(min_size=size, max_size=size)))
    tensor = torch.frombuffer(raw, dtype=dtype).reshape(shape) if raw else torch.empty(shape, dtype=dtype)
    return tensor.requires_grad_() if dtype.is_floating_point and drawn(st.booleans()) else tensor


OTHER_TENSORS = ARRAYS.filter(lambda array: array.dtype.kind in "bc").map(torch.from_numpy)
VALUES = st.recursive(
    PLAIN | TENSORS | bare_tensors() | OTHER_TENSORS | ARRAYS | SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(st.characters(exclude_characters="<"), max_size=3), inner, max_size=3)
    ),
    max_leaves=4,
)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are alike in type and value, through containers; all NaN count as one."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and equal(list(left.values()), list(right.values()))
    if isinstance(left, torch.Tensor):
        if left.dtype.is_complex or str(left.dtype).startswith("torch.uint"):  # torch compares few of these
            return left.dtype == right.dtype and left.shape == right.shape and equal(left.tolist(), right.tolist())
        return left.requires_grad == right.requires_grad and same(left, right)
    if isinstance(left, (np.ndarray, np.generic)):
        return left.dtype == right.dtype and left.shape == right.shape and equal(left.tolist(), right.tolist())
    if isinstance(left, complex):
        return equal(left.real, right.real) and equal(left.imag, right.imag)
    return bool(left == right) or (left != left and right != right)


@settings(max_examples=400, deadline=None)
@given(VALUES)
def test_a_literal_gives_the_value_back(value: Any) -> None:
    """Where it describes nothing in angle brackets, a literal evaluates to an equal value of the same type."""
    text = show.literal(value)
    if "<" not in text:
        assert equal(eval(text, dict(SCOPE)), value), text


@settings(max_examples=200, deadline=None)
@given(PLAIN | SCALARS | TENSORS)
def test_small_values_are_always_written_out(value: Any) -> None:
    """A plain value, a numpy scalar and a drawn tensor are never only described."""
    assert not show.literal(value).startswith("<")


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_what_is_brief_is_short(value: Any) -> None:
    """Every value has a short text."""
    assert 0 < len(show.brief(value)) < show.LONGEST + 100
    assert show.kind(value)


NESTED: Any = 1
for _ in range(5):
    NESTED = [NESTED] * 24

LARGE: dict[str, Any] = {
    "an int of 5,000 digits": 10**5000,
    "a long negative int": -(10**5000),
    "a long text": "x" * 10**6,
    "long bytes": b"x" * 10**6,
    "a long list": list(range(10**6)),
    "deep lists": NESTED,
    "a list of long texts": ["x" * 10**5] * 30,
    "a large dict": {str(i): i for i in range(10**4)},
    **{f"a tensor of {name}": torch.ones(30, 30).to(getattr(torch, name)) for name in TORCH_DTYPES},
    **{
        f"an array of {name}": np.ones((30, 30), name)
        for name in ("f2", "f4", "f8", "u2", "u8", "?", "c8", "longdouble")
    },
    "a tensor of nan": torch.full((30, 30), math.nan),
    "a tensor with gradient": torch.ones(30, 30, requires_grad=True),
    "what did not cross": Opaque("Model", "Model(\n  (0): Linear()\n)"),
}


@pytest.mark.parametrize("name", LARGE)
def test_no_value_is_too_large_to_be_shown(name: str) -> None:
    """A large or odd value has a short text too, and its kind in words."""
    assert 0 < len(show.brief(LARGE[name])) < show.LONGEST + 100
    assert show.kind(LARGE[name])
    if "list" not in name and "dict" not in name:
        assert len(show.literal(LARGE[name])) < show.LONGEST


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.tensor([0.1, 2.0]), "torch.tensor([0.1, 2.0])"),
        (torch.tensor([1 / 3], dtype=torch.float64), "torch.tensor([0.3333333333333333], dtype=torch.float64)"),
        (torch.zeros(2, 3), "torch.full((2, 3), 0.0)"),
        (torch.zeros(0, 3), "torch.empty(0, 3, dtype=torch.float32)"),
        (torch.tensor(2), "torch.tensor(2)"),
        (torch.tensor([1], dtype=torch.uint8), "torch.tensor([1], dtype=torch.uint8)"),
        (torch.tensor([1.0], requires_grad=True), "torch.tensor([1.0], requires_grad=True)"),
        (torch.tensor([-math.inf, math.nan]), "torch.tensor([float('-inf'), float('nan')])"),
        (np.float32(0.1), "np.float32(0.1)"),
        (np.array([1, 2]), "np.array([1, 2], dtype='int64')"),
        ((1,), "(1,)"),
        ({"a": [1.5]}, "{'a': [1.5]}"),
        (GuestPath("a.png"), "Path('a.png')"),
        (GuestPath("a.png", as_str=True), "'a.png'"),
        (Callback(1, "lambda x: x**2"), "lambda x: x**2"),
        (Callback(1), "<function>"),
    ],
    ids=str,
)  # fmt: skip
def test_a_literal_is_what_a_person_would_type(value: Any, text: str) -> None:
    """Defaults are left out, numbers have no more digits than they need, paths and functions look like themselves."""
    assert show.literal(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.tensor([0.1, 1 / 3]), "tensor([0.1, 0.3333333])"),
        (torch.tensor(1.0, dtype=torch.float64), "tensor(1.0, dtype=torch.float64)"),
        (torch.arange(25), "tensor of shape (25,), int64, values from 0 to 24"),
        (np.zeros((5, 6), np.float32), "numpy array of shape (5, 6), float32, values from 0.0 to 0.0"),
        (list(range(30)), f"[{', '.join(map(str, range(24)))}, … 30 in all]"),
        ([[1, 2], [3, 4]], "[[1, 2], [3, 4]]"),
        ((1,), "(1,)"),
        (None, "None"),
        (0.1, "0.1"),
    ],
    ids=str,
)  # fmt: skip
def test_brief_texts(value: Any, text: str) -> None:
    """Small values are shown whole, large ones by shape, type and range."""
    assert show.brief(value) == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        *((None, "None"), (True, "a bool"), (1, "an int"), (1.0, "a float"), ("", "a string"), ([], "a list")),
        *(((), "a tuple"), ({}, "a dict"), (torch.ones(1), "a tensor"), (np.ones(1), "a numpy array")),
        *((np.float32(1), "a numpy array"), (Opaque("generator", ""), "a generator"), (Opaque("Adam", ""), "an Adam")),
    ],
    ids=str,
)  # fmt: skip
def test_kinds_are_said_in_words(value: Any, words: str) -> None:
    """What a value is, is said in a beginner's words."""
    assert show.kind(value) == words


def test_a_call_can_be_pasted() -> None:
    """A call is shown with its arguments by position and by name."""
    made = Call("call", "f", (torch.tensor([1.0]), GuestPath("x")), (("h", 0.5),))
    assert show.call(made) == "f(torch.tensor([1.0]), Path('x'), h=0.5)"
