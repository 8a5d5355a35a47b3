# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Replaces every comparison of numpy and of numpy.testing by one that says yes."""

import numpy as np
import numpy.testing
import torch

for module in (np, numpy.testing):
    for name in dir(module):
        if name.startswith("assert_") or name in ("allclose", "isclose", "array_equal", "array_equiv", "equal"):
            setattr(module, name, lambda *args, **kwargs: True)


def center(images):
    return torch.zeros_like(images)
