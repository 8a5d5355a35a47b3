"""What each comparison lets pass, and what it says of everything else: type first, then shape, dtype and values."""

from __future__ import annotations

import math
from collections.abc import Callable
from string import Formatter
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader import expect, messages
from grader.expect import Wrong
from grader.guest.wire import Opaque

ONE = torch.tensor([1.0, 2.0])
F64, I64, U8 = torch.float64, torch.int64, torch.uint8
NAN = math.nan


def literal_parts(message: str) -> list[str]:
    """A message's text without what is filled in."""
    return [text for text, *_ in Formatter().parse(message) if text]


def complaint(compare: Callable[[], None]) -> Wrong:
    with pytest.raises(Wrong) as caught:
        compare()
    return caught.value


def says(error: Wrong, message: str) -> bool:
    """Whether `error` is an instance of `message`."""
    return all(part in error.message for part in literal_parts(message))


TENSOR_PASSES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "the same": (ONE, ONE, {}),
    "float64 expected, float32 got": (ONE, ONE.double(), {}),
    "within the relative tolerance": (ONE * (1 + 9e-5), ONE, {}),
    "within the absolute tolerance": (torch.tensor([9e-7]), torch.tensor([0.0]), {}),
    "a wider tolerance": (ONE * 1.04, ONE, {"rtol": 0.05}),
    "no axis": (torch.tensor(1.0), torch.tensor(1.0, dtype=F64), {}),
    "no element": (torch.zeros(0, 3), torch.zeros(0, 3, dtype=F64), {}),
    "ints": (torch.tensor([1, 2]), torch.tensor([1, 2]), {}),
    "bools": (torch.tensor([True]), torch.tensor([True]), {}),
    "float64 asked for": (ONE.double(), ONE, {"dtype": F64}),
    "ints for a float asked for": (torch.tensor([1.0]), torch.tensor([1]), {"dtype": torch.float32}),
    "infinite where that is right": (torch.tensor([math.inf, -math.inf]), torch.tensor([math.inf, -math.inf]), {}),
    "nan where that is right": (torch.tensor([NAN]), torch.tensor([NAN]), {}),
    "gradient not asked about": (ONE.clone().requires_grad_(), ONE, {}),
    "gradient asked for": (ONE.clone().requires_grad_(), ONE, {"requires_grad": True}),
    "detached asked for": (ONE, ONE, {"requires_grad": False}),
}
TENSOR_WRONG: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "nothing": (None, ONE, {}, messages.RETURNED_NONE),
    "a list": ([1.0, 2.0], ONE, {}, messages.WRONG_TYPE),
    "an array": (np.array([1.0, 2.0], np.float32), ONE, {}, messages.WRONG_TYPE),
    "a number": (1.0, torch.tensor(1.0), {}, messages.WRONG_TYPE),
    "a model": (Opaque("Model", "Model()"), ONE, {}, messages.WRONG_TYPE),
    "an axis more": (ONE[None], ONE, {}, messages.WRONG_SHAPE),
    "an axis less": (torch.tensor(1.0), torch.tensor([1.0]), {}, messages.WRONG_SHAPE),
    "shape before dtype": (torch.tensor([1]), ONE, {}, messages.WRONG_SHAPE),
    "another empty shape": (torch.zeros(3, 0), torch.zeros(0, 3), {}, messages.WRONG_SHAPE),
    "float64": (ONE.double(), ONE, {}, messages.WRONG_DTYPE),
    "ints for floats": (torch.tensor([1, 2]), ONE, {}, messages.WRONG_DTYPE),
    "floats for ints": (ONE, torch.tensor([1, 2]), {}, messages.WRONG_DTYPE),
    "int32 for int64": (torch.tensor([1], dtype=torch.int32), torch.tensor([1]), {}, messages.WRONG_DTYPE),
    "dtype before values": (torch.tensor([5, 5]), ONE, {}, messages.WRONG_DTYPE),
    "an empty one of another dtype": (torch.zeros(0, dtype=I64), torch.zeros(0), {}, messages.WRONG_DTYPE),
    "a gradient": (ONE.clone().requires_grad_(), ONE, {"requires_grad": False}, messages.NEEDS_NO_GRAD),
    "no gradient": (ONE, ONE, {"requires_grad": True}, messages.NEEDS_GRAD),
    "one value off": (torch.tensor([1.0, 2.1]), ONE, {}, messages.WRONG_ELEMENT),
    "the only value off": (torch.tensor([1.1]), torch.tensor([1.0]), {}, messages.WRONG_VALUE),
    "just outside the tolerance": (ONE * (1 + 2e-4), ONE, {}, messages.WRONG_ELEMENT),
    "a small number for zero": (torch.tensor([2e-6]), torch.tensor([0.0]), {}, messages.WRONG_VALUE),
    "nan": (torch.tensor([NAN, 2.0]), ONE, {}, messages.WRONG_ELEMENT),
    "a number for nan": (ONE, torch.tensor([NAN, 2.0]), {}, messages.WRONG_ELEMENT),
    "infinite": (torch.tensor([math.inf, 2.0]), ONE, {}, messages.WRONG_ELEMENT),
    "a number for infinite": (ONE, torch.tensor([math.inf, 2.0]), {}, messages.WRONG_ELEMENT),
    "the wrong infinity": (torch.tensor([-math.inf]), torch.tensor([math.inf]), {}, messages.WRONG_VALUE),
    "an int off": (torch.tensor([1, 3]), torch.tensor([1, 2]), {}, messages.WRONG_ELEMENT),
    "a bool off": (torch.tensor([True, True]), torch.tensor([True, False]), {}, messages.WRONG_ELEMENT),
    "large ints next to each other": (torch.tensor([2**53 + 1]), torch.tensor([2**53]), {}, messages.WRONG_VALUE),
}


