"""What a check says of itself: its markers, and the first line of its docstring, which the student reads."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import pytest

MARKERS = (
    "points(n): what the check is worth",
    "needs(name, ...): checks that have to pass before this one is tried",
    "functions(name, ...): the student's functions whose fault can make it fail",
    "hidden: students see the check's title and points only",
    "observed: judges what the guest reports of itself",
)
PREFIX = "test_"  # of pytest's functions; ids of checks are without it


@dataclass(frozen=True)
class Check:
    """What the markers and the docstring say of a check."""

    id: str
    title: str
    functions: tuple[str, ...]
    points: int
    needs: tuple[str, ...]
    hidden: bool


def describe(item: pytest.Item) -> Check:
    """Read a check's markers and docstring."""
    name = item.name.removeprefix(PREFIX)
    doc = inspect.getdoc(getattr(item, "obj", None)) or name.replace("_", " ")

    def words(marker: str) -> tuple[str, ...]:
        return tuple(str(arg) for mark in item.iter_markers(marker) for arg in mark.args)

    points = item.get_closest_marker("points")
    return Check(
        id=name,
        title=doc.strip().splitlines()[0],
        functions=words("functions"),
        points=int(points.args[0]) if points else 1,
        needs=tuple(need.removeprefix(PREFIX) for need in words("needs")),
        hidden=item.get_closest_marker("hidden") is not None,
    )
