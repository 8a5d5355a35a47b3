"""A submission loaded in a cell of a warm server, and the guests that answer for it: the judge's end of the wire.

A guest that sends what is not the protocol, is silent or prints too much is stopped; for memory and CPU time the
warden's word counts, never the guest's.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import socket
from typing import Any

from grader.answers import body, call_back, cell_run, load_outcome, order, outcome_of, tag
from grader.channel import Channel, Flood, Late
from grader.errors import SandboxError, WireError
from grader.guest import wire
from grader.guest.wire import Malformed
from grader.server import Server
from grader.values import (
    WHOLE_NOTEBOOK,
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

HELLO_S = 5.0  # a fork of a loaded submission says hello in milliseconds
MOST_DEAD = 5  # cells that never end or take the process along, before the rest of a notebook is given up
_WORDS = re.compile(r"[^\W\d]\w*")


DEFINITIONS = Running()


class LiveSession:
    """One submission in a cell of a warm server."""

    def __init__(
        self,
        server: Server,
        submission: Submission,
        exercise: Exercise,
        device: str = "cpu",
        running: Running = DEFINITIONS,
    ) -> None:
        self.failure: Raised | Stopped | None = None
        self.loaded = Loaded()
        self.output = ""
        self._server = server
        self._limits = server.budgets(exercise.limits)
        self._notebook = submission.cells is not None
        self._order = {**order(submission, exercise, device, running.whole), "limits": dataclasses.asdict(self._limits)}
        self._order |= {
            "shows": running.shows,
            "trees": server.trees if self._notebook else "",
            "spin_s": server.spin_s,
            "waits": server.many,
        }
        self._spare: LiveGuest | None = None
        self._cell: _Cell | None = None
        self._load()
        if self._order["only"] and self.failure is None and self._may_be_left_out(submission, exercise):
            self.widen()

    def widen(self) -> bool:
        """Load a notebook again with all its cells; False where that was done already, or there is none."""
        if not self._notebook or not self._order["only"]:
            return False
        self._drop(self._cell, self._spare)
        self._spare = None
        self._order["only"] = False
        self._load()
        return True

    def _load(self) -> None:
        """Load the submission; a notebook once more for each cell that never ends or takes the process along."""
        dead: dict[int, Stopped] = {}
        while True:
            self._order["skip"] = sorted(dead)
            cell = _Cell(self._server, self._order, self._limits)
            stopped = cell.failure
            if not isinstance(stopped, Stopped) or not cell.under_way or cell.under_way in dead:
                break
            dead[cell.under_way] = stopped
            if len(dead) >= MOST_DEAD:
                dead |= {number: stopped for number, _ in self._order["cells"] if number > cell.under_way}
        runs = (*cell.runs, *(CellRun(number, stopped) for number, stopped in dead.items()))
        self._cell, self.failure, self.output = cell, cell.failure, cell.output
        self.loaded = dataclasses.replace(
            cell.loaded, cells=tuple(sorted(runs, key=lambda run: run.number)), left_out=self._order["only"]
        )

    def _may_be_left_out(self, submission: Submission, exercise: Exercise) -> bool:
        """Whether a name is missing that some cell mentions: it may be bound by what was left out."""
        missing = [name.name for name in exercise.names if name.name not in self.loaded.versions]
        words = {word for cell in submission.cells or () if cell.number for word in _WORDS.findall(cell.source)}
        return any(name in words and name not in self.loaded.foreign for name in missing)

    def guest(self, limits: Limits, sealed: bool = False) -> LiveGuest | FailedGuest:
        """A fork of the loaded submission; where a fork would share something, a cell of its own.

        Unless many submissions wait for every core, one more fork is made ahead: while this check runs, the next one's
        process gets ready on another core. A `sealed` guest holds nothing of what a notebook's cells saw: its
        definitions alone were run, without any files.
        """
        if sealed and self._notebook:
            return self._sealed(limits)
        cell, spare = self._cell, self._spare
        self._cell = self._spare = None
        if cell is not None:
            cell.await_end()
        if cell is None or not cell.alive:
            self._drop(cell, spare)
            cell, spare = _Cell(self._server, self._order, self._limits), None
        if cell.failure is not None:  # what loaded once may not load again, and that is its own doing
            cell.close()
            return FailedGuest(cell.failure)
        guest = spare or LiveGuest(cell, b"F" if cell.can_fork else b"B")
        if not guest.begin(self._server.budgets(limits)):
            self._drop(cell, guest)
            cell = _Cell(self._server, self._order, self._limits)
            guest = LiveGuest(cell, b"F" if cell.can_fork else b"B")
            guest.begin(self._server.budgets(limits))
        if cell.can_fork:
            self._cell, self._spare = cell, None if self._server.many else LiveGuest(cell, b"F")
        return guest

    def _sealed(self, limits: Limits) -> LiveGuest | FailedGuest:
        cell = _Cell(self._server, {**self._order, "only": True, "trees": ""}, self._limits)
        if cell.failure is not None:
            return FailedGuest(cell.failure)
        guest = SealedGuest(cell, b"F" if cell.can_fork else b"B")
        guest.begin(self._server.budgets(limits))
        return guest

    def close(self) -> None:
        """End the cell."""
        self._drop(self._cell, self._spare)
        self._cell = self._spare = None

    @staticmethod
    def _drop(cell: _Cell | None, spare: LiveGuest | None) -> None:
        if spare is not None:
            spare.discard()
        if cell is not None:
            cell.close()


class _Cell:
    """The judge's channels to one cell: its warden (trusted) and its snapshot (not)."""

    def __init__(self, server: Server, order: dict[str, Any], limits: Limits) -> None:
        self.limits = limits
        self.failure: Raised | Stopped | None = None
        self.loaded = Loaded()
        self.runs: list[CellRun] = []
        self.under_way = 0
        self._numbers = [number for number, _ in order["cells"] or ()]
        self._left_s = limits.cpu_s * WHOLE_NOTEBOOK
        self.alive = True
        self.can_fork = False
        self._ending = False
        self.used_cpu_s = 0.0
        self.guarded = server.mode != "kernel"
        self.warden, warden_end = socket.socketpair()
        snap, snap_end = socket.socketpair()
        read_end, write_end = os.pipe()
        self.spin_s = server.spin_s
        self.snap = Channel(snap, read_end, limits)
        try:
            server.cell(order, [warden_end.fileno(), snap_end.fileno(), write_end])
        finally:
            warden_end.close()
            snap_end.close()
            os.close(write_end)
        self._load(limits)
        self.output = self.snap.text()

    def _load(self, limits: Limits) -> None:
        try:
            confined = self.snap.receive()  # sent before any student code runs, so "failed" is our own word
            if confined[0] != "confined":
                raise SandboxError(str(confined[1]))
            answer = self.snap.receive()
            while tag(answer) in ("cell", "ran"):
                self._hear(answer, limits)
                answer = self.snap.receive()
            self.failure, self.loaded = load_outcome(answer)
        except (Malformed, EOFError, OSError, Late, Flood) as error:
            self.failure = self.stopped(error, limits)
        if self.failure is None:
            self.can_fork = bool(self.ask_warden(["settle"])[1])
        else:
            self.close()

    def _hear(self, answer: list[Any], limits: Limits) -> None:
        """A notebook's next cell, whose time counts from now, or the end of one."""
        number = answer[1] if len(answer) > 1 and type(answer[1]) is int else 0
        if tag(answer) == "ran":
            if number != self.under_way or (self.runs and self.runs[-1].number == number):
                raise Malformed("a cell ended that had not begun")
            self.runs.append(cell_run(answer))
            return
        if number <= self.under_way or number not in self._numbers:
            raise Malformed("cells come in order, and there are no others")
        self.under_way = number
        self._left_s -= float(self.ask_warden(["cell"])[1])
        self.snap.budget(limits)
        if self._left_s <= 0:
            self.runs.append(CellRun(number, Stopped(Verdict.TIMED_OUT, "whole")))
        self.snap.sock.sendall(b"G" if self._left_s > 0 else b"S")

    def ask_warden(self, order: list[Any]) -> Any:
        """Tell the warden something it answers."""
        try:
            wire.send(self.warden, order)
            return wire.receive(wire.blocking_reader(self.warden))
        except (EOFError, OSError, Malformed):
            raise WireError("The process that guards a submission has ended.") from None

    def begin(self, forked: bool) -> bool:
        """Let the warden count from here on; False where the check before harmed the process that is to begin."""
        return bool(self.ask_warden(["begin", forked])[1])

    def order_end(self) -> None:
        """Have a check's processes ended and what it left cleared, without waiting for it."""
        self._ending = True
        with contextlib.suppress(OSError):  # noticed by whoever waits for the answer
            wire.send(self.warden, ["end"])

    def await_end(self) -> str:
        """Wait for what `order_end` began; the warden's word for why it ended a check, if it did."""
        if not self._ending:
            return ""
        self._ending = False
        try:
            answer = wire.receive(wire.blocking_reader(self.warden))
        except (EOFError, OSError, Malformed):
            if self.guarded:
                raise WireError("The process that guards a submission has ended.") from None
            answer = ["ended", "", {}, False]  # where nothing keeps student code from killing it: its own doing
        if answer[0] == "failed":
            raise SandboxError(str(answer[1]))
        _, cause, used, clean = answer
        self.used_cpu_s = float(used.get("cpu_s", 0.0))
        self.alive = self.alive and bool(clean)
        return str(cause)

    def stopped(self, error: Exception, limits: Limits) -> Stopped:
        """What ended student code: our own limits first, then the warden's word, else it ended itself."""
        self.order_end()
        cause = self.await_end()
        if isinstance(error, Flood):
            return Stopped(Verdict.OUTPUT_LIMIT)
        if isinstance(error, Malformed):
            return Stopped(Verdict.CRASHED, "protocol")
        if cause == "memory":
            return Stopped(Verdict.OUT_OF_MEMORY)
        if cause == "cpu":
            return Stopped(Verdict.TIMED_OUT, "cpu")
        if isinstance(error, Late):
            return Stopped(Verdict.TIMED_OUT, "wall")
        if cause == "processes":
            return Stopped(Verdict.CRASHED, f" (it started more than {limits.processes} processes)")
        return Stopped(Verdict.CRASHED)

    def close(self) -> None:
        """End the cell: the warden ends when its channel closes, and the kernel ends the rest."""
        self.alive = False
        self.warden.close()
        self.snap.close()


