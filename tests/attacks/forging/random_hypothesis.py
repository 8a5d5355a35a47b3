# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Puts a hypothesis of its own into sys.modules that tries no examples."""

import sys
import types

import torch

fake = types.ModuleType("hypothesis")
fake.given = lambda *args, **kwargs: lambda function: (lambda *more: None)
fake.example = fake.settings = fake.given
fake.strategies = types.ModuleType("hypothesis.strategies")
sys.modules["hypothesis"], sys.modules["hypothesis.strategies"] = fake, fake.strategies


def center(images):
    return torch.zeros_like(images)
