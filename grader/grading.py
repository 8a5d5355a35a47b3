"""Where the stages meet: course → submission → session → judge → score → report."""

from __future__ import annotations

import dataclasses
import functools
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader import __version__, alternatives, engine, messages, score, verdicts
from grader.errors import GraderError
from grader.judge import Conditions, Judge, Session, run_checks
from grader.marked import PREFIX
from grader.mistakes import MistakeBook
from grader.plain import PlainServer, PlainSession
from grader.server import Server
from grader.session import DEFINITIONS, FailedGuest, LiveSession
from grader.standing import Standing
from grader.values import (
    CheckResult,
    Exercise,
    Finding,
    Limits,
    Loaded,
    Raised,
    Report,
    Running,
    Stopped,
    Submission,
    Verdict,
)  # fmt: skip
from grader.verdicts import REFUSED

MOST_CELLS = 5  # of a notebook, whose failures are told


@dataclass(frozen=True)
class Options:
    """How to grade.

    `storage` is for Hypothesis's own tables; `data` a folder with MNIST, where it is not in the cache; `key` is the
    course's, from which training data are drawn (None: the public one); `seed` changes the examples and is never for
    marks of record; `shrink` looks for the smallest counterexample; `select` is a
    pytest -k expression; `first_failure` stops at the first check that fails; `running` is how a notebook is run;
    `checks` are the ids of those to run (none: all), `known` verdicts and titles of others that these may need;
    `memory` keeps examples from one submission to the next, `standing` the collected checks with theirs.
    """

    storage: Path
    device: str = "cpu"
    data: Path | None = None
    key: bytes | None = None
    seed: int = 0
    shrink: bool = True
    select: str = ""
    first_failure: bool = False
    running: Running = DEFINITIONS
    checks: tuple[str, ...] = ()
    known: Mapping[str, tuple[Verdict, str]] = field(default_factory=dict)
    memory: engine.Memory | None = None
    standing: Standing | None = None

    @property
    def conditions(self) -> Conditions:
        """As the judge wants them."""
        return Conditions(str(self.seed or ""), self.data, self.key, self.device)


def grade(
    exercise: Exercise,
    submission: Submission,
    server: Server | PlainServer,
    options: Options,
    tell: Callable[[CheckResult], None] = lambda result: None,
    book: MistakeBook | None = None,
    busy: Callable[[str], None] = lambda text: None,
) -> Report:
    """Grade one submission; `tell` hears of each result as it comes, `busy` of what takes long."""
    session = open_session(server, submission, exercise, options.device, options.running)
    own_book = book is None and options.shrink
    book = MistakeBook(lambda wrong, known: open_session(server, wrong, known, "cpu"), exercise) if own_book else book
    results: list[CheckResult] = []

    def note(result: CheckResult) -> None:
        explained = book.explain(result) if book is not None else result
        results.append(dataclasses.replace(explained, transcript=()))
        tell(results[-1])

    try:
        if options.standing is not None:
            errors = options.standing.run(session, note, options.known, options.checks)
            passes = options.standing.passes
        else:
            engine.use_profile(options.storage, options.shrink)
            judge = Judge(lambda path: exercise, lambda wanted: session, note, options.conditions, busy)
            judge.known, judge.memory = options.known, options.memory
            _run_pytest(exercise, judge, options)
            errors, passes = judge.errors, functools.partial(_passes, exercise, options)
        results = alternatives.explained(results, session, passes)
    finally:
        session.close()
        if book is not None and own_book:
            book.close()
    if errors or not results:
        raise GraderError(f"The checks of {exercise.id} cannot be run: {' '.join(errors) or 'none was found'}")
    marks = score.total(results, exercise.pass_points)
    placed = tuple(_place(result, session.loaded) for result in results)
    known = environment(server, options.device) + training_costs(placed)
    notes = tuple(f"For a person to look at: {result.review}" for result in placed if result.review)
    notes += alternatives.notes(placed) + cell_notes(submission, session, exercise)
    return Report(exercise, submission, placed, marks, known, notes, session.loaded.cells)


def open_session(
    server: Server | PlainServer,
    submission: Submission,
    exercise: Exercise,
    device: str,
    running: Running = DEFINITIONS,
) -> Session:
    """Load a submission: in a cell of a warm server, or in a process of its own where there is no fork."""
    if submission.refused:
        return RefusedSession(submission.refused)
    if isinstance(server, PlainServer):
        return PlainSession(server, submission, exercise, device, running)
    return LiveSession(server, submission, exercise, device, running)


