"""Results as files and lines: marks as CSV and JSON, and what differs between two folders of results."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from grader import marks
from grader.errors import GraderError, UsageError
from grader.results import Results
from grader.results_file import NO_ROOM
from grader.terminal import one_line

FULL = (*NO_ROOM, errno.EFBIG)


def export(folder: Path, csv_to: Path | None, json_to: Path | None, pseudonyms: bool) -> None:
    """Write the marks of a folder of results where they are wanted, for their owner only: they name students.

    Raises:
        UsageError: a file cannot be written.
    """
    if csv_to is None and json_to is None:
        return
    with Results.open(folder, create=False) as results:
        if csv_to is not None:
            _write(csv_to, marks.csv_text(results.marks(), pseudonyms))
        if json_to is not None:
            _write(json_to, marks.json_text(results, pseudonyms) + "\n")


def differences(new: Path, old: Path) -> list[str]:
    """A line for each check whose mark differs, with the cause."""
    with Results.open(new, create=False) as after, Results.open(old, create=False) as before:
        changes = marks.diff(after, before)
    return [
        one_line(
            f"{one.student}  {one.exercise}  {one.check or 'as a whole'}: {one.before} → {one.after} ({one.cause})"
        )
        for one in changes
    ]


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        if error.errno in FULL:
            raise GraderError(
                f"{path} cannot be written: the disk is full. Make room and give the same command."
            ) from None
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
