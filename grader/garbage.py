"""Submissions that are complete and worthless: every function gives back the same odd value, or misbehaves alike.

Pure: makes texts, runs nothing. A check that passes one of them proves nothing; one that cannot be graded on it is the
course's fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.values import Name

PREPARATION = """
import os, sys
itself = []
itself.append(itself)
class Liar:
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __bool__ = __contains__ = lambda *args: True
    __hash__ = __len__ = lambda *args: 1
class Silent(Exception):
    def __str__(self):
        raise self
"""
WITH_TORCH = """
import torch
class Pretender(torch.Tensor):
    pass
"""
VALUES = (
    *("None", "True", "-1", "10**400", "2.5", "float('nan')", "float('inf')", "1j", "'x'", "'\\udcff'", "b'x'"),
    *("[]", "()", "{}", "[[1], [2.0, None]]", "itself", "{(): ...}", "object()", "Liar()", "iter([1])", "print", "int"),
)
TORCH_VALUES = (
    *("torch.tensor(float('nan'))", "torch.zeros(0)", "torch.zeros(3, 1, 2)", "torch.tensor(True)", "torch.tensor(1j)"),
    *("torch.zeros(1).expand(10**12)", "torch.zeros(2, 2).to_sparse()", "torch.zeros(2, device='meta')"),
    *("torch.zeros(2).as_subclass(Pretender)", "torch.zeros(2, requires_grad=True) * 2", "[torch.zeros(2)] * 3"),
)
DEEDS = (
    *("raise ValueError('x')", "raise Silent", "raise KeyboardInterrupt", "sys.exit(0)", "os._exit(0)"),
    *("{name}(*args, **kwargs)", "return args[0] if args else None", "os.close(3), os.close(4), os.close(5)"),
)


@dataclass(frozen=True)
class Garbage:
    """One submission. One that only gives back a value must not pass a single check; the others not all of them."""

    label: str
    source: str
    only_a_value: bool


def submissions(names: Sequence[Name], torch: bool) -> list[Garbage]:
    """All garbage for these names; with `torch`, tensors too."""
    preparation = PREPARATION + (WITH_TORCH if torch else "")
    values = [(f"return {value}", True) for value in (*VALUES, *(TORCH_VALUES if torch else ()))]
    bodies = [*values, *((deed, False) for deed in DEEDS)]
    return [
        Garbage(body, preparation + "\n".join(_definition(name, body) for name in names), only_a_value)
        for body, only_a_value in bodies
    ]


def _definition(name: Name, body: str) -> str:
    if name.signature:
        return f"def {name.name}(*args, **kwargs):\n    {body.replace('{name}', name.name)}\n"
    return f"{name.name} = {body.removeprefix('return ')}\n" if body.startswith("return ") else ""
