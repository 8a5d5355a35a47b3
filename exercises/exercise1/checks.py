"""The checks of exercise 1: comprehensions, dtypes, shapes, broadcasting, and who shares memory with whom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from grader import draw, expect
from grader.student import Student

INTS = st.lists(st.integers(-9, 9), max_size=6)
# None but the powers of two is a float, so that going through floats (halving with /, times 2.0) shows.
LARGE = [2**60 + 1, 2**60 + 2, 2**70, 2**70 + 1, -(2**64), -(2**64) - 1]
# int64 comes first: a float32 array would hide a conversion to float32.
DTYPES = [
    *("int64", "float32", "uint8", "float64", "int32", "int16", "int8"),
    *("float16", "uint16", "uint32", "uint64", "complex64", "complex128"),
]


def doubled(numbers: Sequence[int]) -> list[int]:
    """What double_evens gives by definition."""
    return [2 * number for number in numbers if number % 2 == 0]


def doubled_or_kept(numbers: Sequence[int]) -> list[int]:
    """What double_evens_keep_odds gives by definition."""
    return [2 * number if number % 2 == 0 else number for number in numbers]


@pytest.mark.points(1)
@pytest.mark.functions("double_evens")
@given(numbers=INTS)
@example(numbers=[1, 2, 3, 4])
@example(numbers=[])
@example(numbers=[-4, -3, 6, 0, 6])
def test_double_evens_doubles_and_leaves_out(student: Student, numbers: list[int]) -> None:
    """double_evens doubles the even numbers, leaves out the odd ones"""
    expect.exactly(student.double_evens(numbers), doubled(numbers))


@pytest.mark.points(1)
@pytest.mark.functions("double_evens")
def test_double_evens_takes_any_iterable(student: Student) -> None:
    """double_evens takes generators, tuples and ints of any size"""
    for numbers in ([2], [], [1, 2, 3, 4], LARGE):
        expect.exactly(student.probe("double_evens_of_generator", numbers), doubled(numbers))
        expect.exactly(student.double_evens(tuple(numbers)), doubled(numbers))


@pytest.mark.points(1)
@pytest.mark.functions("double_evens_keep_odds")
@given(numbers=INTS)
@example(numbers=[1, 2, 3, 4])
@example(numbers=[])
@example(numbers=[-4, -3, 6, 0, 6])
def test_double_evens_keep_odds_doubles_and_keeps(student: Student, numbers: list[int]) -> None:
    """double_evens_keep_odds doubles the even numbers, keeps the odd ones"""
    expect.exactly(student.double_evens_keep_odds(numbers), doubled_or_kept(numbers))


@pytest.mark.points(1)
@pytest.mark.functions("double_evens_keep_odds")
def test_double_evens_keep_odds_takes_any_iterable(student: Student) -> None:
    """double_evens_keep_odds takes generators, tuples, ints of any size"""
    for numbers in ([2], [], [1, 2, 3, 4], LARGE):
        expect.exactly(student.probe("double_evens_keep_odds_of_generator", numbers), doubled_or_kept(numbers))
        expect.exactly(student.double_evens_keep_odds(tuple(numbers)), doubled_or_kept(numbers))


@pytest.mark.points(1)
@pytest.mark.functions("to_float")
@given(images=draw.pixels(draw.shapes(2, 5, 1, 3), torch.uint8))
@example(images=torch.tensor([[0, 51, 254, 255]], dtype=torch.uint8))
@example(images=torch.tensor([[[3], [100]], [[200], [7]]], dtype=torch.uint8))
@example(images=torch.empty((0, 28, 28), dtype=torch.uint8))
@example(images=torch.empty((2, 0, 3), dtype=torch.uint8))
@example(images=torch.empty((0, 0), dtype=torch.uint8))
def test_to_float_divides_by_255(student: Student, images: torch.Tensor) -> None:
    """to_float gives float32, divided by 255, for any leading axes"""
    expect.tensor(student.to_float(images), images.double() / 255)


@pytest.mark.points(1)
@pytest.mark.functions("to_float")
def test_to_float_result_is_its_own(student: Student) -> None:
    """to_float gives a new tensor each time, which nothing changes later"""
    for first, second in (([[255]], [[51]]), ([[[0, 51]], [[102, 255]]], [[[153, 204]], [[255, 1]]])):
        images, written = torch.tensor(first, dtype=torch.uint8), torch.tensor(second, dtype=torch.uint8)
        before, after, again = answers(student.probe("to_float_then_write", images, written), 3)
        expect.tensor(before, images.double() / 255)
        expect.tensor(again, written.double() / 255)
        text = "The first result changed when the images were written to and converted again."
        expect.that(same(after, before), text, got=after, expected=before)


@pytest.mark.points(1)
@pytest.mark.functions("rank")
def test_rank_counts_axes(student: Student) -> None:
    """rank is the number of axes, and 0 for a scalar"""
    # (2, 3) before (3,) before (): each tells other mistakes apart
    for shape in ((2, 3), (3,), (), (1,), (1, 1), (4, 2, 3), (2, 1, 1, 2), (1, 2, 1, 3, 1)):
        expect.exactly(student.rank(torch.full(shape, 0.5)), len(shape))


@st.composite
def compatible_shapes(draw_from: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that broadcast: pairs of lengths from the last axis on, of which one shape may lack the first few."""
    pairs = draw_from(st.lists(st.sampled_from([(1, 1), (1, 3), (3, 1), (2, 2), (1, 2), (4, 4)]), max_size=4))
    a, b = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    missing = draw_from(st.integers(0, len(pairs)))
    return draw_from(st.sampled_from([(a, b[missing:]), (a[missing:], b)]))  # type: ignore[no-any-return]  # a strategy's value is Any


