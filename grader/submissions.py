"""From a path to a Submission: reads the bytes, refuses with a sentence what cannot be one."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader import notebooks
from grader.errors import UsageError
from grader.guest.plan import OPTIONAL
from grader.values import Submission

PLOTS = (b"matplotlib", b"fastai", b"fastbook")  # what imports matplotlib
LARGEST = 16 << 20
SHELL = ("grader.guest.cells",)  # and with it IPython; a guest can read neither our files nor import them later
LARGEST_NOTEBOOK = 256 << 20  # pictures in saved outputs


def read(path: Path) -> Submission:
    """Read one file of Python or one notebook.

    Raises:
        UsageError: it is missing, a folder, unreadable, empty or far too large.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder. Give the file itself, such as {path / 'exercise1.py'}.")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no ordinary file. Give the file itself, such as exercise1.py.")
        most = LARGEST_NOTEBOOK if notebooks.is_named(path.name) else LARGEST
        if path.stat().st_size > most:
            raise UsageError(f"{path} has more than {most >> 20} MiB. Is it the right file?")
        source = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}. `grade start` puts the exercises here.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    if not source.strip():
        raise UsageError(f"{path} is empty. `grade start {path.stem} --reset` brings the exercise's text back.")
    return from_bytes(source, str(path))


def found(exercise_id: str, folder: Path = Path()) -> Path:
    """An exercise's file in a folder: `exercise3.py`, else `exercise3.ipynb`; the former where neither is there."""
    file, notebook = folder / f"{exercise_id}.py", folder / f"{exercise_id}{notebooks.SUFFIX}"
    return notebook if notebook.is_file() and not file.is_file() else file


def modules_for(submissions: Iterable[Submission]) -> tuple[str, ...]:
    """What a server imports once for these beside the exercises' own: for notebooks the shell that runs them."""
    sources = [submission.source for submission in submissions if submission.cells is not None]
    plots = any(word in source for source in sources for word in PLOTS)
    return (SHELL if sources else ()) + (("matplotlib.pyplot",) if plots else ()) + _fastai(sources)


def _fastai(sources: Sequence[bytes]) -> tuple[str, ...]:
    """fastai itself, where a notebook uses it and it is installed; its parts are many."""
    used = any(b"fastai" in source or b"fastbook" in source for source in sources)
    return (f"fastai.vision.all{OPTIONAL}",) if used and importlib.util.find_spec("fastai") else ()


def refused(source: bytes, path: str, why: str) -> Submission:
    """A submission that cannot be read: loading it fails with this sentence, so that each check has its verdict."""
    return Submission(path, source, hashlib.sha256(source).hexdigest(), refused=why)


def from_bytes(source: bytes, path: str) -> Submission:
    """A submission of these bytes; `path` is what reports call it, and its suffix says whether it is a notebook. One
    that is no JSON but Python is graded as Python.

    Raises:
        UsageError: a notebook that is none.
    """
    digest = hashlib.sha256(source).hexdigest()
    if not notebooks.is_named(path) or notebooks.is_python(source):
        return Submission(path, source, digest)
    return Submission(path, source, digest, notebooks.cells_of(source, path))
