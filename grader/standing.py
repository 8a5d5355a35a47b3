"""An exercise's checks, collected once and run for one submission after the other.

Starting pytest and collecting a file takes as long as a third of the judge's work on a submission; a bulk run does it
once. This is all that touches pytest beyond its public API: its own plugins for running tests again do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol

from grader import engine
from grader.errors import GraderError
from grader.judge import Conditions, Judge, Session, pytest_arguments
from grader.marked import describe
from grader.values import CheckResult, Exercise, Verdict


class Standing:
    """The checks of one exercise under `conditions`; `storage` is for Hypothesis's tables.

    Raises:
        GraderError: they cannot be collected.
    """

    def __init__(self, exercise: Exercise, conditions: Conditions, storage: Path) -> None:
        self._judge = Judge(lambda path: exercise, _nothing_yet, lambda result: None, conditions)
        self._judge.memory = engine.Memory()
        engine.use_profile(storage)
        config = _prepareconfig(pytest_arguments(exercise.checks_file), [self._judge])
        config._do_configure()
        self._collection = pytest.Session.from_config(config)
        config.hook.pytest_sessionstart(session=self._collection)
        try:
            self._collection.perform_collect()
        except pytest.UsageError as error:
            raise GraderError(f"The checks of {exercise.id} cannot be run: {error}") from None
        if self._judge.errors or not self._collection.items:
            reason = " ".join(self._judge.errors) or "none was found"
            raise GraderError(f"The checks of {exercise.id} cannot be run: {reason}")

    def run(
        self,
        session: Session,
        tell: Callable[[CheckResult], None],
        known: Mapping[str, tuple[Verdict, str]],
        checks: Sequence[str] = (),
    ) -> list[str]:
        """Run the checks with these ids (none: all) on a submission; returns what failed on our side."""
        self._judge.begin(lambda exercise: session, tell, known)
        self._run(checks)
        return self._judge.errors

    def passes(self, session: Session, check: str) -> bool:
        """Whether one check passes in another session; nobody is told."""
        self._judge.begin(lambda exercise: session, lambda result: None, {}, asks_only=True)
        self._run((check,))
        result = self._judge.results.get(check)
        return result is not None and result.verdict is Verdict.PASSED

    def _run(self, checks: Sequence[str]) -> None:
        items = [item for item in self._collection.items if not checks or describe(item).id in checks]
        for item, following in zip(items, [*items[1:], None], strict=True):
            runtestprotocol(item, log=False, nextitem=following)


def _nothing_yet(exercise: Exercise) -> Session:
    raise AssertionError("checks are run for a submission")
