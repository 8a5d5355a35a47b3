"""The judge's handle on a warm server: starts one, asks it for cells, ends it.

Theory of operation. `fork_server` is for a process that is our own command and has read nothing secret yet: the server
is forked from it, sharing the torch already imported. `exec_server` is for every other process (pytest, a notebook, a
cluster worker): its memory holds checks, so a new interpreter is executed, in our own namespaces or in bubblewrap's.
Either way the server sits at the other end of one socket, and everything of it ends when that socket closes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.errors import SandboxError, ServerError
from grader.guest import server as guest_server
from grader.guest import wire
from grader.guest.plan import Plan
from grader.sandbox import bubblewrap, view
from grader.values import Limits

START_S = 60.0
# Most frames come within this time of each other. Falling asleep and being woken on another core costs as much as a
# whole call; whoever else wants this core gets it meanwhile. Where all cores have work it is a waste.
SPIN_S = 0.0001
_START = "import sys; sys.path[:] = {path!r}; from grader.guest.server import main; main()"


class Server:
    """A running warm server. `mode` and `missing` say which layers guard its guests; `slowness` by which factor budgets
    of time are stretched on this machine; `many` says that every core has submissions waiting; `spin_s` how long either
    side stays awake while it waits for the other."""

    def __init__(self, control: socket.socket, pid: int, mode: str, seen: view.View, many: bool = False) -> None:
        self.control = control
        self.pid = pid
        self.mode = mode
        self.missing: tuple[str, ...] = ()
        self.slowness = 1.0
        self.many = many
        self.spin_s = 0.0 if many else SPIN_S
        self.trees = view.TREES if seen.trees else ""
        self._numbers = _numbers()
        self._closed = False

    def wait_ready(self) -> None:
        """Wait until it has built its sandbox and imported what it preloads.

        Raises:
            SandboxError: a layer could not be set up; nothing was run.
            ServerError: it ended, or did not answer.
        """
        answer = self._receive()
        if answer[0] != "ready":
            self.close()
            raise SandboxError(str(answer[1]))
        self.missing = tuple(answer[1]["missing"])
        self.slowness = float(answer[1]["slowness"])

    def budgets(self, limits: Limits) -> Limits:
        """An exercise's limits as they are on this machine: CPU seconds are multiples of a calibrated step."""
        wall_s = limits.wall_s * max(1.0, self.slowness)
        return dataclasses.replace(limits, cpu_s=round(limits.cpu_s * self.slowness, 2), wall_s=wall_s)

    def cell(self, order: dict[str, Any], descriptors: Sequence[int]) -> None:
        """Fork a cell; its warden, snapshot and output are reached over `descriptors`."""
        try:
            socket.send_fds(self.control, [b"L"], list(descriptors))
            wire.send(self.control, {**order, "number": next(self._numbers)})
        except OSError:
            raise ServerError("The warm server has ended. Run the command again.") from None
        self._receive()

    def last_words(self) -> str:
        """What a server that did not come up wrote to standard error."""
        return ""

    def close(self) -> None:
        """End the server and everything in it."""
        if self._closed:
            return
        self._closed = True
        self.control.close()
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass

    def _receive(self) -> Any:
        self.control.settimeout(START_S)
        try:
            return wire.receive(wire.blocking_reader(self.control))
        except (EOFError, OSError, wire.Malformed) as error:
            self.close()
            words = self.last_words() or type(error).__name__
            raise ServerError(f"The warm server did not start or has ended ({words}). Run `grade doctor`.") from None
        finally:
            if self.control.fileno() >= 0:
                self.control.settimeout(None)


def fork_server(preload: tuple[str, ...], seen: view.View | None = None, many: bool = False) -> Server:
    """Fork a server from this process, in our own namespaces. Call before anything secret is loaded.

    `seen` is what guests may read; by default this interpreter and its packages. `many`: for many submissions.
    """
    plan = Plan("namespaces", preload, seen or view.of_this_process(), many)
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        guest_server.serve(theirs, plan)
    theirs.close()
    return Server(ours, pid, "namespaces", plan.view, many)


def exec_server(mode: str, preload: tuple[str, ...], trees: str = "", gpu: bool = False, many: bool = False) -> Server:
    """Start a server as a new interpreter. `mode` is "namespaces", "bubblewrap" or "kernel"; in the first of these
    notebooks see the folder `trees` while their cells run. `many`: for many submissions."""
    seen = view.of_this_process(trees if mode == "namespaces" else "", gpu)
    plan = Plan({"bubblewrap": "inside"}.get(mode, mode), preload, seen, many)
    path = [entry for entry in sys.path if entry]
    package_root = str(Path(__file__).resolve().parent.parent)
    command = [sys.executable, "-I", "-c", _START.format(path=[*path, package_root])]
    if mode == "bubblewrap":
        command = bubblewrap.command(seen, Path(__file__).resolve().parent, command)
    ours, theirs = socket.socketpair()
    environment = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1", "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, preexec_fn=_as_descriptor_3(theirs.fileno()),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, close_fds=False,
    )  # fmt: skip
    theirs.close()
    with contextlib.suppress(OSError):  # one that ended at once is noticed when its answer is waited for
        wire.send(ours, plan.plain())
    return _Executed(ours, process, mode, seen, many)


def _as_descriptor_3(descriptor: int) -> Any:
    def place() -> None:
        os.dup2(descriptor, 3, inheritable=True)
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))

    return place


class _Executed(Server):
    """A server that Popen started; its exit is collected through Popen, which would otherwise warn."""

    def __init__(
        self, control: socket.socket, process: subprocess.Popen[bytes], mode: str, seen: view.View, many: bool
    ) -> None:
        super().__init__(control, process.pid, mode, seen, many)
        self._process = process
        self._words = ""

    def last_words(self) -> str:
        return self._words

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.control.close()
            self._process.kill()
            _, said = self._process.communicate()  # a server that came up has closed the pipe and said nothing
            self._words = "".join(said.decode("utf-8", "replace").strip().splitlines()[-1:])


def start_executed(
    preload: tuple[str, ...], trees: str = "", full: bool = False, gpu: bool = False, many: bool = False
) -> tuple[Server, list[str]]:
    """The best server this machine allows, started by exec, and why better ones were not had.

    Raises:
        SandboxError: with `full`, when neither our own namespaces nor bubblewrap can be had.
    """
    reasons: list[str] = []
    for mode in ("namespaces", "bubblewrap", "kernel"):
        if mode == "kernel" and full:
            break
        if mode == "bubblewrap" and shutil.which("bwrap") is None:
            reasons.append("bubblewrap is not installed")
            continue
        server = exec_server(mode, preload, trees, gpu, many)
        try:
            server.wait_ready()
            return server, reasons
        except (SandboxError, ServerError) as error:
            reasons.append(str(error))
    raise SandboxError("The full sandbox cannot be set up: " + "; ".join(reasons) + ". Run `grade doctor`.")


def _numbers() -> Iterator[int]:
    """A number for each cell; with the process's own in it, so that servers side by side do not share user ids."""
    start = (os.getpid() % 16_384) * 16_384
    return (start + number % 16_384 for number in itertools.count())
