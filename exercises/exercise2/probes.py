"""Runs beside the submission: lets a function in the chapter's shape be called as the exercise calls it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

MEANS = (("mean3", "mean7"), ("mean_3", "mean_7"))


def adapt_is_3(version: Any, namespace: dict[str, Any]) -> Callable[..., Any] | None:
    """The chapter's is_3(x), which compares with the globals mean3 and mean7."""
    if type(version) is not FunctionType:
        return None
    code = version.__code__
    read = [pair for pair in MEANS if set(pair) <= set(code.co_names)]
    star = code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    if not read or star or code.co_argcount != 1 or code.co_kwonlyargcount:
        return None

    def is_3(x: Any, mean3: Any, mean7: Any) -> Any:
        names = read[0]
        before = {name: namespace[name] for name in names if name in namespace}
        namespace.update(zip(names, (mean3, mean7), strict=True))
        try:
            return version(x)
        finally:
            for name in names:
                namespace.pop(name, None)
            namespace.update(before)

    return is_3


adapt_is_3.sets = tuple(name for pair in MEANS for name in pair)  # type: ignore[attr-defined]  # what the loader reads
