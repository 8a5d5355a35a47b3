"""Grading where there is no fork (macOS, Windows): a plain process per submission, same wire, same verdicts but for
those of limits. Slower, without sandbox, and checks of one submission share its process."""

from __future__ import annotations

import dataclasses
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from grader import answers
from grader.answers import body, call_back, cell_run, load_outcome, outcome_of, tag
from grader.guest import wire
from grader.guest.plain import file_reader
from grader.guest.wire import Malformed
from grader.values import (
    Call,
    CellRun,
    Exercise,
    Limits,
    Loaded,
    Outcome,
    Raised,
    Running,
    Spent,
    Stopped,
    Submission,
    Verdict,
)  # fmt: skip

_START = "import sys; sys.path[:] = {path!r}; from grader.guest.plain import main; main()"
_END = object()
WHOLE = Running(whole=True)


@dataclasses.dataclass(frozen=True)
class PlainServer:
    """Stands where a warm server would: nothing runs ahead, every submission starts its own interpreter."""

    preload: tuple[str, ...]
    mode: str = "plain process"
    missing: tuple[str, ...] = ("no sandbox on this platform",)

    def close(self) -> None:
        """Nothing to end."""


class PlainSession:
    """One submission in a process of its own; started again where it ended or hung."""

    def __init__(
        self,
        server: PlainServer,
        submission: Submission,
        exercise: Exercise,
        device: str = "cpu",
        running: Running = WHOLE,
    ) -> None:
        self._order = {**answers.order(submission, exercise, device, running.whole), "preload": list(server.preload)}
        self._order["shows"] = running.shows
        self._limits = exercise.limits
        self._process: _Process | None = None
        self.failure: Raised | Stopped | None = None
        self.loaded = Loaded()
        self._start()

    def widen(self) -> bool:
        """Load a notebook again with all its cells; False where that was done already, or there is none."""
        if not self._order["cells"] or not self._order["only"]:
            return False
        self._order["only"] = False
        self._start()
        return True

    def guest(self, limits: Limits, sealed: bool = False) -> PlainGuest:
        """The submission's process, a fresh one where it is needed; nothing is sealed where nothing is sandboxed."""
        if self._process is None or not self._process.alive():
            self._start()
        assert self._process is not None
        return PlainGuest(self._process, limits)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()

    def _start(self) -> None:
        self.close()
        self._process = _Process(self._limits)
        order = {**self._order, "private": self._process.private.name}
        answer = self._process.exchange(order, self._limits.wall_s + 60)  # torch itself is imported in there
        runs: list[CellRun] = []
        try:
            while not isinstance(answer, Stopped) and tag(answer) in ("cell", "ran"):
                if tag(answer) == "ran":
                    runs.append(cell_run(answer))
                answer = self._process.exchange(["go"] if tag(answer) == "cell" else None, self._limits.wall_s)
            if isinstance(answer, Stopped):
                self.failure = answer
            else:
                self.failure, self.loaded = load_outcome(answer)
        except Malformed:
            self.failure = Stopped(Verdict.CRASHED, "protocol")
        self.loaded = dataclasses.replace(self.loaded, cells=tuple(runs), left_out=bool(self._order["only"]))


class PlainGuest:
    """The process as one check sees it."""

    def __init__(self, process: _Process, limits: Limits) -> None:
        self._process = process
        self._wall_s = self._left_s = limits.wall_s
        self._serial = 0
        self._stopped: Stopped | None = None
        process.printed.clear()

    def ask(self, call: Call) -> Outcome:
        """Make one call and wait for its outcome."""
        self._serial += 1
        value: Any = [self._serial, call.kind, call.name, list(call.args), dict(call.kwargs)]
        while self._stopped is None:
            start = time.monotonic()
            answer = self._process.exchange(value, self._left_s)
            self._left_s -= time.monotonic() - start
            try:
                if isinstance(answer, Stopped):
                    self._stopped = answer
                elif tag(answer) == "callback":
                    value = call_back(answer, call)
                else:
                    return outcome_of(body(answer, self._serial))
            except Malformed:
                self._stopped = Stopped(Verdict.CRASHED, "protocol")
        self._process.kill()
        return self._stopped

    def close(self) -> str:
        """What was printed; the process stays for the next check."""
        return self._process.printed.decode("utf-8", "replace")

    def overtime(self) -> bool:
        """CPU time is not counted here; wall time bounds a check."""
        return False

    def spent(self) -> Spent:
        return Spent(0.0, self._wall_s - self._left_s)


class _Process:
    """A guest process with two threads of ours: one hears its frames, one what it prints."""

    def __init__(self, limits: Limits) -> None:
        package_root = str(Path(__file__).resolve().parent.parent)
        code = _START.format(path=[*[entry for entry in sys.path if entry], package_root])
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([sys.executable, "-I", "-c", code], stdin=pipe, stdout=pipe, stderr=pipe)
        self._limits = limits
        self._frames: queue.Queue[Any] = queue.Queue()
        self.private = tempfile.TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True)
        self.printed = bytearray()
        for task in (self._hear, self._collect):
            threading.Thread(target=task, daemon=True).start()

    def exchange(self, value: Any, timeout_s: float) -> Any:
        """Send one frame (None: nothing) and wait for the next one that comes, or for what ended the process."""
        try:
            assert self._process.stdin is not None
            if value is not None:
                self._process.stdin.write(wire.frame(value))
                self._process.stdin.flush()
        except OSError:
            return Stopped(Verdict.CRASHED)
        try:
            answer = self._frames.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return Stopped(Verdict.TIMED_OUT, "wall")
        if len(self.printed) > self._limits.output_kib * 1024:
            return Stopped(Verdict.OUTPUT_LIMIT)
        if isinstance(answer, Malformed):
            return Stopped(Verdict.CRASHED, "protocol")
        return Stopped(Verdict.CRASHED) if answer is _END else answer

    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.private.cleanup()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        read = file_reader(self._process.stdout)  # type: ignore[arg-type]  # a pipe opened for bytes
        while True:
            try:
                self._frames.put(wire.receive(read))
            except Malformed as error:
                self._frames.put(error)
                return
            except (EOFError, OSError, ValueError):
                self._frames.put(_END)
                return

    def _collect(self) -> None:
        assert self._process.stderr is not None
        while data := self._process.stderr.read1(65536):  # type: ignore[attr-defined]  # a buffered pipe has it
            self.printed += data
            if len(self.printed) > self._limits.output_kib * 1024:
                self._process.kill()
                return
