"""`grade data`: fetches MNIST while a bar (in a terminal) or a line per file (elsewhere) tells how far it is."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)  # fmt: skip

from grader import data, trees
from grader.mnist import FILES, DataFile, Mnist
from grader.sources import SOURCES, Source
from grader.terminal import clean


def run(
    folder: Path | None,
    console: Console,
    *,
    cache: Path | None = None,
    sources: Sequence[Source] = SOURCES,
    files: tuple[DataFile, ...] = FILES,
) -> int:
    """Have the four files in `folder` or the cache, fetching what is missing, and say where they lie.

    Returns the exit code 0; raises DataError where they can't be had.
    """
    mnist = data.locate(folder, cache, files=files)
    if mnist is None:
        _say(console, "Fetching MNIST: about 12 MB, once.")
        mnist = _fetch(console, cache, sources, files)
    count = f"{files[0].shape[0]:,} training and {files[2].shape[0]:,} test images"
    _say(console, f"MNIST is in {mnist.folder}")
    _say(console, f"It came from {mnist.source}.")
    _say(console, f"Verified: {count}; every file has the right SHA-256.")
    return 0


def plant(console: Console, sources: Iterable[bytes], folder: Path | None, cache: Path | None = None) -> str:
    """Have MNIST as the folders of images that notebooks ask `untar_data` for; returns the folder that holds them.

    Nothing ("") where no notebook asks, or MNIST is not here: `untar_data` then says what to do. `cache` is where
    MNIST is kept, this user's by default.
    """
    asked = [source for source in sources if b"untar_data" in source]
    mnist = data.locate(folder, cache) if asked else None
    if mnist is None:
        return ""
    where = (cache or data.cache_folder()).parent / "trees"
    where.mkdir(parents=True, exist_ok=True)
    where.chmod(0o755)  # guests run as other users
    whole = any(re.search(rb"URLs\.MNIST\b", source) for source in asked)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        for make in (trees.sample, *([trees.full] if whole else [])):
            task = progress.add_task("Unpacking MNIST's images, once", total=None)
            make(where, mnist, functools.partial(_advance, progress, task))
    return str(where)


def _advance(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _fetch(console: Console, cache: Path | None, sources: Sequence[Source], files: tuple[DataFile, ...]) -> Mnist:
    if not console.is_terminal:
        lines = _Lines(console)
        return data.fetch(None, cache=cache, progress=lines.tell, sources=sources, files=files)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as progress:
        bars = _Bars(progress)
        return data.fetch(None, cache=cache, progress=bars.tell, sources=sources, files=files)


class _Bars:
    """A bar for each thing that is fetched; one whose size is not known pulses."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[str, TaskID] = {}

    def tell(self, what: str, done: int, total: int) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.progress.add_task(clean(what), total=None)
        self.progress.update(self.tasks[what], completed=done, total=total or None)


class _Lines:
    """A line when something begins to arrive, and again when it starts anew from the next source."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seen: dict[str, int] = {}

    def tell(self, what: str, done: int, total: int) -> None:
        if what not in self.seen or done < self.seen[what]:
            size = f" ({total / 1e6:.1f} MB)" if total else ""
            _say(self.console, f"{'again: ' if what in self.seen else ''}{what}{size}")
        self.seen[what] = done


def _say(console: Console, text: str) -> None:
    console.print(clean(text), markup=False, soft_wrap=True)
