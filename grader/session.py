"""A submission loaded in a cell, and the guests that answer for it: the judge's end of the wire.

Everything that arrives here was written by student code. It becomes an `Outcome`, or the guest is stopped: bytes that
are not the protocol, silence, too much output, and the warden's word for memory and CPU time.
"""

from __future__ import annotations

import dataclasses
import os
import select
import socket
import time
from collections.abc import Iterator
from typing import Any

from grader.errors import SandboxError, WireError
from grader.guest import wire
from grader.guest.wire import Malformed
from grader.server import Server
from grader.values import Call, Exercise, Frame, Limits, Missing, Outcome, Raised, Returned, Stopped, Submission, Verdict

MAX_ANSWER = 256 << 20
SEED = 20_240_229


class _Late(Exception):
    """The wall-clock budget is used up."""


class _Flood(Exception):
    """More was printed than is allowed."""


class Channel:
    """A socket to student code and the pipe it prints to, read together under one wall-clock budget."""

    def __init__(self, sock: socket.socket, output: int, limits: Limits) -> None:
        self.sock = sock
        self.output = output
        self.left_s = limits.wall_s
        self.most = limits.output_kib * 1024
        self.printed = bytearray()
        self._poller = select.poll()
        self._poller.register(sock, select.POLLIN)
        self._poller.register(output, select.POLLIN)
        self._open = True

    def receive(self) -> Any:
        """One frame. Raises Malformed, EOFError, OSError, `_Late` or `_Flood`."""
        answer = wire.receive(self._read_into, MAX_ANSWER)
        self.drain()
        return answer

    def send(self, value: Any) -> None:
        """One frame; a guest that does not read is late."""
        self.sock.settimeout(max(0.001, self.left_s))
        try:
            wire.send(self.sock, value)
        except TimeoutError:
            raise _Late from None
        finally:
            self.sock.settimeout(None)

    def drain(self) -> None:
        """Take what was printed so far."""
        while self._open and any(fd == self.output for fd, _ in self._poll(0)):
            self._take_output()

    def close(self) -> None:
        self.sock.close()
        if self.output >= 0:
            os.close(self.output)
            self.output = -1

    def text(self) -> str:
        return self.printed.decode("utf-8", "replace")

    def _read_into(self, view: memoryview) -> None:
        while view:
            start = time.monotonic()
            events = self._poll(self.left_s)
            self.left_s -= time.monotonic() - start
            if not events:
                raise _Late
            for descriptor, _ in events:
                if descriptor == self.output:
                    self._take_output()
                    continue
                count = self.sock.recv_into(view)
                if count == 0:
                    raise EOFError
                view = view[count:]

    def _poll(self, timeout_s: float) -> list[tuple[int, int]]:
        return self._poller.poll(max(0, int(timeout_s * 1000)))

    def _take_output(self) -> None:
        data = os.read(self.output, 65536)
        if not data:
            self._poller.unregister(self.output)
            self._open = False
        room = self.most - len(self.printed)
        self.printed += data[: max(0, room)]
        if len(data) > room:
            raise _Flood


class LiveSession:
    """One submission in a cell of a warm server."""

    def __init__(
        self,
        server: Server,
        submission: Submission,
        exercise: Exercise,
        *,
        device: str = "cpu",
    ) -> None:
        self.failure: Raised | Stopped | None = None
        self.lines: dict[str, int] = {}
        self.output = ""
        self._server = server
        self._limits = exercise.limits
        self._order = plain_order(submission, exercise, device)
        self._cell: _Cell | None = _Cell(server, self._order, self._limits)
        self.failure, self.lines, self.output = self._cell.failure, self._cell.lines, self._cell.output

    def guest(self, limits: Limits) -> LiveGuest | FailedGuest:
        """A fork of the loaded submission; where a fork would share something, a cell of its own."""
        cell, self._cell = self._cell, None
        if cell is not None and not cell.alive:
            cell.close()
            cell = None
        if cell is None:
            cell = _Cell(self._server, self._order, self._limits)
        if cell.failure is not None:  # what loaded once may not load again, and that is its own doing
            cell.close()
            return FailedGuest(cell.failure)
        if cell.can_fork:
            self._cell = cell
        return LiveGuest(cell, limits, b"F" if cell.can_fork else b"B")

    def close(self) -> None:
        """End the cell."""
        if self._cell is not None:
            self._cell.close()
            self._cell = None


