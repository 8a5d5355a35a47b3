"""Every tensor drawn carries an expression that makes it again, bit for bit."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import find, given, settings
from hypothesis import strategies as st

from grader import draw

SHAPES = draw.shapes(0, 3, 0, 5)
FLOATS = st.floats(width=32) | draw.QUARTERS
TENSORS = st.one_of(
    draw.tensors(SHAPES),
    draw.tensors(SHAPES, FLOATS, requires_grad=True),
    draw.tensors(SHAPES, st.floats(), torch.float64),
    draw.tensors((3, 7), FLOATS, torch.float64, 0.0, 1.0),
    draw.tensors(SHAPES, st.integers(-9, 9), torch.float16),
    draw.images(SHAPES.filter(lambda shape: math.prod(shape) < 9)),
    draw.pixels(SHAPES),
    draw.pixels(SHAPES, torch.uint8),
    draw.images(dtype=torch.uint8),
)


def same(left: torch.Tensor, right: torch.Tensor) -> bool:
    """Whether two tensors are alike in dtype, shape and every bit; all NaN count as one."""
    if (left.dtype, left.shape) != (right.dtype, right.shape):
        return False
    nan = left.isnan() & right.isnan()
    numbers = [torch.where(nan, 0, tensor.detach()).contiguous() for tensor in (left, right)]
    return bool((numbers[0] == numbers[1]).all()) and bool((numbers[0].signbit() == numbers[1].signbit()).all())


@settings(max_examples=300, deadline=None)
@given(TENSORS)
def test_a_recipe_makes_the_tensor_again(tensor: Any) -> None:
    """Evaluated with nothing but torch, a drawn tensor's recipe gives the very same tensor."""
    assert same(eval(tensor.recipe, {"torch": torch}), tensor)


@given(st.sampled_from([torch.float32, torch.float64]), st.booleans(), SHAPES, st.data())
def test_what_is_asked_for_is_drawn(
    dtype: torch.dtype, grad: bool, shape: tuple[int, ...], data: st.DataObject
) -> None:
    """A drawn tensor has the shape, dtype and requires_grad asked for, and is a contiguous leaf."""
    tensor = data.draw(draw.tensors(st.just(shape), dtype=dtype, requires_grad=grad))
    assert (tensor.shape, tensor.dtype, tensor.requires_grad) == (shape, dtype, grad)
    assert tensor.is_leaf
    assert tensor.is_contiguous()


@given(draw.shapes(1, 3, 2, 5))
def test_shapes_are_within_bounds(shape: tuple[int, ...]) -> None:
    """A drawn shape has as many axes, and as long ones, as asked for."""
    assert 1 <= len(shape) <= 3
    assert all(2 <= side <= 5 for side in shape)


@given(draw.pixels(SHAPES) | draw.images(st.sampled_from([(), (2,)])))
def test_pixels_are_between_paper_and_ink(pixels: torch.Tensor) -> None:
    """Floating pixels are from 0 to 1."""
    assert pixels.dtype == torch.float32
    assert bool(((pixels >= 0) & (pixels <= 1)).all())


@given(draw.images(st.sampled_from([(), (2,), (2, 1)]), torch.uint8))
def test_images_are_28_by_28(images: torch.Tensor) -> None:
    """Images end in two axes of 28, and are uint8 where that is asked for."""
    assert images.shape[-2:] == (28, 28)
    assert images.dtype == torch.uint8


@pytest.mark.parametrize("shape", [(3,), (40, 30)])
def test_large_tensors_shrink_to_a_constant(shape: tuple[int, ...]) -> None:
    """The simplest tensor is all zeros, whether drawn element by element or whole."""
    simplest = find(draw.tensors(shape), lambda tensor: True, settings=settings(database=None, deadline=None))
    assert not simplest.any()


def test_random_numbers_stay_in_their_range() -> None:
    """`random` fills [low, high), differs by seed and agrees with itself."""
    tensor, recipe = draw.random((1000,), 7, low=-2.0, high=5.0)
    assert -2 <= float(tensor.min()) < -1.9
    assert 4.9 < float(tensor.max()) < 5
    assert same(tensor, eval(recipe, {"torch": torch}))
    assert not same(tensor, draw.random((1000,), 8, low=-2.0, high=5.0)[0])