@pytest.mark.points(1)
@pytest.mark.functions("broadcast_shape")
@given(shapes=compatible_shapes())
@example(shapes=((2, 1), (1, 3)))
@example(shapes=((3,), (2, 3)))
@example(shapes=((4, 2, 3), (2, 1)))
@example(shapes=((), ()))
@example(shapes=((), (3,)))
@example(shapes=((3, 1), ()))
@example(shapes=((64, 28, 28), (28, 28)))
def test_broadcast_shape_lines_up_last_axes(student: Student, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """broadcast_shape lines up the last axes; 1 gives way to the other"""
    a, b = shapes
    shape_is(student.broadcast_shape(a, b), broadcast(a, b))


@pytest.mark.points(1)
@pytest.mark.functions("broadcast_shape")
def test_broadcast_shape_takes_length_0(student: Student) -> None:
    """broadcast_shape treats 0 as a length: 0 with 1 gives 0"""
    for a, b in (
        *(((0,), (1,)), ((1,), (0,)), ((0,), (0,)), ((), (0,)), ((0,), ())),
        *(((1, 3), (0, 1)), ((2, 0, 1), (1, 5)), ((0, 4), (1,)), ((1,), (0, 2))),
    ):
        shape_is(student.broadcast_shape(a, b), broadcast(a, b))


@pytest.mark.points(1)
@pytest.mark.functions("broadcast_shape")
def test_broadcast_shape_raises(student: Student) -> None:
    """broadcast_shape raises ValueError where lengths do not go together"""
    for a, b in (
        *(((2,), (3,)), ((3,), (2,)), ((2,), (0,)), ((0,), (2,)), ((2, 3), (2,)), ((3,), (3, 1, 2))),
        *(((2, 3), (3, 3)), ((4, 5, 3), (4, 2, 3)), ((5, 1, 1), (4, 1, 1)), ((1, 1, 6), (7,))),
    ):
        with student.raises("ValueError"):
            student.broadcast_shape(a, b)


@pytest.mark.points(2)
@pytest.mark.functions("center")
@given(images=draw.pixels(draw.shapes(3, 3, 1, 4)))
@example(images=torch.tensor([[[1.0, 2.0]], [[3.0, 6.0]]]))
@example(images=torch.tensor([[[0.25, -0.5], [1.0, 7.0]]]))
@example(images=torch.tensor([[[-1000.0], [2000.0], [8.0]], [[3000.0], [-4000.0], [2.0]]]))
def test_center_subtracts_mean_image(student: Student, images: torch.Tensor) -> None:
    """center subtracts the mean image, the mean over the n images"""
    precise = images.double()
    expect.tensor(student.center(images), precise - precise.mean(0))


@pytest.mark.points(1)
@pytest.mark.functions("pairwise_differences")
@given(a=draw.tensors(draw.shapes(1, 1)), b=draw.tensors(draw.shapes(1, 1)))
@example(a=torch.tensor([1.0, 5.0]), b=torch.tensor([2.0, 7.0, 3.0]))  # both signs: not to be taken for |a - b|
@example(a=torch.tensor([-3.0]), b=torch.tensor([0.5]))
def test_pairwise_differences_is_a_minus_b(student: Student, a: torch.Tensor, b: torch.Tensor) -> None:
    """pairwise_differences has a[i] - b[j] at [i, j]"""
    expect.tensor(student.pairwise_differences(a, b), a.double()[:, None] - b.double()[None, :])


@pytest.mark.points(1)
@pytest.mark.functions("pairwise_differences")
def test_pairwise_differences_of_unequal_or_no_lengths(student: Student) -> None:
    """pairwise_differences has shape (n, m), also when n or m is 0"""
    for n, m in ((3, 1), (1, 3), (0, 2), (2, 0), (0, 0)):
        a, b = torch.arange(n, dtype=torch.float32), torch.arange(m, dtype=torch.float32) * 10 + 0.5
        expect.tensor(student.pairwise_differences(a, b), a.double().reshape(n, 1) - b.double().reshape(1, m))


@pytest.mark.points(1)
@pytest.mark.functions("expand_without_copying")
@given(image=draw.tensors(draw.shapes(2, 2)), n=st.integers(0, 4))
@example(image=torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), n=2)
@example(image=torch.tensor([[1.0, 2.0, 3.0]]), n=0)
@example(image=torch.tensor([[1.0], [2.0]]), n=1)
def test_expand_without_copying_repeats(student: Student, image: torch.Tensor, n: int) -> None:
    """expand_without_copying gives (n, h, w) where each [k] is the image"""
    expect.tensor(student.expand_without_copying(image, n), image.double().repeat(n, 1, 1))