class _Cell:
    """The judge's channels to one cell: its warden (trusted) and its snapshot (not)."""

    def __init__(self, server: Server, order: dict[str, Any], limits: Limits) -> None:
        self.failure: Raised | Stopped | None = None
        self.lines: dict[str, int] = {}
        self.alive = True
        self.can_fork = False
        self.guarded = server.mode != "kernel"
        self.warden, warden_end = socket.socketpair()
        snap, snap_end = socket.socketpair()
        read_end, write_end = os.pipe()
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
            self.failure, self.lines = load_outcome(answer)
        except (Malformed, EOFError, OSError, _Late, _Flood) as error:
            self.failure = self.stopped(error, limits)
        if self.failure is None:
            self.can_fork = bool(self.ask_warden(["settle"])[1])
        else:
            self.close()

    def ask_warden(self, order: list[Any]) -> Any:
        """Tell the warden something it answers."""
        try:
            wire.send(self.warden, order)
            return wire.receive(wire.blocking_reader(self.warden))
        except (EOFError, OSError, Malformed):
            raise WireError("The process that guards a submission has ended.") from None

    def end(self) -> str:
        """End a check's processes and clear what it left; the warden's word for why it ended them, if it did."""
        answer = self.ask_warden(["end"])
        if answer[0] == "failed":
            raise SandboxError(str(answer[1]))
        _, cause, _, clean = answer
        if not clean:
            self.alive = False
        return str(cause)

    def stopped(self, error: Exception, limits: Limits) -> Stopped:
        """What ended student code: our own limits first, then the warden's word, else it ended itself."""
        try:
            cause = self.end()
        except WireError:
            if self.guarded:
                raise
            cause = ""  # where nothing keeps student code from killing its warden, that is its own doing
        if isinstance(error, _Flood):
            return Stopped(Verdict.OUTPUT_LIMIT)
        if isinstance(error, Malformed):
            return Stopped(Verdict.CRASHED, "protocol")
        if cause == "memory":
            return Stopped(Verdict.OUT_OF_MEMORY)
        if cause == "cpu":
            return Stopped(Verdict.TIMED_OUT, f"{limits.cpu_s:g} s of computing")
        if isinstance(error, _Late):
            return Stopped(Verdict.TIMED_OUT, f"{limits.wall_s:g} s")
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

    def __init__(self, cell: _Cell, limits: Limits, how: bytes) -> None:
        self._cell = cell
        self._limits = limits
        self._own = how == b"B"
        self._serial = 0
        self._stopped: Stopped | None = None
        ours, theirs = socket.socketpair()
        read_end, write_end = os.pipe()
        self._channel = Channel(ours, read_end, limits)
        try:
            wire.send(cell.warden, ["begin"])
            socket.send_fds(cell.snap.sock, [how], [theirs.fileno(), write_end])
        except OSError:
            self._stopped = Stopped(Verdict.CRASHED)
        finally:
            theirs.close()
            os.close(write_end)
        self._open = True

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
        except (Malformed, EOFError, OSError, _Late, _Flood) as error:
            self._stopped = self._cell.stopped(error, self._limits)
            return self._stopped

    def close(self) -> str:
        """End the guest and everything it left running; returns what was printed."""
        if self._open:
            self._open = False
            try:
                self._channel.drain()
            except (_Flood, OSError):
                pass
            if self._own:
                self._cell.close()
            elif self._stopped is None:
                self._cell.end()
            self._channel.close()
            if not self._own:
                self._wait_for_snapshot()
        return self._channel.text()

    def _wait_for_snapshot(self) -> None:
        """The snapshot tells how its fork ended; one that does not is of no more use."""
        try:
            self._cell.snap.receive()
        except (Malformed, EOFError, OSError, _Late, _Flood):
            self._cell.close()


class FailedGuest:
    """Stands for a guest whose submission did not load again: every call comes out as the load did."""

    def __init__(self, failure: Raised | Stopped) -> None:
        self._failure = failure

    def ask(self, call: Call) -> Outcome:
        return self._failure

    def close(self) -> str:
        return ""


