"""The snapshot: gives up all rights, loads the submission, and forks once for each check.

Student code runs in this process and in its forks. It hears the judge on descriptor 4 (one byte each, with the check's
channel and output pipe): "F" to fork a check, "B" to become the check itself, where a fork would share something. The
first thing it tells is how loading went.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from grader.guest import wire
from grader.guest.answer import SEED, Answerer, SubmissionView, describe, seed
from grader.guest.loader import Definitions, adapters, load, load_helper

Parts = list[bytes | memoryview]


def run(order: dict[str, Any], channel: int, output: int, private: str, confine: Callable[[], None]) -> NoReturn:
    """Load and serve; never returns."""
    status = 1
    snap = socket.socket(fileno=os.dup2(channel, 3))
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.closerange(4, 256)
        os.chdir(private)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            confine()
        except Exception as error:  # told to the judge, which then grades nothing
            wire.send(snap, ["failed", str(error)])
            os._exit(1)
        wire.send(snap, ["confined"])
        seed(SEED)
        answerer = load_order(order, lambda value: wire.send(snap, value), lambda: _go(snap), Path(private))
        if answerer is not None:
            _serve(snap, answerer, order["spin_s"])
        status = 0
    except (EOFError, OSError):
        status = 0
    finally:
        os._exit(status)


def load_order(
    order: dict[str, Any], tell: Callable[[Any], None], may_run: Callable[[], bool], private: Path
) -> Answerer | None:
    """Load the submission and the probes of an order and tell how it went; None where it raised.

    `may_run` waits for the judge's answer after it was told that a notebook's cell is next.
    """
    try:
        definitions, probes, doubtful = _load_cells(order, tell, may_run) if order["cells"] else _load_file(order)
        described = {**definitions.described(), "doubtful": doubtful}
    except BaseException as error:  # sys.exit in a submission included
        flush()
        tell(["raised", *describe(error)])
        return None
    flush()
    tell(["loaded", described])
    answerer = Answerer(definitions, probes, private, lambda number, args: None)
    answerer.device = order["device"]
    return answerer


def _load_file(order: dict[str, Any]) -> tuple[Definitions, dict[str, Any], bool]:
    definitions = load(order["source"], order["label"], order["names"], order["keywords"])
    probes = load_helper(order["probes"], "probes.py", {"student": SubmissionView(definitions)})
    definitions.adapters = adapters(probes)
    return definitions, probes, False


def _load_cells(
    order: dict[str, Any], tell: Callable[[Any], None], may_run: Callable[[], bool]
) -> tuple[Definitions, dict[str, Any], bool]:
    from grader.guest.cells import Cells  # IPython, which a .py file has no use for

    cells = Cells(order, tell, may_run)
    cells.run()
    return cells.definitions, cells.probes, cells.doubtful


def _go(snap: socket.socket) -> bool:
    """The judge's answer to "this cell is next": whether there is time left for it."""
    answer = snap.recv(1)
    if not answer:
        raise EOFError
    return answer == b"G"


def _serve(snap: socket.socket, answerer: Answerer, spin_s: float) -> None:
    own_handler = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # from here on the kernel collects ended checks
    while True:
        what, descriptors, _, _ = socket.recv_fds(snap, 1, 2)
        if not what:
            return
        if what == b"B" or os.fork() == 0:
            signal.signal(signal.SIGCHLD, own_handler)
            _check(snap, answerer, descriptors, spin_s)
        for descriptor in descriptors:
            os.close(descriptor)


def _check(snap: socket.socket, answerer: Answerer, descriptors: list[int], spin_s: float) -> NoReturn:
    """Answer one check's calls until its channel closes."""
    snap.close()
    channel = socket.socket(fileno=os.dup2(descriptors[0], 3))
    os.dup2(descriptors[1], 1)
    os.dup2(descriptors[1], 2)
    for descriptor in descriptors:
        os.close(descriptor)
    read, own_pid = wire.socket_reader(channel, spin_s), os.getpid()
    wire.send(channel, ["hello"])

    def reply(parts: Parts) -> None:
        if os.getpid() != own_pid:
            os._exit(0)  # student code forked and its child came back from the call
        wire.send_parts(channel, parts)

    try:
        answer_calls(answerer, lambda: wire.receive(read), reply)
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)


def answer_calls(answerer: Answerer, receive: Callable[[], Any], reply: Callable[[Parts], None]) -> None:
    """Answer calls until `receive` raises EOFError; callbacks go up the same channel."""

    def upstream(number: int, args: tuple[Any, ...]) -> Any:
        reply(wire.dump(["callback", number, list(args)]))
        answer = receive()
        if answer[0] == "error":
            raise TypeError(answer[1])
        return answer[1]

    answerer.upstream = upstream
    while True:
        serial, kind, name, args, kwargs = receive()
        answer = answerer.answer(kind, name, tuple(args), kwargs)
        flush()
        reply(pack_answer(serial, answer))


def pack_answer(serial: int, answer: list[Any]) -> Parts:
    """The answer's frame; of a value that cannot be packed, a description."""
    try:
        return wire.dump(["answer", serial, *answer])
    except MemoryError:
        return wire.dump(["answer", serial, "raised", ["MemoryError"], "the result does not fit into memory", [], []])
    except Exception:  # cyclic lists and other values that msgpack refuses
        *parts, changed = answer
        parts = [parts[0], *(_sendable(part) for part in parts[1:])]
        return wire.dump(["answer", serial, *parts, [[place, _sendable(value)] for place, value in changed]])


def _sendable(value: Any) -> Any:
    # The value, or a description of one that cannot be packed.
    try:
        wire.dump(value)
        return value
    except Exception:  # a student's classes may raise anything here
        name = type(value).__name__[:80]
        what = {"str": "string"}.get(name, name) + " that is too large, too deep or contains itself"
        return wire.Opaque(what, f"<{what}>")


def flush() -> None:
    """Push out what student code printed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # student code may have replaced or closed them
            pass
