"""Workers on other machines: the same submissions to the same worker processes, carried by Dask distributed.

    this process ── scheduler ──┬── Dask worker (`remote`) ── worker processes (`pool`) ── guests
    plan and results stay here  └── Dask worker …

Which worker gets what, and what happens when one is lost, is Dask's. Ours is what may travel: the course, MNIST and the
options once to each worker, then each submission as bytes, and verdicts back as plain data.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import json
import logging
import os
import secrets
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from grader.errors import ClusterError, SandboxError, UsageError
from grader.worker import Task

CONNECT_S = 15
LOST = 3  # how often a submission is handed out again that the engine gave up: its neighbours may have been at fault
LEAST_ROOM, ROOM = 16, 2  # submissions handed out: for a cluster that still grows, and for each thread
GONE = "The scheduler was lost. Give the same command again once it is back: what is graded is kept."
Answer = Future[list[Any]]


@dataclass(frozen=True)
class Address:
    """Where the scheduler is: an address, or the file that it wrote; and the certificates, as Dask names them."""

    where: str
    ca_file: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def exposed(self) -> bool:
        """Whether what is sent there can be read on the way."""
        where = self.scheduler()
        parts = urlsplit(where if "://" in where else f"tcp://{where}")
        if parts.scheme in ("tls", "wss"):
            return False
        try:
            return not ipaddress.ip_address(parts.hostname or "").is_loopback
        except ValueError:
            return parts.hostname != "localhost"

    def scheduler(self) -> str:
        """The scheduler's address, out of its file where one is given.

        Raises:
            UsageError: the file is none of a scheduler's.
        """
        if "://" in self.where or not Path(self.where).is_file():
            return self.where
        try:
            return str(json.loads(Path(self.where).read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(f"{self.where} is no file that a Dask scheduler wrote.") from None


class Cluster:
    """The workers of a cluster. As a `Pool`: `submit` is that of an executor; use it in a `with`."""

    def __init__(self, client: Any, name: str, told: Mapping[str, Any]) -> None:
        from grader import remote

        self._client, self._remote, self._name = client, remote, name
        self.reasons: tuple[str, ...] = ()
        try:
            client.register_plugin(remote.Grading(name, remote.Told(**told)), name=name)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def size(self) -> tuple[int, int]:
        """How many workers there are now, and how many submissions they grade at once."""
        try:
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        except (OSError, RuntimeError):
            raise ClusterError(GONE) from None
        return len(workers), sum(worker["nthreads"] for worker in workers)

    def trouble(self) -> str:
        """Why nothing is graded at the moment, if that is so."""
        return "" if self.size()[1] else "The cluster has no workers: waiting for one. Ctrl-C ends this."

    def room(self) -> int:
        """How many submissions may be handed out at a time."""
        return max(LEAST_ROOM, ROOM * self.size()[1])

    def wait_ready(self) -> None:
        """Wait until every worker that is there can grade.

        Raises:
            SandboxError: one of them cannot.
            ClusterError: the scheduler is gone.
        """
        self._client.wait_for_workers(1)
        workers = list(self._client.scheduler_info(n_workers=-1)["workers"])
        asked = [
            self._client.submit(self._remote.prepare, self._name, workers=[worker], pure=False) for worker in workers
        ]
        reasons: list[str] = []
        for future in asked:
            answer = self._result(future)
            if answer[0] == "failed":
                raise SandboxError(str(answer[1]))
            reasons += answer[1]
        self.reasons = tuple(dict.fromkeys(reasons))

    def submit(self, task: Task) -> Answer:
        """As `Pool.submit`. What was handed out is not taken back: its future cannot be cancelled."""
        answer: Answer = Future()
        answer.set_running_or_notify_cancel()
        self._hand_out(task, secrets.token_hex(8), answer, LOST)
        return answer

    def _hand_out(self, task: Task, run: str, answer: Answer, more: int) -> None:
        key = f"{self._name}-{secrets.token_hex(8)}"
        future = self._client.submit(self._remote.grade, self._name, run, task.plain(), key=key, pure=False)
        future.add_done_callback(lambda done: self._finish(task, run, answer, more, done))

    def _finish(self, task: Task, run: str, answer: Answer, more: int, done: Any) -> None:
        try:
            if self._killed(done) and more:
                self._hand_out(task, run, answer, more - 1)
                return
            result = ["lost", "The machines that graded it were lost."] if self._killed(done) else self._result(done)
            if result[0] == "failed":
                raise SandboxError(str(result[1]))
            answer.set_result(result)
        except BaseException as error:  # whatever it is, it is for whoever waits
            answer.set_exception(error)

    def _killed(self, future: Any) -> bool:
        from distributed import KilledWorker

        return future.status == "error" and isinstance(future.exception(), KilledWorker)

    def _result(self, future: Any) -> list[Any]:
        if future.status in ("cancelled", "lost"):
            raise ClusterError(GONE)
        result: list[Any] = future.result()
        return result

    def close(self) -> None:
        """Let go of the cluster, with nothing of ours left on it; what is being graded there is dropped."""
        with contextlib.suppress(Exception):  # a scheduler that is gone has nothing of ours
            self._client.unregister_worker_plugin(self._name)
        with contextlib.suppress(Exception):
            self._client.close(timeout=CONNECT_S)


def connect(address: Address, out: Path, **told: Any) -> Cluster:
    """The cluster at this address, told what `remote.Told` says. Its name comes from the folder of results: a run that
    was killed and is begun again takes the place of what it left there.

    Raises:
        UsageError: Dask is not installed, or a certificate is not there.
        ClusterError: nobody answers.
    """
    client = _client(address)
    return Cluster(client, f"grade-{hashlib.sha256(os.fsencode(out.absolute())).hexdigest()[:16]}", told)


def _client(address: Address) -> Any:
    try:
        from distributed import Client, Security
    except ImportError:
        raise UsageError("--cluster needs Dask: pip install 'tensor-grader[cluster]'.") from None
    logging.disable(logging.CRITICAL)  # Dask's, in whichever of its loggers: what matters is said in our own words
    given = {"tls_ca_file": address.ca_file, "tls_client_cert": address.cert, "tls_client_key": address.key}
    files = {name: str(path) for name, path in given.items() if path is not None}
    for path in files.values():
        if not Path(path).is_file():
            raise UsageError(f"There is no file {path}.")
    where = address.scheduler()
    try:
        return Client(where, security=Security(**files), timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterError(f"No scheduler answers at {where}: {error}") from None
