"""A worker of a bulk run: one process that grades submissions one after the other, in cells of its own warm server.

Theory of operation. The main process executes workers and talks to each over a socket. What arrives first is what the
server needs ("start"); the server is forked before anything else is heard, so that neither the course's key nor any
submission is in a guest's memory. Then "prepare" brings the options, and each "grade" one submission as bytes. When the
main process is gone the socket ends, the worker with it, and the kernel ends its guests. Judge and guest are as in
`grade exercise3`: same bytes, same course, same verdicts.
"""

from __future__ import annotations

import dataclasses
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import course, launch, submissions
from grader.errors import GraderError
from grader.guest import pages, wire
from grader.results import CheckRow
from grader.values import Exercise, Report, Verdict

MOST_OUTPUT = 4000  # characters of what a submission printed that are kept for each check


@dataclasses.dataclass(frozen=True)
class Task:
    """One submission to grade. `checks` are the ids to run, all of them where it is empty; `known` are verdict and
    title of others, on which some may depend. A worker that takes longer than `limit_s` hangs (0: let it)."""

    exercise: str
    path: str
    source: bytes
    checks: tuple[str, ...] = ()
    known: tuple[tuple[str, str, str], ...] = ()
    limit_s: float = 0.0

    def plain(self) -> list[Any]:
        """As a value for the wire."""
        known = [list(one) for one in self.known]
        return [self.exercise, self.path, self.source, list(self.checks), known, self.limit_s]

    @classmethod
    def of(cls, plain: list[Any]) -> Task:
        """Read back what `plain` gave; it comes from our own process."""
        exercise, path, source, checks, known, limit_s = plain
        told = tuple((check, verdict, title) for check, verdict, title in known)
        return cls(exercise, path, source, tuple(checks), told, limit_s)


def serve(control: socket.socket, set_environment: Callable[[dict[str, str]], None]) -> None:
    """Grade what is asked for until the socket closes."""
    read = wire.blocking_reader(control)
    try:
        preload, trees, gpu, full = wire.receive(read)[1:]
        starting = launch.start(tuple(preload), forked=True, gpu=gpu, trees=trees, many=True)
        pages.keep_freed()
        options = wire.receive(read)[1]
        set_environment(options["environment"])
        worker = _Worker(starting, tuple(preload), trees, gpu, full, options)
        wire.send(control, ["ready", list(worker.reasons)])
        while True:
            task = Task.of(wire.receive(read)[1])
            wire.send(control, worker.grade(task))
    except (EOFError, OSError):
        pass
    except GraderError as error:
        wire.send(control, ["failed", str(error)])


class _Worker:
    """A warm server, and for each exercise its checks and its book of known mistakes, kept from one submission to the
    next."""

    def __init__(
        self, starting: Any, preload: tuple[str, ...], trees: str, gpu: bool, full: bool, told: dict[str, Any]
    ) -> None:
        from grader import grading, mistakes, standing

        self._grading, self._mistakes, self._checks = grading, mistakes, standing
        self.server, reasons = launch.ready(starting, preload, full, gpu, trees, many=True)
        self.reasons = tuple(reasons)
        self._course = Path(told["course"])
        data = Path(told["data"]) if told["data"] else None
        self._options = grading.Options(Path(told["storage"]), told["device"], data, told["key"], told["seed"])
        self._exercises: dict[str, Exercise] = {}
        self._books: dict[str, Any] = {}
        self._standing: dict[str, Any] = {}

    def grade(self, task: Task) -> list[Any]:
        """["graded", rows, environment, notes, seconds]."""
        start = time.monotonic()
        exercise = self._exercise(task.exercise)
        try:
            submission = submissions.from_bytes(task.source, task.path)
        except GraderError as error:
            submission = submissions.refused(task.source, task.path, str(error))
        known = {check: (Verdict(verdict), title) for check, verdict, title in task.known}
        try:
            standing = self._collected(exercise)
            options = dataclasses.replace(self._options, checks=task.checks, known=known, standing=standing)
            report = self._grading.grade(exercise, submission, self.server, options, book=self._books[exercise.id])
        except GraderError as error:
            report = self._grading.not_graded(exercise, submission, error)
        return ["graded", *told(report), time.monotonic() - start]

    def _collected(self, exercise: Exercise) -> Any:
        if exercise.id not in self._standing:
            options = self._options
            self._standing[exercise.id] = self._checks.Standing(exercise, options.conditions, options.storage)
        return self._standing[exercise.id]

    def _exercise(self, exercise_id: str) -> Exercise:
        if exercise_id not in self._exercises:
            exercise = course.find_exercise(self._course, exercise_id)
            self._exercises[exercise_id] = exercise

            def load(wrong: Any, known: Exercise) -> Any:
                return self._grading.open_session(self.server, wrong, known, "cpu")

            self._books[exercise_id] = self._mistakes.MistakeBook(load, exercise)
        return self._exercises[exercise_id]


def told(report: Report) -> tuple[list[dict[str, Any]], dict[str, str], list[str]]:
    """What of a report goes back: rows, environment and notes, as plain data. Whose key a row has is not known here."""
    rows = [
        CheckRow.of(dataclasses.replace(result, output=result.output[:MOST_OUTPUT]), "") for result in report.results
    ]
    return [dataclasses.asdict(row) for row in rows], dict(report.environment), list(report.notes)