@pytest.mark.points(1)
@pytest.mark.functions("expand_without_copying")
def test_expand_without_copying_aliases(student: Student) -> None:
    """expand_without_copying shows what is written to the image later"""
    for image, n in (
        *((torch.tensor([[1.0]]), 1), (torch.tensor([[1.0, 2.0]]), 2)),
        *((torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), 3), (torch.tensor([[1.0], [2.0]]), 0)),
    ):
        written = image * -2 + 0.5
        before, after = answers(student.probe("expand_then_write", image, n, written), 2)
        expect.tensor(before, image.double().repeat(n, 1, 1))
        expected = written.repeat(n, 1, 1)
        text = "Writing to the image afterwards does not show in the result: it is a copy, or part of it is."
        expect.that(same(after, expected), text, got=after, expected=expected)


@pytest.mark.points(1)
@pytest.mark.functions("tensor_sharing")
def test_tensor_sharing_keeps_values_and_dtype(student: Student) -> None:
    """tensor_sharing keeps shape, values and dtype, whatever the dtype"""
    for array in arrays():
        expected = torch.from_numpy(array.copy())
        expect.tensor(student.tensor_sharing(array), expected, dtype=expected.dtype)


@pytest.mark.points(1)
@pytest.mark.functions("tensor_sharing")
def test_tensor_sharing_shares(student: Student) -> None:
    """tensor_sharing shows what is written to the array later"""
    text = "Writing to the array afterwards does not show in the tensor: it has memory of its own."
    for array, steps, transposed in views():
        old, written = part(array, steps, transposed), part(array + 10, steps, transposed)
        before, after = answers(student.probe("share_then_write", array, written, steps, transposed), 2)
        expect.tensor(before, torch.from_numpy(old), dtype=torch.from_numpy(old).dtype)
        expected = torch.from_numpy(written)
        expect.that(same(after, expected), text, got=after, expected=expected)


