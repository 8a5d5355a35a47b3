"""`grade start`: copies the exercises' stubs to where a student works, as Python or as notebooks, and never overwrites
work unasked."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from grader import notebooks, stub_notebook
from grader.errors import CourseError, UsageError
from grader.values import Exercise


@dataclass(frozen=True)
class Copied:
    """What happened to one stub: "written", "kept" (a file was there) or "reset" (the old one is at `backup`)."""

    path: Path
    what: str
    backup: Path | None = None


def copy(exercise: Exercise, to: Path, reset: bool = False, notebook: bool = False) -> Copied:
    """Put the stub of `exercise` into the folder `to`, as a file of Python or as a `notebook`.

    With `reset` an existing file is replaced; it is kept beside as `exercise1.py.old`, `.old2`, ….
    """
    target = to / (f"{exercise.id}{notebooks.SUFFIX}" if notebook else exercise.stub_file.name)
    try:
        stub = exercise.stub_file.read_bytes()
        stub = _as_notebook(exercise, stub) if notebook else stub
        to.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            return Copied(_write(target, stub), "written")
        if not reset or target.read_bytes() == stub:
            return Copied(target, "kept")
        backup = _free_name(target)
        shutil.copy2(target, backup)
        return Copied(_write(target, stub), "reset", backup)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from None


def _as_notebook(exercise: Exercise, stub: bytes) -> bytes:
    try:
        return stub_notebook.convert(stub, exercise.id, exercise.title)
    except (SyntaxError, ValueError) as error:
        raise CourseError(f"{exercise.stub_file} is not Python, so no notebook can be made of it: {error}.") from None


def _write(target: Path, content: bytes) -> Path:
    """Write whole or not at all."""
    partial = target.with_name(f".{target.name}.part")
    partial.write_bytes(content)
    os.replace(partial, target)
    return target


def _free_name(target: Path) -> Path:
    number = 1
    while True:
        candidate = target.with_name(f"{target.name}.old{'' if number == 1 else number}")
        if not candidate.exists():
            return candidate
        number += 1
