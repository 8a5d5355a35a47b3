"""What is said over a channel: the order a guest is given, and its frames read as outcomes.

Everything a guest sends was written by student code. It becomes an `Outcome` here, or is Malformed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from grader.guest import wire
from grader.guest.wire import Malformed
from grader.values import Call, CellRun, Exercise, Frame, Loaded, Missing, Outcome, Raised, Returned, Submission

MOST_VERSIONS = 12  # of one name, and of functions that might be meant by it


def order(submission: Submission, exercise: Exercise, device: str, whole: bool = True) -> dict[str, Any]:
    """What a guest is told about a submission. Of a notebook the code cells; all of them are run when it is `whole`,
    else what definitions need."""
    probes = exercise.probes_file
    cells = [[cell.number, cell.source] for cell in submission.cells or () if cell.number]
    return {
        "cells": cells if submission.cells is not None else None,
        "only": not whole,
        "skip": [],
        "shows": False,
        "trees": "",
        "label": submission.label,
        "source": b"" if submission.cells is not None else submission.source,  # its outputs may be many megabytes
        "names": {name.name: name.positional for name in exercise.names},
        "keywords": {name.name: list(name.keywords) for name in exercise.names},
        "probes": probes.read_bytes() if probes.is_file() else b"",
        "limits": dataclasses.asdict(exercise.limits),
        "device": device,
        "spin_s": 0.0,
        "waits": False,
    }


def load_outcome(answer: Any) -> tuple[Raised | None, Loaded]:
    """How loading went: what it raised, or what it found.

    Raises:
        Malformed: neither.
    """
    if tag(answer) == "loaded" and len(answer) == 2 and type(answer[1]) is dict:
        return None, _loaded(answer[1])
    failure = outcome_of([*answer, []])
    if not isinstance(failure, Raised):
        raise Malformed("loading ended with no known answer")
    return failure, Loaded()


def _loaded(told: dict[Any, Any]) -> Loaded:
    """What a guest says it found, as far as it has the form that it should have."""
    places = {
        name: (place[0], place[1], place[2]) for name, place in _lists(told.get("places"), int) if len(place) == 3
    }
    versions = {name: tuple(cells[:MOST_VERSIONS]) for name, cells in _lists(told.get("versions"), int)}
    others = {name: tuple(found[:MOST_VERSIONS]) for name, found in _lists(told.get("others"), str)}
    foreign = told.get("foreign")
    known = foreign.items() if type(foreign) is dict else ()
    from_library = {name: text[:80] for name, text in known if type(name) is str and type(text) is str}
    return Loaded(places, versions, from_library, others, doubtful=told.get("doubtful") is True)


def _lists(value: Any, kind: type) -> Iterator[tuple[str, list[Any]]]:
    for name, items in value.items() if type(value) is dict else ():
        if type(name) is str and type(items) is list and all(type(item) is kind for item in items):
            yield name, items


def cell_run(answer: list[Any]) -> CellRun:
    """A guest's word that a cell of a notebook has run: ["ran", number, what it raised or nothing, its outputs]."""
    if len(answer) != 4 or type(answer[1]) is not int or type(answer[2]) is not list or type(answer[3]) is not list:
        raise Malformed("a cell that ran has a number, an error and outputs")
    failure = outcome_of(["raised", *answer[2], []]) if answer[2] else None
    if failure is not None and not isinstance(failure, Raised):
        raise Malformed("a cell raises or it does not")
    return CellRun(answer[1], failure, tuple(answer[3]))


def tag(answer: Any) -> str:
    """The word a frame of a guest begins with. An array in its place must not be compared with words."""
    if type(answer) is not list or not answer or type(answer[0]) is not str:
        raise Malformed("a frame begins with a word")
    return str(answer[0])


def body(answer: list[Any], serial: int) -> list[Any]:
    """What a frame answers to call number `serial`."""
    if tag(answer) != "answer" or len(answer) < 3 or type(answer[1]) is not int or answer[1] != serial:
        raise Malformed("an answer to another call")
    return answer[2:]


def call_back(answer: list[Any], call: Call) -> list[Any]:
    """Evaluate a callback of this call on what student code passed to it."""
    if tag(answer) != "callback" or len(answer) != 3:
        raise Malformed("a callback is a number and arguments")
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
