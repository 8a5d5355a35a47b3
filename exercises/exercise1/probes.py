"""Runs beside the student's code: what one call cannot show, a generator as argument and writing after a call."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

student: Any = globals()["student"]  # put there by the guest


def double_evens_of_generator(numbers: list[int]) -> Any:
    """double_evens, given a generator of the numbers."""
    return student.double_evens(number for number in numbers)


def double_evens_keep_odds_of_generator(numbers: list[int]) -> Any:
    """double_evens_keep_odds, given a generator of the numbers."""
    return student.double_evens_keep_odds(number for number in numbers)


def to_float_then_write(images: torch.Tensor, written: torch.Tensor) -> list[Any]:
    """[the result, the same result after `written` was put into the images and converted too, that second result]."""
    result = student.to_float(images)
    before = _snapshot(result)
    images.copy_(written)
    second = student.to_float(images)
    return [before, _snapshot(result), second]


def expand_then_write(image: torch.Tensor, n: int, written: torch.Tensor) -> list[Any]:
    """[the result, the same result after `written` was put into the image]."""
    result = student.expand_without_copying(image, n)
    before = _snapshot(result)
    image.copy_(written)
    return [before, _snapshot(result)]


def share_then_write(
    array: np.ndarray[Any, Any], written: np.ndarray[Any, Any], steps: list[int], transposed: bool
) -> list[Any]:
    """[tensor_sharing's result for a view of the array, the same result after `written` was put into the view]."""
    return _then_write(student.tensor_sharing, array, written, steps, transposed)


def copy_then_write(
    array: np.ndarray[Any, Any], written: np.ndarray[Any, Any], steps: list[int], transposed: bool
) -> list[Any]:
    """[tensor_copying's result for a view of the array, the same result after `written` was put into the view]."""
    return _then_write(student.tensor_copying, array, written, steps, transposed)


def _then_write(function: Any, array: Any, written: Any, steps: list[int], transposed: bool) -> list[Any]:
    view = array[tuple(slice(None, None, step) for step in steps)]
    view = view.T if transposed else view
    result = function(view)
    before = _snapshot(result)
    view[...] = written
    return [before, _snapshot(result)]


def _snapshot(value: Any) -> Any:
    """A tensor as it is now; anything else goes back as it is and is refused for its type."""
    return value.detach().clone() if isinstance(value, torch.Tensor) else value
