"""Answers calls in the guest: name and arguments in, value or exception out.

Student code runs in this process, so nothing here is trusted by the judge: it can change any of this, and then only
its own answers change, what they say of arguments and exceptions included.
"""

from __future__ import annotations

import builtins
import os
import random
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.guest import wire
from grader.guest.loader import FOLDER, Definitions, similar

SEED = 20_240_229
LONGEST_TEXT = 2000
MOST_FRAMES = 8
Upstream = Callable[[int, tuple[Any, ...]], Any]


class Answerer:
    """Holds a loaded submission and its exercise's probes, and makes the calls that the judge asks for."""

    def __init__(self, definitions: Definitions, probes: dict[str, Any], private: Path, upstream: Upstream) -> None:
        self.definitions = definitions
        self.probes = probes
        self.private = private
        self.upstream = upstream
        self.device = "cpu"

    def answer(self, kind: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """["returned", value, changed], ["raised", names, text, frames, changed] or ["missing", name, stub, similar].

        Kinds: "call" a name of the submission, "probe" one of probes.py, "value" a global as it is, and "alias" to let
        `name` stand for another of the submission's functions (known mistakes are tried that way).
        """
        changed: list[Any] = []
        try:
            args = tuple(self._arrive(arg) for arg in args)
            kwargs = {key: self._arrive(value) for key, value in kwargs.items()}
            if kind == "alias":
                self.definitions.alias(name, args[0], args[1])
                seed(SEED)  # one that draws begins as it would in a fork of its own
                return ["returned", None, []]
            if kind == "value":
                return ["returned", self.definitions.find(name), []]
            function = self.probes[name] if kind == "probe" else self.definitions.find(name)
        except KeyError:
            return ["missing", name, False, similar(name, vars(self.definitions.module))]
        before = [fingerprint(arg) for arg in args]
        try:
            value = function(*args, **kwargs)
        except BaseException as error:  # whatever student code raises is an answer, sys.exit included
            changed = _changes(args, before)
            if isinstance(error, MissingName):
                return ["missing", error.name, False, similar(error.name, vars(self.definitions.module))]
            if isinstance(error, NotImplementedError) and not str(error):
                return ["missing", name if kind == "call" else _stub_name(error, name), True, []]
            return ["raised", *describe(error), changed]
        return ["returned", value, _changes(args, before)]

    def _arrive(self, value: Any) -> Any:
        """Turn what came over the wire into what the student's function is given."""
        if isinstance(value, wire.Callback):
            return lambda *args: self._arrive(self.upstream(value.number, args))
        if isinstance(value, wire.GuestPath):
            return self._write(value)
        if type(value) in (list, tuple):
            return type(value)(self._arrive(item) for item in value)
        if type(value) is dict:
            return {key: self._arrive(item) for key, item in value.items()}
        if hasattr(value, "sent"):
            return self._tensor(value)
        torch = sys.modules.get("numpy")
        if torch is not None and isinstance(value, torch.ndarray) and not value.flags.writeable:
            return value.copy()
        return value

    def _tensor(self, value: Any) -> Any:
        sent = value.sent
        del value.sent
        if self.device != "cpu":
            value = value.to(self.device)
        if sent["requires_grad"]:
            value.requires_grad_(True)
        if sent["grad"] is not None:
            value.grad = self._tensor(sent["grad"])
        return value

    def _write(self, path: wire.GuestPath) -> Path | str:
        root = self.private
        for name, data in path.files:
            target = root / name
            folder = target if name.endswith("/") else target.parent
            folder.mkdir(parents=True, exist_ok=True)
            if folder != target:
                target.write_bytes(data)
        found = root / path.name if path.name else root
        return str(found) if path.as_str else found


class MissingName(Exception):
    """A probe asked the submission for a name it does not define."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class SubmissionView:
    """What a probe sees as `student`: the submission's names, the version that is graded."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def __getattr__(self, name: str) -> Any:
        try:
            return self._definitions.find(name)
        except KeyError:
            raise MissingName(name) from None


def seed(number: int) -> None:
    """Seed what a submission may draw from, so that the same work gets the same marks."""
    random.seed(number)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(number)
    if torch is not None:
        torch.manual_seed(number)


def fingerprint(value: Any) -> Any:
    """Something that differs when a value was changed, bit for bit, `requires_grad` and `grad` included."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        grad = value.grad if value.is_leaf else None
        if value.layout is not torch.strided:
            return None
        data = wire.raw(torch, value).tobytes()
        return (tuple(value.shape), str(value.dtype), value.requires_grad, fingerprint(grad), data)
    if numpy is not None and isinstance(value, numpy.ndarray):
        return (value.shape, value.dtype.str, value.tobytes())
    if type(value) in (list, tuple):
        return [fingerprint(item) for item in value]
    if type(value) is dict:
        return [(key, fingerprint(item)) for key, item in value.items()]
    if isinstance(value, float):
        return float.hex(value)  # a nan differs from itself
    return value if isinstance(value, (int, str, bytes)) else None


def _changes(args: tuple[Any, ...], before: list[Any]) -> list[Any]:
    """(position, value now) of each argument that is not as it was."""
    changed = []
    for place, (arg, old) in enumerate(zip(args, before, strict=True)):
        try:
            same = fingerprint(arg) == old
        except Exception:  # an argument may have been resized or moved in ways that cannot be read any more
            same = False
        if not same:
            changed.append([place, arg])
    return changed


def describe(error: BaseException) -> list[Any]:
    """[names of the class and its bases, text, the student's own lines as [file, line, function, source]]."""
    names = [_class_name(cls) for cls in type(error).__mro__ if cls not in (object, BaseException)]
    names = names or ["BaseException"]
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:  # a student's exception may fail to print, or end Python while it does
        text = ""
    frames = []
    for entry in traceback.extract_tb(error.__traceback__):
        if entry.filename.startswith(FOLDER) and not entry.filename.endswith(("/probes.py", "/checks.py")):
            frames.append([os.path.basename(entry.filename), entry.lineno or 0, entry.name, (entry.line or "").strip()])
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(FOLDER):
        line = (error.text or "").strip("\n")
        frames.append([os.path.basename(error.filename), error.lineno or 0, "<module>", line.strip()])
    return [names, str(text)[:LONGEST_TEXT], frames[-MOST_FRAMES:]]


def _class_name(cls: type) -> str:
    """Its name; one that only borrows the name of a builtin says so."""
    name = cls.__name__[:80]
    return name if getattr(builtins, name, cls) is cls else f"{name} (your own class)"


def _stub_name(error: BaseException, otherwise: str) -> str:
    """The innermost student function that is still a stub, where a probe called it; a method goes by its class."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [frame.f_code for frame in frames if frame.f_code.co_filename.startswith(FOLDER)]
    if not ours:
        return otherwise
    qualified = getattr(ours[-1], "co_qualname", ours[-1].co_name)  # from Python 3.11 on
    return str(qualified).split(".")[0]
