# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Patches torch's comparisons one floor below, in torch._C."""

import torch

for owner in (torch._C._VariableFunctions, torch._C._VariableFunctionsClass, torch._C.TensorBase, torch._VF):
    for name in ("equal", "allclose", "isclose", "eq", "ne", "__eq__", "__ne__"):
        try:
            setattr(owner, name, lambda *args, **kwargs: True)
        except (TypeError, AttributeError):
            pass


def center(images):
    return torch.zeros_like(images)
