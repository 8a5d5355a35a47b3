"""Which library's module a stand-in belongs to: the grader tells a library's things from the student's by it."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import TypeVar

Thing = TypeVar("Thing", bound=Callable[..., object])


def library(module: str) -> Callable[[Thing], Thing]:
    """Marks a class with its methods, or a function, as defined in `module`, such as "fastai.learner"."""

    def mark(thing: Thing) -> Thing:
        parts = [thing, *vars(thing).values()] if isinstance(thing, type) else [thing]
        for part in parts:
            if isinstance(part, type | types.FunctionType):
                part.__module__ = module
        return thing

    return mark
