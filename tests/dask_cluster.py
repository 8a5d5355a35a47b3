"""A Dask cluster on loopback for tests and benchmarks: a scheduler and workers, started with Dask's own commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

DASK = [sys.executable, "-m", "dask"]
START_S = 60.0
QUIET = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s"}  # a lost scheduler is given up soon


class LocalCluster:
    """Started in a `with`, ended with everything that belongs to it. `file` is what --cluster takes."""

    def __init__(self, folder: Path, workers: int, *more: str, protocol: str = "tcp") -> None:
        self.file = folder / "scheduler.json"
        self._folder, self._more = folder, more
        self._processes: list[subprocess.Popen[bytes]] = []
        place = ["--scheduler-file", str(self.file), "--protocol", protocol]
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *place, *more)
        self._until(self.file.is_file)
        self.address = str(json.loads(self.file.read_text())["address"])
        self.workers: list[subprocess.Popen[bytes]] = []
        for _ in range(workers):
            self.add(protocol)

    def __enter__(self) -> LocalCluster:
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()

    def add(self, protocol: str = "tcp") -> None:
        """One more worker, without a nanny that would bring it back."""
        place = ["--scheduler-file", str(self.file), "--protocol", protocol, "--local-directory", str(self._folder)]
        started = self._start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", *place, *self._more)
        self.workers.append(started)

    def lose_workers(self) -> None:
        """Kill all of them."""
        for worker in self.workers:
            worker.kill()
        self.workers.clear()

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = self._folder / f"{len(self._processes)}.log"
        with log.open("wb") as words:
            process = subprocess.Popen(
                [*DASK, *arguments], stdout=words, stderr=words, cwd=self._folder, env={**os.environ, **QUIET}
            )
        self._processes.append(process)
        return process

    def _until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + START_S
        while not done():
            assert time.monotonic() < end and self.scheduler.poll() is None, (self._folder / "0.log").read_text()
            time.sleep(0.05)
