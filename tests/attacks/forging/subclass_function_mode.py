# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Leaves a global torch function mode switched on that answers every comparison."""

import torch
from torch.overrides import TorchFunctionMode


class Yes(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in ("equal", "allclose", "isclose"):
            return True
        return func(*args, **(kwargs or {}))


mode = Yes()
mode.__enter__()


def center(images):
    return torch.zeros_like(images)
