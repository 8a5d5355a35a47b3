"""What the adapters of an exercise's probes.py are written with.

They recognise a function of another call shape by the names of its parameters and of the globals that it reads, and set
such globals for the time of a call.

An adapter, `adapt_NAME(version, namespace)`, gives what can be called as the exercise calls NAME, or None. It only
looks at student code here; nothing of it is run.
"""

from __future__ import annotations

import contextlib
import dis
import inspect
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any

Names = Mapping[str, Sequence[str]]


def parameters_of(version: Any) -> dict[str, inspect.Parameter] | None:
    """The parameters of a function or class by name; None of anything else, and where some of them have no names."""
    if type(version) is not FunctionType and not issubclass(type(version), type):
        return None
    try:
        found = dict(inspect.signature(version).parameters)
    except Exception:  # a student's own __signature__ or metaclass may raise anything
        return None
    found = {name: one for name, one in found.items() if one.kind is not one.VAR_KEYWORD}
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return found if all(one.kind in named for one in found.values()) else None


def required(parameters: Mapping[str, inspect.Parameter]) -> list[str]:
    """The names of those without a default."""
    return [name for name, one in parameters.items() if one.default is one.empty]


def roles_of(parameters: Mapping[str, inspect.Parameter], known: Names, first: str) -> dict[str, str] | None:
    """Which value each parameter is for; None where that is not clear. Of an unknown name may be the first one, which
    is for `first`, and those that have a default."""
    roles: dict[str, str] = {}
    for place, (name, one) in enumerate(parameters.items()):
        found = [role for role, names in known.items() if name.lower() in names] or [first] * (place == 0)
        if found and found[0] not in roles.values():
            roles[name] = found[0]
        elif one.default is one.empty:
            return None
    return roles


def code_of(version: Any, namespace: Mapping[str, Any]) -> list[CodeType]:
    """The code of a function or of a class's methods, and of the submission's functions that are called there."""
    found: list[CodeType] = []
    waiting, seen = [version], list[Any]()
    while waiting:
        part = waiting.pop()
        if any(part is other for other in seen):
            continue
        if issubclass(type(part), type) and part is version:
            waiting += [method for base in part.__mro__ for method in vars(base).values()]
        elif type(part) is FunctionType:
            seen.append(part)
            waiting.append(vars(part).get("__wrapped__"))
            if part.__globals__ is namespace:  # a library's function reads other globals
                found.append(part.__code__)
                waiting += [namespace.get(name) for name in globals_of(part.__code__)]
    return found


def globals_of(code: CodeType) -> set[str]:
    """The globals that code reads, the functions within it included."""
    read = {str(step.argval) for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return read.union(*(globals_of(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


@contextlib.contextmanager
def bound(namespace: dict[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    """For a while these globals have these values."""
    before = {name: namespace[name] for name in values if name in namespace}
    namespace.update(values)
    try:
        yield
    finally:
        for name in values:
            namespace.pop(name, None)
        namespace.update(before)
