"""Hypothesis strategies for tensors that shrink to small ones and can be shown as a line to paste.

Every tensor drawn here carries `recipe`, the expression that makes it. Small tensors are drawn element by element;
large ones as a constant, or from torch's own generator with a drawn seed, which costs Hypothesis one choice.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from hypothesis import strategies as st

SMALL = 12
QUARTERS = st.integers(-16, 16).map(lambda n: n / 4)
POSITIVE_QUARTERS = st.integers(0, 16).map(lambda n: n / 4)
SEEDS = st.integers(0, 2**16)


def shapes(min_dims: int = 0, max_dims: int = 3, min_side: int = 1, max_side: int = 4) -> Any:
    """Shapes as tuples."""
    return st.lists(st.integers(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


@st.composite
def tensors(
    draw: Any,
    shape: tuple[int, ...] | Any,
    elements: Any = QUARTERS,
    dtype: torch.dtype = torch.float32,
    low: float = -3.0,
    high: float = 3.0,
    requires_grad: bool = False,
) -> torch.Tensor:
    """A floating tensor of `shape` (a tuple or a strategy): `elements` where small, else in [low, high)."""
    sizes = draw(shape) if isinstance(shape, st.SearchStrategy) else tuple(shape)
    named = "" if dtype == torch.float32 else f", dtype={dtype}"
    count = math.prod(sizes)
    if count <= SMALL:
        values = draw(st.lists(elements, min_size=count, max_size=count))
        tensor = torch.tensor(values, dtype=dtype).reshape(sizes)
        recipe = f"torch.tensor({_nested(tensor)}{named})" if count else f"torch.empty({sizes}{named})"
    elif draw(st.booleans()):
        tensor, recipe = random(sizes, draw(SEEDS), dtype, low, high)
    else:
        value = draw(elements)
        tensor = torch.full(sizes, float(value), dtype=dtype)
        recipe = f"torch.full({sizes}, {_python(float(value))}{named})"
    return with_recipe(tensor.requires_grad_(requires_grad), recipe)


def random(
    shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float32, low: float = 0.0, high: float = 1.0
) -> tuple[torch.Tensor, str]:
    """A uniform tensor in [low, high) from a seed, and its recipe."""
    generator = torch.Generator().manual_seed(seed)
    named = "" if dtype == torch.float32 else f", dtype={dtype}"
    base = f"torch.rand({shape}{named}, generator=torch.Generator().manual_seed({seed}))"
    unit = torch.rand(shape, dtype=dtype, generator=generator)
    if (low, high) == (0.0, 1.0):
        return unit, base
    return unit * (high - low) + low, f"({base} * {high - low} + {low})"


@st.composite
def images(draw: Any, leading: tuple[int, ...] | Any = (), dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Images (…, 28, 28): float32 in [0, 1], or uint8 in 0..255. `leading` is a tuple or a strategy."""
    first = draw(leading) if isinstance(leading, st.SearchStrategy) else tuple(leading)
    drawn: torch.Tensor = draw(pixels((*first, 28, 28), dtype))
    return drawn


@st.composite
def pixels(draw: Any, shape: tuple[int, ...] | Any, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """A tensor of pixel values of any shape: floating in [0, 1], or uint8 in 0..255."""
    sizes = draw(shape) if isinstance(shape, st.SearchStrategy) else tuple(shape)
    if dtype != torch.uint8:
        drawn: torch.Tensor = draw(tensors(sizes, st.integers(0, 4).map(lambda n: n / 4), dtype, 0.0, 1.0))
        return drawn
    if math.prod(sizes) <= SMALL:
        count = math.prod(sizes)
        values = draw(st.lists(st.integers(0, 255), min_size=count, max_size=count))
        tensor = torch.tensor(values, dtype=dtype).reshape(sizes)
        text = f"torch.tensor({_nested(tensor)}, dtype={dtype})" if count else f"torch.empty({sizes}, dtype={dtype})"
        return with_recipe(tensor, text)
    if draw(st.booleans()):
        seed = draw(SEEDS)
        tensor = torch.randint(0, 256, sizes, dtype=dtype, generator=torch.Generator().manual_seed(seed))
        text = f"torch.randint(0, 256, {sizes}, dtype={dtype}, generator=torch.Generator().manual_seed({seed}))"
        return with_recipe(tensor, text)
    value = draw(st.integers(0, 255))
    return with_recipe(torch.full(sizes, value, dtype=dtype), f"torch.full({sizes}, {value}, dtype={dtype})")


def with_recipe(tensor: torch.Tensor, recipe: str) -> torch.Tensor:
    """Attach the expression that makes `tensor`, so that a failing call can be pasted."""
    tensor.recipe = recipe  # type: ignore[attr-defined]  # tensors take attributes; torch's stubs do not say so
    return tensor


def _nested(tensor: torch.Tensor) -> str:
    return _python(tensor.tolist())


def _python(values: Any) -> str:
    return repr(values).replace("inf", "float('inf')").replace("nan", "float('nan')")
