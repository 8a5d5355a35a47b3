"""From a path to a Submission: reads the bytes, refuses with a sentence what cannot be one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from grader.errors import UsageError
from grader.values import Submission

LARGEST = 16 << 20


def read(path: Path) -> Submission:
    """Read one `.py` file.

    Raises:
        UsageError: it is missing, a folder, unreadable, empty or far too large.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder. Give the file itself, such as {path / 'exercise1.py'}.")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no ordinary file. Give the file itself, such as exercise1.py.")
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} has more than {LARGEST >> 20} MiB. Is it the right file?")
        source = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}. `grade start` puts the exercises here.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    if not source.strip():
        raise UsageError(f"{path} is empty. `grade start {path.stem} --reset` brings the exercise's text back.")
    return from_bytes(source, str(path))


def from_bytes(source: bytes, path: str) -> Submission:
    """A submission of these bytes; `path` is what reports call it."""
    return Submission(path, source, hashlib.sha256(source).hexdigest())
