"""Stand-ins for the seams: a session whose guest runs in this process, without sandbox or limits.

Run as a script it grades a file quickly while an exercise is written:
`python tests/fakes.py exercises/exercise2 solutions/exercise2.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from grader import course, engine, submissions
from grader.answers import callbacks_of, frames_of, order, outcome_of
from grader.guest import wire
from grader.guest.answer import Answerer, SubmissionView, describe
from grader.guest.loader import adapters, load, load_helper
from grader.judge import USUAL, Conditions, Judge, plain_text, run_checks
from grader.values import Call, CheckResult, Exercise, Limits, Loaded, Outcome, Raised, Spent, Stopped


def over_the_wire(value: Any) -> Any:
    """What arrives when `value` is sent."""
    parts = b"".join(bytes(part) for part in wire.dump(value))
    view = memoryview(parts)

    def read_into(target: memoryview) -> None:
        nonlocal view
        target[:] = view[: len(target)]
        view = view[len(target) :]

    return wire.receive(read_into)


class InProcessSession:
    """A submission loaded here; every value still passes through the wire's format."""

    def __init__(self, source: bytes, exercise: Exercise, label: str = "submission.py") -> None:
        self.failure: Raised | Stopped | None = None
        self.loaded = Loaded()
        self.exercise, self.source, self.label = exercise, source, label
        try:
            self.guest(exercise.limits).close()
        except BaseException as error:
            names, text, frames = describe(error)
            self.failure = Raised(tuple(names), text, frames_of(frames))

    def guest(self, limits: Limits, sealed: bool = False) -> InProcessGuest:
        return InProcessGuest(self.source, self.exercise, self.label)

    def widen(self) -> bool:
        return False

    def close(self) -> None:
        pass


class InProcessGuest:
    def __init__(self, source: bytes, exercise: Exercise, label: str) -> None:
        told = order(submissions.from_bytes(source, label), exercise, "cpu")
        definitions = load(source, label, told["names"], told["keywords"])
        sys.modules.pop(definitions.module.__name__, None)
        probes: dict[str, Any] = {}
        if exercise.probes_file.is_file():
            view = SubmissionView(definitions)
            probes = load_helper(exercise.probes_file.read_bytes(), "probes.py", {"student": view})
        definitions.adapters = adapters(probes)
        self.call: Call | None = None
        self.folder = tempfile.TemporaryDirectory()
        self.answerer = Answerer(definitions, probes, Path(self.folder.name), self.call_back)

    def call_back(self, number: int, args: tuple[Any, ...]) -> Any:
        assert self.call is not None
        found = {callback.number: callback.function for callback in callbacks_of(self.call.args)}
        function = found[number]
        assert function is not None
        return over_the_wire(function(*over_the_wire(list(args))))

    def ask(self, call: Call) -> Outcome:
        self.call = call
        args, kwargs = over_the_wire([call.args, dict(call.kwargs)])
        return outcome_of(over_the_wire(self.answerer.answer(call.kind, call.name, args, kwargs)))

    def close(self) -> str:
        self.folder.cleanup()
        return ""

    def overtime(self) -> bool:
        return False

    def spent(self) -> Spent:
        return Spent()


def grade(folder: Path, source: bytes, select: str = "", conditions: Conditions = USUAL) -> list[CheckResult]:
    """The results of an exercise's checks on a submission, in this process."""
    exercise = course.read_exercise(folder)
    session = InProcessSession(source, exercise)
    results: list[CheckResult] = []
    judge = Judge(lambda path: exercise, lambda ex: session, results.append, conditions)
    engine.use_profile(Path(tempfile.gettempdir()) / "grader-hypothesis")
    run_checks(judge, exercise.checks_file, ["-k", select] if select else [])
    for error in judge.errors:
        print(error)
    return results


if __name__ == "__main__":
    for result in grade(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), *sys.argv[3:4]):
        print(f"{result.verdict:12} {result.points}/{result.max_points}  {result.title}")
        if result.finding:
            print("    " + plain_text(result.verdict, result.finding).replace("\n", "\n    "))
