"""Workers side by side, behind concurrent.futures: each thread of a pool lends a worker process for one submission.

A worker that ends while it grades is started anew and the submission tried once more; one that takes two workers along
is marked ungradable. Nothing of that concerns the others.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.errors import GraderError, SandboxError, ServerError
from grader.guest import wire
from grader.worker import Task

_START = "import sys; sys.path[:] = {path!r}; from grader.cli import work; work({fd})"
KEPT = ("LD_LIBRARY_PATH",)
TRIES = 2
AHEAD = 2  # submissions handed out for each worker, so that none waits for the next


@dataclass(frozen=True)
class Order:
    """What every worker is told: what its server imports and shows, and how it grades. `environment` is what it gets to
    know of ours, after its server was forked."""

    course: Path
    preload: tuple[str, ...]
    storage: Path
    environment: dict[str, str] = field(default_factory=dict)
    trees: str = ""
    data: Path | None = None
    key: bytes | None = field(default=None, repr=False)
    device: str = "cpu"
    seed: int = 0
    full: bool = True

    def start(self) -> list[Any]:
        return ["start", list(self.preload), self.trees, self.device == "cuda", self.full]

    def options(self) -> dict[str, Any]:
        return {
            "course": str(self.course), "storage": str(self.storage), "data": str(self.data or ""), "key": self.key,
            "device": self.device, "seed": self.seed, "environment": self.environment,
        }  # fmt: skip


class Pool:
    """So many workers. `submit` is that of an executor; close it, or use it in a `with`."""

    def __init__(self, order: Order, jobs: int) -> None:
        self._order = order
        self._idle: queue.Queue[_Worker] = queue.Queue()
        self._jobs = jobs
        self._workers = [_Worker(order) for _ in range(jobs)]
        self._closed = False
        self.reasons: tuple[str, ...] = ()
        try:
            for worker in self._workers:
                self.reasons = worker.wait_ready()
                self._idle.put(worker)
        except BaseException:
            self.close()
            raise
        self._threads = ThreadPoolExecutor(jobs)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def submit(self, task: Task) -> Future[list[Any]]:
        """The future answer of a worker: ["graded", …], or ["lost", why] where workers died of it."""
        return self._threads.submit(self.grade, task)

    def room(self) -> int:
        """How many submissions may be handed out at a time."""
        return self._jobs * AHEAD

    def grade(self, task: Task) -> list[Any]:
        """What `submit` promises, now and in this thread."""
        worker = self._idle.get()
        try:
            for _ in range(TRIES):
                answer = worker.ask(task)
                if answer is not None:
                    return answer
                if self._closed:
                    break
                worker = self._replaced(worker)
            return ["lost", f"The process that graded it ended {TRIES} times."]
        except (
            OSError,
            GraderError,
        ) as error:  # another submission may have more luck
            return ["lost", f"The process that graded it ended, and none could take its place: {error}"]
        finally:
            self._idle.put(worker)

    def _replaced(self, worker: _Worker) -> _Worker:
        worker.close()
        other = _Worker(self._order)
        self._workers[self._workers.index(worker)] = other
        other.wait_ready()
        return other

    def trouble(self) -> str:
        """Why nothing is graded at the moment: there is no such time."""
        return ""

    def close(self) -> None:
        """End all workers, and with them what they are grading."""
        self._closed = True
        for worker in self._workers:
            worker.close()
        if hasattr(self, "_threads"):
            self._threads.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """The main process's end of one worker."""

    def __init__(self, order: Order) -> None:
        self._control, theirs = socket.socketpair()
        path = [os.path.abspath(entry) for entry in sys.path if entry]
        package = str(Path(__file__).resolve().parent.parent)
        kept = {name: order.environment[name] for name in KEPT if name in order.environment}
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the worker
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", _START.format(path=[*path, package], fd=theirs.fileno())],
            env={**kept, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            start_new_session=True,  # Ctrl-C is for the main process, which ends its workers itself
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        with contextlib.suppress(OSError):  # one that ended at once is noticed when its answer is waited for
            wire.send(self._control, order.start())
            wire.send(self._control, ["prepare", order.options()])

    def wait_ready(self) -> tuple[str, ...]:
        """Wait until it can grade; returns why it has not the best sandbox.

        Raises:
            SandboxError, ServerError: it cannot.
        """
        try:
            answer = wire.receive(wire.blocking_reader(self._control))
        except (EOFError, OSError):
            self._words.seek(0)
            words = self._words.read().decode("utf-8", "replace").strip()[-300:]
            raise ServerError(f"A worker did not start: {words or 'it ended'}") from None
        if answer[0] != "ready":
            raise SandboxError(str(answer[1]))
        return tuple(answer[1])

    def ask(self, task: Task) -> list[Any] | None:
        """Have one submission graded; None where the worker ended, or hangs."""
        try:
            self._control.settimeout(task.limit_s or None)
            wire.send(self._control, ["grade", task.plain()])
            answer: list[Any] = wire.receive(wire.blocking_reader(self._control))
            return answer
        except (EOFError, OSError, GraderError):
            return None

    def close(self) -> None:
        """End it; its guests end with it."""
        self._process.kill()
        self._process.wait()
        self._control.close()
        self._words.close()
