"""`tensor`, `to_np` and `accuracy` as fastai has them.

torch is imported where it is used: the server loads this package before it knows whether a course needs torch.
"""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

from grader.guest.standins.origin import library

if TYPE_CHECKING:
    import torch


@library("fastai.torch_core")
def tensor(x: Any, *rest: Any, **kwargs: Any) -> torch.Tensor:
    """A tensor of `x`: numbers, nested lists, an array, an image (uint8, rows × columns) or several numbers in a row.

    float64 becomes float32, as in fastai. `kwargs` go to `torch.tensor`.
    """
    import numpy as np
    import torch

    if rest:
        x = (x, *rest)
    if isinstance(x, torch.Tensor):
        made = x
    elif isinstance(x, list | tuple | numbers.Number):
        made = torch.tensor(x, **kwargs)
    else:
        values = np.array(x)
        made = torch.as_tensor(values.astype(np.float32) if values.dtype == np.uint16 else values, **kwargs)
    return made.float() if made.dtype is torch.float64 else made


@library("fastai.torch_core")
def to_np(x: torch.Tensor) -> Any:
    """The tensor's values as a numpy array."""
    return x.detach().cpu().numpy()


@library("fastai.metrics")
def accuracy(inp: torch.Tensor, targ: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """The share of rows whose largest output along `axis` is at the target's place, a 0-d tensor.

    Raises AssertionError when there are not as many predictions as targets.
    """
    predicted, wanted = inp.argmax(dim=axis).flatten(), targ.flatten()
    assert len(predicted) == len(wanted), f"{len(predicted)} predictions for {len(wanted)} targets"
    return (predicted == wanted).float().mean()
