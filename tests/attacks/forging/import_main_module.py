# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Replaces __main__ and its own module in sys.modules by objects with a passing result."""

import sys
import types

import torch

fake = types.ModuleType("__main__")
fake.__getattr__ = lambda name: lambda *args, **kwargs: 0
sys.modules["__main__"] = fake
sys.modules["checks"] = sys.modules["conftest"] = sys.modules["student"] = fake


def center(images):
    return torch.zeros_like(images)
