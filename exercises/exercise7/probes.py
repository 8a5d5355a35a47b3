"""Runs beside the submission: finds a side of a pair and calls it; builds pairs for correlation_table.

A side's answer is ["value", what it returned], or ["bad", a sentence] where there is nothing to call.
`student` is put among the globals by whoever loads this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.overrides import TorchFunctionMode

student: Any = globals()["student"]

OWN, LIBRARY = 1, 2
SIDES = {OWN: "own", LIBRARY: "library"}


def PAIRS() -> Any:  # noqa: N802 - a report names the innermost function: this is what is not written yet
    """The submission's PAIRS as it is; an empty list is that of the stub."""
    pairs = student.PAIRS
    if isinstance(pairs, list) and not pairs:
        raise NotImplementedError
    return pairs


def own(name: str, *args: Any) -> list[Any]:
    """What the own side of a pair gives."""
    return _called(name, OWN, args)


def library(name: str, *args: Any) -> list[Any]:
    """What the library side of a pair gives."""
    return _called(name, LIBRARY, args)


def own_then_write(name: str, params: list[Any], grads: list[Any], lr: float) -> list[Any]:
    """What the own side gives, sent after other numbers were written to params and grads."""
    return _then_write(name, OWN, params, grads, lr)


def library_then_write(name: str, params: list[Any], grads: list[Any], lr: float) -> list[Any]:
    """What the library side gives, sent after other numbers were written to params and grads."""
    return _then_write(name, LIBRARY, params, grads, lr)


def own_watched(name: str, *args: Any) -> list[Any]:
    """As `own`, and names of the torch functions and optimizer classes that were at work when it was called again."""
    answer = _called(name, OWN, args)
    heard: list[str] = []
    hook = register_optimizer_step_pre_hook(lambda optimizer, *rest: heard.extend(_optimizers(optimizer)))
    try:
        with Listening(heard):
            _called(name, OWN, args)
    except Exception:  # what comes of it was judged above; under watch only what it uses matters
        pass
    finally:
        hook.remove()
    return [answer, heard]


class Listening(TorchFunctionMode):
    """Notes the name of each torch function, and of each method of a tensor, that is called while it is on."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self.heard = heard

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.heard.append(str(getattr(function, "__name__", "")))
        return function(*args, **(kwargs or {}))


def _optimizers(optimizer: Any) -> list[str]:
    """The classes of torch.optim that an optimizer is built on; the bare base class does not count."""
    classes = [cls for cls in type(optimizer).__mro__ if cls is not torch.optim.Optimizer]
    return [cls.__name__ for cls in classes if cls.__module__.startswith("torch.optim")]


def correlation_table(order: list[Any], inputs: dict[str, Any]) -> list[Any]:
    """The tables of so many calls with the very same arguments; `order` is [pairs, how many calls].

    The two functions of a pair are given as Python expressions.
    """
    texts, times = order
    pairs = [type(pair)([pair[0], *(eval(text, {"torch": torch}) for text in pair[1:])]) for pair in texts]
    return [student.correlation_table(pairs, inputs) for _ in range(times)]


def _called(name: str, place: int, args: tuple[Any, ...]) -> list[Any]:
    function = _side(name, place)
    return ["bad", function] if isinstance(function, str) else ["value", function(*args)]


def _then_write(name: str, place: int, params: list[Any], grads: list[Any], lr: float) -> list[Any]:
    answer = _called(name, place, (params, grads, lr))
    with torch.no_grad():
        for tensor in (*params, *grads):
            tensor.fill_(-77.0)
    return answer


def _side(name: str, place: int) -> Callable[..., Any] | str:
    """One side of the pair of that name, or a sentence that says why there is none."""
    pairs = PAIRS()
    if not isinstance(pairs, (list, tuple)):
        return f"PAIRS should be a list of (name, own, library); its type is {type(pairs).__name__}."
    for entry in pairs:
        if isinstance(entry, (list, tuple)) and len(entry) == 3 and isinstance(entry[0], str) and entry[0] == name:
            side = entry[place]
            if callable(side):
                return side  # type: ignore[no-any-return]  # whatever the submission has there
            return f"The {SIDES[place]} side of {name!r} cannot be called; its type is {type(side).__name__}."
    return f"There is no (name, own, library) in PAIRS whose name is {name!r}."