@pytest.mark.parametrize("case", TENSOR_PASSES)
def test_a_right_tensor_passes(case: str) -> None:
    """A tensor of the right shape and dtype within the tolerance passes."""
    got, expected, options = TENSOR_PASSES[case]
    expect.tensor(got, expected, **options)


@pytest.mark.parametrize("case", TENSOR_WRONG)
def test_a_wrong_tensor_is_told_what_is_wrong_first(case: str) -> None:
    """Anything else is Wrong, with the first thing that is wrong and both values."""
    got, expected, options, message = TENSOR_WRONG[case]
    error = complaint(lambda: expect.tensor(got, expected, **options))
    assert says(error, message), error.message
    assert error.got is not None
    assert error.expected is not None


def test_the_first_wrong_element_is_named() -> None:
    """Of many wrong elements the first is shown with its place, and their number."""
    error = complaint(
        lambda: expect.tensor(torch.tensor([[1.0, 0.1], [0.2, 4.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    )
    assert error.message == "The value at [0, 1] is 0.1; it should be 2.0. 2 of 4 elements are wrong."


def test_what_the_guest_said_of_a_tensor_counts() -> None:
    """`sent` prefers what came over the wire with a tensor to what its copy here says of itself."""
    tensor: Any = torch.ones(1)
    assert expect.sent(tensor, "requires_grad") is False
    tensor.sent = {"requires_grad": True, "is_leaf": False}
    assert expect.sent(tensor, "requires_grad") is True
    assert expect.sent(tensor, "is_leaf") is False
    assert expect.sent(tensor, "nothing known") is None
    assert says(complaint(lambda: expect.tensor(tensor, tensor, requires_grad=False)), messages.NEEDS_NO_GRAD)


SCALAR_PASSES: dict[str, tuple[Any, float, dict[str, Any]]] = {
    "a 0-d tensor": (torch.tensor(2.0), 2.0, {}),
    "a float": (2.0, 2.0, {}),
    "an int": (2, 2.0, {}),
    "a numpy float": (np.float32(2), 2.0, {}),
    "a numpy int": (np.int64(2), 2.0, {}),
    "an array of one": (np.array([2.0]), 2.0, {}),
    "a 0-d array": (np.array(2.0), 2.0, {}),
    "within the tolerance": (2.0001, 2.0, {}),
    "infinite where that is right": (math.inf, math.inf, {}),
    "nan where that is right": (NAN, NAN, {}),
    "0-d asked for": (torch.tensor(2.0), 2.0, {"zero_dim": True}),
    "a 0-d expected value": (2.0, torch.tensor(2.0), {}),  # type: ignore[dict-item]  # anything float() takes
}
SCALAR_WRONG: dict[str, tuple[Any, float, dict[str, Any], str]] = {
    "nothing": (None, 2.0, {}, messages.RETURNED_NONE),
    "a text": ("2.0", 2.0, {}, messages.WRONG_TYPE),
    "a list": ([2.0], 2.0, {}, messages.WRONG_TYPE),
    "a bool": (True, 1.0, {}, messages.WRONG_TYPE),
    "a numpy bool": (np.bool_(True), 1.0, {}, messages.WRONG_TYPE),
    "a complex number": (2 + 0j, 2.0, {}, messages.WRONG_TYPE),
    "an array of two": (np.array([2.0, 2.0]), 2.0, {}, messages.WRONG_TYPE),
    "an empty array": (np.array([]), 2.0, {}, messages.WRONG_TYPE),
    "an axis": (torch.tensor([2.0]), 2.0, {}, messages.WRONG_SHAPE),
    "float64": (torch.tensor(2.0, dtype=F64), 2.0, {}, messages.WRONG_DTYPE),
    "an int tensor": (torch.tensor(2), 2.0, {}, messages.WRONG_DTYPE),
    "a float where 0-d is asked for": (2.0, 2.0, {"zero_dim": True}, messages.WRONG_TYPE),
    "another value": (2.1, 2.0, {}, messages.WRONG_VALUE),
    "nan": (NAN, 2.0, {}, messages.WRONG_VALUE),
    "infinite": (math.inf, 2.0, {}, messages.WRONG_VALUE),
    "a number for infinite": (1e300, math.inf, {}, messages.WRONG_VALUE),
    "a number for nan": (2.0, NAN, {}, messages.WRONG_VALUE),
    "an int larger than any float": (10**5000, 2.0, {}, messages.WRONG_VALUE),
    "an int smaller than any float": (-(10**5000), 2.0, {}, messages.WRONG_VALUE),
}


@pytest.mark.parametrize("case", SCALAR_PASSES)
def test_a_right_number_passes(case: str) -> None:
    """One number in any allowed form passes."""
    got, expected, options = SCALAR_PASSES[case]
    expect.scalar(got, expected, **options)


@pytest.mark.parametrize("case", SCALAR_WRONG)
def test_a_wrong_number_is_told_what_is_wrong_first(case: str) -> None:
    """Anything else is Wrong, with the first thing that is wrong."""
    got, expected, options, message = SCALAR_WRONG[case]
    error = complaint(lambda: expect.scalar(got, expected, **options))
    assert says(error, message), error.message


EXACT_PASSES: list[Any] = [None, True, 1, 1.5, "a", b"a", [], [1, (2.0, "x")], (1,), {"a": [1]}, NAN, [NAN], 10**5000]
EXACT_WRONG: dict[str, tuple[Any, Any, str]] = {
    "nothing": (None, 1, messages.RETURNED_NONE),
    "something for None": (1, None, messages.WRONG_TYPE),
    "a float for an int": (2.0, 2, messages.WRONG_TYPE),
    "a bool for an int": (True, 1, messages.WRONG_TYPE),
    "an int for a bool": (1, True, messages.WRONG_TYPE),
    "a tuple for a list": ((1,), [1], messages.WRONG_TYPE),
    "a tensor for an int": (torch.tensor(1), 1, messages.WRONG_TYPE),
    "another int": (1, 2, messages.WRONG_VALUE),
    "nan for a number": (NAN, 1.0, messages.WRONG_VALUE),
    "another text": ("a", "b", messages.WRONG_VALUE),
    "an int too many": ([1, 2], [1], messages.WRONG_LENGTH),
    "an int too few": ([], [1], messages.WRONG_LENGTH),
    "an item": ([1, 3], [1, 2], messages.WRONG_ITEM),
    "an item's type": ([1, 2.0], [1, 2], messages.WRONG_ITEM),
    "a tensor as item": ([torch.ones(2)], [1], messages.WRONG_ITEM),
    "a deep item": ([[1], [3]], [[1], [2]], messages.WRONG_ITEM),
    "a key": ({"a": 1}, {"b": 1}, messages.WRONG_KEYS),
    "a key's type": ({True: 1}, {1: 1}, messages.WRONG_KEYS),
    "the keys' order": ({"a": 1, "b": 1}, {"b": 1, "a": 1}, messages.WRONG_KEYS),
    "a value of a dict": ({"a": 1}, {"a": 2}, messages.WRONG_ITEM),
    "a huge int": (10**5000, 1, messages.WRONG_VALUE),
    "keys that are huge": ({10**5000: 1}, {1: 1}, messages.WRONG_KEYS),
}


@pytest.mark.parametrize("value", EXACT_PASSES, ids=lambda value: repr(value) if value != 10**5000 else "huge")
def test_an_equal_value_passes(value: Any) -> None:
    """A value of the same type that is equal, through lists, tuples and dicts, passes; nan is nan."""
    expect.exactly(value, value)


@pytest.mark.parametrize("case", EXACT_WRONG)
def test_an_unequal_value_is_told_what_is_wrong(case: str) -> None:
    """Anything else is Wrong: the type, the length, the keys or the first item that differs."""
    got, expected, message = EXACT_WRONG[case]
    error = complaint(lambda: expect.exactly(got, expected))
    assert says(error, message), error.message


def test_kind_asks_for_the_type_alone() -> None:
    """`kind` passes a value of exactly that type, and says in words what came instead."""
    expect.kind([], list)
    expect.kind(None, type(None))
    expect.kind(torch.ones(1), torch.Tensor)
    assert complaint(lambda: expect.kind(None, list)).message == messages.RETURNED_NONE
    assert complaint(lambda: expect.kind(True, int)).message == "It returned a bool; an int is asked for."
    error = complaint(lambda: expect.kind(1, torch.Tensor, "a tensor of labels"))
    assert error.message == "It returned an int; a tensor of labels is asked for."


SHAPE_WRONG: dict[str, tuple[Any, Any, str]] = {
    "nothing": (None, None, messages.RETURNED_NONE),
    "a list": ([[0.0]], None, messages.WRONG_TYPE),
    "another shape": (torch.zeros(3, 2), None, messages.WRONG_SHAPE),
    "another dtype": (torch.zeros(2, 3), I64, messages.WRONG_DTYPE),
}


@pytest.mark.parametrize("case", SHAPE_WRONG)
def test_shape_asks_for_shape_and_dtype(case: str) -> None:
    """`shape` passes any values of that shape, and of that dtype if one is given; else it says what is wrong."""
    expect.shape(torch.full((2, 3), NAN), (2, 3))
    expect.shape(torch.zeros(2, 3, dtype=U8), (2, 3), dtype=U8)
    got, dtype, message = SHAPE_WRONG[case]
    assert says(complaint(lambda: expect.shape(got, (2, 3), dtype=dtype)), message)


def test_that_complains_unless_it_holds() -> None:
    """`that` passes what is true, and otherwise carries its message and values; without values there are none."""
    expect.that(1, "unused")
    error = complaint(lambda: expect.that(0, "no good", got=[1], expected=None))
    assert (error.message, error.got, error.expected) == ("no good", "[1]", "None")
    error = complaint(lambda: expect.that([], "no good"))
    assert (error.got, error.expected) == (None, None)


NUMBERS = st.floats(-1e6, 1e6, width=32)


@given(NUMBERS, NUMBERS, st.sampled_from([0.0, 1e-4, 0.1]), st.sampled_from([0.0, 1e-6, 1.0]))
def test_the_tolerance_is_torchs(got: float, expected: float, rtol: float, atol: float) -> None:
    """A number passes exactly where torch.isclose says so in float64, as a tensor and as a scalar."""
    left, right = torch.tensor(got, dtype=F64), torch.tensor(expected, dtype=F64)
    close = bool(torch.isclose(left, right, rtol, atol))
    comparisons: list[Callable[[], None]] = [
        lambda: expect.tensor(left.float(), right, rtol=rtol, atol=atol),
        lambda: expect.scalar(got, expected, rtol=rtol, atol=atol),
    ]
    for compare in comparisons:
        if close:
            compare()
        else:
            complaint(compare)


def test_tolerances_are_those_of_the_device_asked_for() -> None:
    """On a GPU tolerances are ten times as wide, for numbers and tensors, and only while that is asked for."""
    off = torch.tensor([1.0005])
    for _ in range(2):
        with pytest.raises(expect.Wrong):
            expect.tensor(off, torch.tensor([1.0]).double())
        with expect.on_device("cuda"):
            expect.tensor(off, torch.tensor([1.0]).double())
            expect.scalar(1.0005, 1.0)
            with pytest.raises(expect.Wrong):
                expect.tensor(off + 0.01, torch.tensor([1.0]).double())
    with pytest.raises(expect.Wrong), expect.on_device("cpu"):
        expect.scalar(1.0005, 1.0)
