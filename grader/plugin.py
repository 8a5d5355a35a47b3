"""The pytest plugin: `pytest --submission FILE exercises/exercise3/checks.py` gives the verdicts that `grade` gives.

Loaded in every pytest run of an environment that has us installed, so it imports nothing until `--submission` is given.
The server is started by exec: pytest's memory already holds the checks.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.judge import Session
    from grader.server import Server
    from grader.values import CheckResult, Exercise


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grader", "grade a submission")
    group.addoption("--submission", metavar="FILE", help="the student's file; its exercise is that of the checks given")


def pytest_configure(config: pytest.Config) -> None:
    """Join in only where there is something to grade."""
    path = config.getoption("--submission")
    if not path:
        return
    from grader import engine, progress
    from grader.judge import Judge

    engine.use_profile(progress.hypothesis_folder())
    sessions = _Sessions(Path(path))
    judge = Judge(sessions.exercise, sessions.open, sessions.note)
    config.pluginmanager.register(judge, "grader-judge")
    config.pluginmanager.register(sessions, "grader-sessions")


class _Sessions:
    """One server per run, one session per exercise, opened at the first check that needs it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: Server | None = None
        self._exercises: dict[Path, Exercise] = {}
        self._open: dict[Path, Session] = {}
        self._results: list[CheckResult] = []

    def exercise(self, path: Path) -> Exercise:
        """The exercise whose folder holds a checks file."""
        from grader import course

        folder = path.parent
        if folder not in self._exercises:
            self._exercises[folder] = course.read_exercise(folder)
        return self._exercises[folder]

    def open(self, exercise: Exercise) -> Session:
        from grader import submissions
        from grader.server import start_executed
        from grader.session import LiveSession

        if exercise.folder not in self._open:
            submission = submissions.read(self._path)
            if self._server is None:
                modules = submissions.modules_for([submission])
                self._server, _ = start_executed(exercise.preload + modules)
            self._open[exercise.folder] = LiveSession(self._server, submission, exercise)
        return self._open[exercise.folder]

    def note(self, result: CheckResult) -> None:
        self._results.append(result)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """One line with the points, as `grade` ends."""
        if self._results:
            got, most = sum(r.points for r in self._results), sum(r.max_points for r in self._results)
            terminalreporter.write_line(f"{self._path}: {got} of {most} points")

    def pytest_unconfigure(self) -> None:
        for session in self._open.values():
            session.close()
        if self._server is not None:
            self._server.close()