def plain_order(submission: Submission, exercise: Exercise, device: str) -> dict[str, Any]:
    """What a guest is told about a submission."""
    probes = exercise.probes_file
    return {
        "label": submission.label,
        "source": submission.source,
        "names": {name.name: name.positional for name in exercise.names},
        "probes": probes.read_bytes() if probes.is_file() else b"",
        "limits": dataclasses.asdict(exercise.limits),
        "seed": SEED,
        "device": device,
    }


def load_outcome(answer: Any) -> tuple[Raised | None, dict[str, int]]:
    """How loading went: what it raised, or the lines where names are defined.

    Raises:
        Malformed: neither.
    """
    if type(answer) is not list or not answer or type(answer[0]) is not str:
        raise Malformed("loading ended with no answer")
    if answer[0] == "loaded" and len(answer) == 2 and type(answer[1]) is dict:
        return None, {str(name): line for name, line in answer[1].items() if type(line) is int}
    failure = outcome_of([*answer, []])
    if not isinstance(failure, Raised):
        raise Malformed("loading ended with no known answer")
    return failure, {}


def tag(answer: Any) -> str:
    """The word a frame of a guest begins with. An array in its place must not be compared with words."""
    if type(answer) is not list or len(answer) < 3 or type(answer[0]) is not str:
        raise Malformed("a frame begins with a word")
    return str(answer[0])


def body(answer: list[Any], serial: int) -> list[Any]:
    """What a frame answers to call number `serial`."""
    if tag(answer) != "answer" or type(answer[1]) is not int or answer[1] != serial:
        raise Malformed("an answer to another call")
    return answer[2:]


def call_back(answer: list[Any], call: Call) -> list[Any]:
    """Evaluate a callback of this call on what student code passed to it."""
    number, args = answer[1], answer[2]
    function = next((cb.function for cb in callbacks_of(call.args) if cb.number == number), None)
    if function is None or type(args) is not list:
        raise Malformed("a callback that was never given")
    try:
        return ["value", function(*args)]
    except Exception as error:  # student code may pass anything
        return ["error", f"the function cannot take these arguments: {error}"]


def callbacks_of(value: Any) -> Iterator[wire.Callback]:
    """The callbacks among a call's arguments, however deep."""
    if isinstance(value, wire.Callback):
        yield value
    elif type(value) in (list, tuple):
        for item in value:
            yield from callbacks_of(item)


def outcome_of(answer: Any) -> Outcome:
    """Read a guest's answer; anything else than the three known forms is Malformed."""
    if type(answer) is not list or not answer or type(answer[0]) is not str:
        raise Malformed("an answer is a list that begins with a word")
    kind, rest = answer[0], answer[1:]
    if kind == "returned" and len(rest) == 2:
        return Returned(rest[0], _changed(rest[1]))
    if kind == "raised" and len(rest) == 4:
        names, text, frames, changed = rest
        if type(text) is not str or type(names) is not list or not all(type(name) is str for name in names):
            raise Malformed("an exception is names and text")
        return Raised(tuple(names), text, frames_of(frames), _changed(changed))
    if kind == "missing" and len(rest) == 3:
        name, stub, similar = rest
        if type(name) is not str or type(stub) is not bool or type(similar) is not list:
            raise Malformed("a missing name is a name")
        return Missing(name, stub, tuple(str(item) for item in similar))
    raise Malformed("an answer of no known form")


def frames_of(frames: Any) -> tuple[Frame, ...]:
    """Traceback lines as a guest tells them."""
    if type(frames) is not list or len(frames) > 100:
        raise Malformed("frames are a short list")
    found = []
    for entry in frames:
        if type(entry) is not list or [type(part) for part in entry] != [str, int, str, str]:
            raise Malformed("a frame is file, line, function and source")
        found.append(Frame(*entry))
    return tuple(found)


def _changed(changed: Any) -> tuple[tuple[int, Any], ...]:
    if type(changed) is not list:
        raise Malformed("changes are a list")
    found = []
    for entry in changed:
        if type(entry) is not list or len(entry) != 2 or type(entry[0]) is not int:
            raise Malformed("a change is a position and a value")
        found.append((entry[0], entry[1]))
    return tuple(found)