@pytest.mark.points(1)
@pytest.mark.functions("tensor_copying")
def test_tensor_copying_keeps_values_and_dtype(student: Student) -> None:
    """tensor_copying keeps shape, values and dtype, whatever the dtype"""
    for array in arrays():
        expected = torch.from_numpy(array.copy())
        expect.tensor(student.tensor_copying(array), expected, dtype=expected.dtype)


@pytest.mark.points(1)
@pytest.mark.functions("tensor_copying")
def test_tensor_copying_copies(student: Student) -> None:
    """tensor_copying does not show what is written to the array later"""
    text = "Writing to the array afterwards changed the tensor: the two share their memory."
    for array, steps, transposed in views():
        old, written = part(array, steps, transposed), part(array + 10, steps, transposed)
        before, after = answers(student.probe("copy_then_write", array, written, steps, transposed), 2)
        expect.tensor(before, torch.from_numpy(old), dtype=torch.from_numpy(old).dtype)
        expect.that(same(after, before), text, got=after, expected=before)


def arrays() -> list[np.ndarray[Any, Any]]:
    """Arrays of every numeric dtype with the ends of its range, or fractions, and of several shapes."""
    found = []
    for name in DTYPES:
        dtype = np.dtype(name)
        info = np.iinfo(dtype) if dtype.kind in "iu" else None
        values = [1, info.max, info.min] if info else [0.5, -1.25, 1000.125]
        found.append(np.array([values, [2, 3, 4]], dtype=dtype))
    return [*found, np.array(7), np.array(2.5), np.array([3]), np.arange(24, dtype=np.float32).reshape(2, 3, 4)]


def views() -> list[tuple[np.ndarray[Any, Any], list[int], bool]]:
    """(array, step along each axis, whether transposed afterwards): every dtype, then views that are not contiguous."""
    plain = [(np.array([1, 2, 3], dtype=name), [1], False) for name in DTYPES]
    square = np.arange(12).reshape(3, 4)
    ways = [([2, 1], False), ([1, 2], False), ([1, 1], True), ([2, 3], True)]
    strided = [(square.astype(name), *way) for name in ("int64", "float32") for way in ways]
    return plain + strided


def part(array: np.ndarray[Any, Any], steps: list[int], transposed: bool) -> np.ndarray[Any, Any]:
    """A copy of the view that the probe takes of the array."""
    view = array[tuple(slice(None, None, step) for step in steps)]
    return (view.T if transposed else view).copy()


def answers(sent: Any, count: int) -> list[Any]:
    """What a probe sent, which has to be a list of `count` values."""
    expect.kind(sent, list, f"a list of {count} results")
    expect.that(len(sent) == count, "The answer was tampered with.", got=sent)
    return list(sent)


def same(got: Any, expected: torch.Tensor) -> bool:
    """Whether `got` is exactly this tensor; `torch.equal` refuses what is no tensor and mixed dtypes."""
    return isinstance(got, torch.Tensor) and got.dtype == expected.dtype and torch.equal(got, expected)


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that shapes a and b, which go together, broadcast to
    (https://docs.pytorch.org/docs/stable/notes/broadcasting.html)."""
    pairs = zip_longest(reversed(a), reversed(b), fillvalue=1)
    return tuple(reversed([right if left == 1 else left for left, right in pairs]))


def shape_is(got: Any, expected: tuple[int, ...]) -> None:
    """`got` must be this tuple; whole numbers from numpy or torch count as ints."""
    expect.kind(got, tuple, "a tuple")
    expect.exactly(tuple(number(length) for length in got), expected)


def number(value: Any) -> Any:
    """The Python number in a numpy scalar or 0-d tensor; anything else as it is."""
    if isinstance(value, (torch.Tensor, np.ndarray, np.generic)) and tuple(value.shape) == ():
        return value.item()
    return value