class LiveGuest:
    """One check's process: a fork of the snapshot, or the snapshot itself."""

    def __init__(self, cell: _Cell, how: bytes) -> None:
        self._cell = cell
        self._limits = cell.limits
        self._own = how == b"B"
        self._serial = 0
        self._stopped: Stopped | None = None
        ours, theirs = socket.socketpair()
        read_end, write_end = os.pipe()
        self._channel = Channel(ours, read_end, cell.limits, cell.spin_s)
        try:
            socket.send_fds(cell.snap.sock, [how], [theirs.fileno(), write_end])
        except OSError:
            self._stopped = Stopped(Verdict.CRASHED)
        finally:
            theirs.close()
            os.close(write_end)
        self._open = True

    def begin(self, limits: Limits) -> bool:
        """Wait until the process is there, and let its budgets count from now on; False where it is of no use."""
        self._limits = limits
        self._channel.budget(dataclasses.replace(limits, wall_s=HELLO_S))
        try:
            if self._stopped is None and tag(self._channel.receive()) == "hello" and self._cell.begin(not self._own):
                self._channel.budget(limits)
                return True
        except (Malformed, EOFError, OSError, Late, Flood):
            pass
        self._stopped = Stopped(Verdict.CRASHED)
        return False

    def discard(self) -> None:
        """Let go of a guest that was made ahead and never used."""
        self._channel.close()

    def ask(self, call: Call) -> Outcome:
        """Make one call and wait for its outcome."""
        if self._stopped is not None:
            return self._stopped
        self._serial += 1
        try:
            self._channel.send([self._serial, call.kind, call.name, list(call.args), dict(call.kwargs)])
            while True:
                answer = self._channel.receive()
                if tag(answer) == "callback":
                    self._channel.send(call_back(answer, call))
                else:
                    return outcome_of(body(answer, self._serial))
        except (Malformed, EOFError, OSError, Late, Flood) as error:
            self._stopped = self._cell.stopped(error, self._limits)
            return self._stopped

    def close(self) -> str:
        """End the guest and everything it left running; returns what was printed."""
        if self._open:
            self._open = False
            try:
                self._channel.drain()
            except (Flood, OSError):
                pass
            if self._own:
                self._cell.close()
            elif self._stopped is None:
                self._cell.order_end()
            self._channel.close()
        return self._channel.text()

    def overtime(self) -> bool:
        """After `close`: whether it answered everything, but on more CPU time than its budget.

        The warden lets a guest run a tenth longer, so that one near the line can be tried once more.
        """
        cores = os.cpu_count() or 1
        if self._own or self._stopped is not None or self._channel.waited_s * cores < self._limits.cpu_s:
            return False
        return self.spent().cpu_s > self._limits.cpu_s

    def spent(self) -> Spent:
        """After `close`: what it used, as the warden saw it."""
        self._cell.await_end()
        return Spent(self._cell.used_cpu_s, self._channel.waited_s)


class SealedGuest(LiveGuest):
    """The only guest of its cell."""

    def spent(self) -> Spent:
        spent = super().spent()
        self._cell.close()
        return spent


class FailedGuest:
    """Stands for a guest whose submission did not load again: every call comes out as the load did."""

    def __init__(self, failure: Raised | Stopped) -> None:
        self._failure = failure

    def ask(self, call: Call) -> Outcome:
        return self._failure

    def close(self) -> str:
        return ""

    def overtime(self) -> bool:
        return False

    def spent(self) -> Spent:
        return Spent()
