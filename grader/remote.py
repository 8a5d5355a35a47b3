"""What runs on the workers of a Dask cluster.

Theory of operation. A Dask worker is a process that is not ours: it holds whatever it holds, so that no student code
may be forked from it. It gets the course, MNIST and the options once, as a plugin, and starts on its own machine the
same worker processes (`pool`) that `grade bulk` starts without a cluster, one for each of its threads. A submission
comes as bytes; what goes back is plain data.

A Dask worker that dies is the engine's business: it gives what was running there to another. Before a submission is
graded the scheduler is told so, and one that was begun twice and never ended is not begun again.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distributed import WorkerPlugin, get_client, get_worker
from rich.console import Console

from grader import cargo, fetching, keys
from grader.errors import GraderError, ServerError
from grader.pool import KEPT, TRIES, Order, Pool
from grader.worker import Task


@dataclass(frozen=True)
class Told:
    """What every worker is told once. `versions` are those that the marks depend on; `asked` are the words of
    notebooks that ask for folders of images."""

    preload: tuple[str, ...]
    key: bytes | None = field(repr=False)
    device: str
    seed: int
    full: bool
    versions: str
    asked: tuple[bytes, ...]
    cargo: bytes = field(repr=False)


class Grading(WorkerPlugin):
    """What a Dask worker keeps for one results folder: the cargo on disk, and worker processes once they are needed."""

    def __init__(self, name: str, told: Told) -> None:
        self.name = name
        self._told = told

    def setup(self, worker: Any) -> None:
        """A Dask worker has this now."""
        self._lock = threading.Lock()
        self._jobs = int(worker.state.nthreads)
        self._folder = Path(tempfile.mkdtemp(prefix="grade-", dir=worker.local_directory))
        self._pool: Pool | None = None
        self._closed = False

    def teardown(self, worker: Any) -> None:
        """The run is over, or the worker is: nothing stays behind."""
        self._closed = True
        if self._pool is not None:
            self._pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def pool(self) -> Pool:
        """The worker processes, started when they are asked for first.

        Raises:
            GraderError: they cannot grade as this run has to.
        """
        with self._lock:
            if self._closed:
                raise ServerError("The run is over.")
            if self._pool is None:
                self._pool = Pool(self._order(), self._jobs)
            return self._pool

    def _order(self) -> Order:
        told, folder = self._told, self._folder
        differ = [
            f"{here}, not {there.split()[-1]}"
            for here, there in zip(_versions(told), told.versions.split("\n"), strict=True)
            if here != there
        ]
        if differ:
            raise ServerError(f"It has {'; '.join(differ)}: marks could differ. Install the same versions.")
        try:
            course, data = cargo.unpack(told.cargo, folder)
            cache = folder / "cache" / "tensor-grader" / "mnist"
            console = Console(file=io.StringIO())
            trees = fetching.plant(console, told.asked, data, cache) if data is not None else ""
        except OSError as error:
            raise ServerError(f"The course cannot be unpacked in {folder}: {error.strerror}.") from None
        own = {name: str(folder) for name in ("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
        kept = {name: os.environ[name] for name in ("PATH", *KEPT) if name in os.environ}
        return Order(
            course=course, preload=told.preload, storage=folder / "hypothesis", trees=trees, data=data, key=told.key,
            environment={**kept, **own, "XDG_CACHE_HOME": str(folder / "cache")}, device=told.device, seed=told.seed,
            full=told.full,
        )  # fmt: skip


def _versions(told: Told) -> list[str]:
    return keys.conditions(told.device, told.seed, told.key).split("\n")


def prepare(name: str) -> list[Any]:
    """Have this worker ready: ["ready", why it has not the best sandbox] or ["failed", why]."""
    try:
        return ["ready", list(_plugin(name).pool().reasons)]
    except GraderError as error:
        return ["failed", f"{get_worker().address}: {error}"]


def grade(name: str, run: str, task: list[Any]) -> list[Any]:
    """Grade one submission here: what a `Pool` answers, or ["failed", why] where this worker cannot grade at all.
    `run` is this submission's own word in this run."""
    client = get_client()
    begun = int(client.get_metadata([name, run], 0))
    if begun >= TRIES:
        return ["lost", f"The machine that graded it was lost {begun} times."]
    client.set_metadata([name, run], begun + 1)
    try:
        return _plugin(name).pool().grade(Task.of(task))
    except GraderError as error:
        return ["failed", f"{get_worker().address}: {error}"]


def _plugin(name: str) -> Grading:
    plugin = get_worker().plugins[name]
    assert isinstance(plugin, Grading)
    return plugin
