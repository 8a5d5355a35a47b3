"""fastcore's list `L`, `first` and `Path.ls`, as far as the chapter uses them."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from grader.guest.standins.origin import library

_SHOWN = 10  # as many as fastcore shows


@library("fastcore.foundation")
class L(list[Any]):
    """A list that also takes a list of indices or a mask in its brackets, and whose methods return an L again."""

    def __init__(self, items: Any = None, *rest: Any) -> None:
        super().__init__(_listed((items, *rest) if rest else items))

    def __getitem__(self, index: Any) -> Any:
        """One item for a number; an L for a slice, a list of numbers or a mask as long as the list."""
        if not getattr(index, "ndim", 1):
            index = operator.index(index)
        if isinstance(index, int):
            return super().__getitem__(index)
        if isinstance(index, slice):
            return L(super().__getitem__(index))
        chosen = [item.item() if hasattr(item, "item") else item for item in index]
        if chosen and isinstance(chosen[0], bool):
            return L([item for item, wanted in zip(self, chosen, strict=False) if wanted])
        return L([super(L, self).__getitem__(int(number)) for number in chosen])

    def __add__(self, other: Any) -> L:
        return L([*self, *_listed(other)])

    def __radd__(self, other: Any) -> L:
        return L([*_listed(other), *self])

    def __mul__(self, times: Any) -> L:
        return L(list(self) * times)

    def __repr__(self) -> str:
        shown = ",".join(map(repr, islice(self, _SHOWN)))
        return f"(#{len(self)}) [{shown}{'...' if len(self) > _SHOWN else ''}]"

    def map(self, f: Any, *args: Any, **kwargs: Any) -> L:
        """`f(item, *args, **kwargs)` for each item; a text is filled in with it, a dict looked up."""
        get = f if callable(f) else f.format if isinstance(f, str) else f.__getitem__
        return L([get(item, *args, **kwargs) for item in self])

    def filter(self, f: Callable[..., Any] = bool, negate: bool = False, **kwargs: Any) -> L:
        """The items for which `f` is true, or false with `negate`."""
        return L([item for item in self if bool(f(item, **kwargs)) != negate])

    def sorted(self, key: Any = None, reverse: bool = False) -> L:
        """A sorted L; `key` is a function, an attribute's name or the number of a part."""
        if isinstance(key, str):
            key = operator.attrgetter(key)
        elif isinstance(key, int):
            key = operator.itemgetter(key)
        return L(sorted(self, key=key, reverse=reverse))

    def itemgot(self, *numbers: Any) -> L:
        """Part `number` of each item; with several numbers, that part's part, and so on."""
        parts = self
        for number in numbers:
            parts = parts.map(operator.itemgetter(number))
        return parts

    def attrgot(self, name: str, default: Any = None) -> L:
        """Attribute (or, of a dict, value) `name` of each item."""
        return L([item.get(name, default) if isinstance(item, dict) else getattr(item, name, default) for item in self])


def collection() -> type[Any]:
    """The `L` that student code has: fastcore's own where that is installed and was imported, else ours."""
    return getattr(sys.modules.get("fastcore.foundation"), "L", L)


@library("fastcore.basics")
def first(x: Iterable[Any], f: Callable[[Any], Any] | None = None, negate: bool = False) -> Any:
    """The first item, or the first for which `f` is true (false with `negate`); None if there is none."""
    return next((item for item in x if f is None or bool(f(item)) != negate), None)


@library("fastcore.xtras")
def ls(self: Path, n_max: int | None = None, file_type: str | None = None, file_exts: Any = None) -> Any:
    """What lies in the folder, as an L of paths.

    Ordered by name: fastcore gives the order of the file system, which is another one on each machine.
    """
    wanted = set(_listed(file_exts))
    if file_type is not None:
        import mimetypes

        wanted |= {end for end, kind in mimetypes.types_map.items() if kind.startswith(f"{file_type}/")}
    found = sorted(self.iterdir(), key=lambda path: path.name)
    return collection()([path for path in found if not wanted or path.suffix in wanted][:n_max])


def _listed(items: Any) -> list[Any]:
    """fastcore's rule: text, dicts, arrays and tensors are one item, other things that can be iterated are many."""
    if items is None:
        return []
    if isinstance(items, str | bytes | dict) or hasattr(items, "__array__") or not hasattr(items, "__iter__"):
        return [items]
    return list(items)