class RefusedSession:
    """Stands for the session of a submission that cannot be read."""

    def __init__(self, why: str) -> None:
        self.failure: Raised | Stopped | None = Raised((REFUSED,), why)
        self.loaded = Loaded()

    def guest(self, limits: Limits, sealed: bool = False) -> FailedGuest:
        """One for which every call comes out as the reading did."""
        assert self.failure is not None
        return FailedGuest(self.failure)

    def widen(self) -> bool:
        """There is nothing more to load."""
        return False

    def close(self) -> None:
        """Nothing to end."""


def _passes(exercise: Exercise, options: Options, session: Session, check: str) -> bool:
    """Whether one check passes in another session; nobody is told."""
    judge = Judge(lambda path: exercise, lambda wanted: session, lambda result: None, options.conditions)
    judge.memory, judge.asks_only = options.memory, True
    run_checks(judge, exercise.checks_file, only=[PREFIX + check])
    return check in judge.results and judge.results[check].verdict is Verdict.PASSED


def cell_notes(submission: Submission, session: Session, exercise: Exercise) -> tuple[str, ...]:
    """What to know of how a notebook's cells ran; nothing of other files."""
    if submission.cells is None:
        return ()
    failed = [run for run in session.loaded.cells if run.failure is not None]
    notes = [verdicts.cell_failure(run, exercise.limits) for run in failed[:MOST_CELLS]]
    if len(failed) > MOST_CELLS:
        notes.append(messages.MORE_CELLS.format(count=len(failed) - MOST_CELLS))
    if session.loaded.left_out:
        total = sum(cell.number > 0 for cell in submission.cells)
        notes.append(messages.LEFT_OUT.format(count=len(session.loaded.cells), total=total))
    return tuple(notes)


def _run_pytest(exercise: Exercise, judge: Judge, options: Options) -> None:
    more = ["-k", options.select] if options.select else []
    more += ["-x"] if options.first_failure else []
    code = run_checks(judge, exercise.checks_file, more, [PREFIX + check for check in options.checks])
    if code == pytest.ExitCode.INTERRUPTED and not judge.errors:
        raise KeyboardInterrupt
    if code == pytest.ExitCode.INTERNAL_ERROR:
        raise GraderError(f"pytest failed while it ran the checks of {exercise.id}.")


def _place(result: CheckResult, loaded: Loaded) -> CheckResult:
    """Add the line, and the notebook's cell, that a result is about: where it raised, else the function's own."""
    finding = result.finding
    if finding is None:
        return result
    if finding.frames:
        frame = finding.frames[-1]
        word, _, number = frame.file.partition(" ")
        cell = int(number) if word == "cell" and number.isdecimal() else None
        return dataclasses.replace(result, line=frame.line, cell=cell)
    places = (loaded.places[name] for name in result.functions if name in loaded.places)
    cell, line, _ = next(places, (0, 0, 0))
    return dataclasses.replace(result, line=line or None, cell=cell or None)


def environment(server: Server | PlainServer, device: str) -> tuple[tuple[str, str], ...]:
    """What the verdicts depend on beside the submission and the course."""
    torch = sys.modules.get("torch")
    hypothesis = sys.modules.get("hypothesis")
    layers = server.mode + "".join(f"; missing: {why}" for why in server.missing)
    return (
        ("grader", __version__),
        ("python", platform.python_version()),
        ("torch", str(torch.__version__) if torch is not None else "not loaded"),
        ("hypothesis", str(getattr(hypothesis, "__version__", ""))),
        ("platform", f"{platform.system()} {platform.machine()}"),
        ("device", device),
        ("threads", "1"),
        ("sandbox", layers),
    )


def training_costs(results: tuple[CheckResult, ...]) -> tuple[tuple[str, str], ...]:
    """What each training used: for people, since it never decides about marks."""
    return tuple(
        (f"{result.id}, training {place}", f"{spent.cpu_s:.1f} s of CPU, {spent.wall_s:.1f} s in all")
        for result in results
        for place, spent in enumerate(result.spent, 1)
    )


def not_graded(exercise: Exercise, submission: Submission, error: GraderError) -> Report:
    """The report of a grading that failed on our side: nothing earned, nothing lost, exit code 3."""
    finding = Finding(messages.UNGRADABLE.format(text=str(error)))
    result = CheckResult("grading", "The submission is graded", (), Verdict.UNGRADABLE, 0, 0, finding)
    return Report(exercise, submission, (result,), score.total([result], exercise.pass_points))
