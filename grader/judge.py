"""Runs an exercise's checks under pytest and turns what happens into CheckResults. Never runs student code.

The checks are plain pytest functions; `Judge` is the pytest plugin that gives them `student` and `credit`, reads their
markers, runs each in a guest of its own and notes the verdict. The command line hands `Judge` to pytest.main; under
pytest itself `grader.plugin` registers it for `--submission`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from grader import data, engine, expect, messages, verdicts
from grader.errors import DataError, GraderError
from grader.marked import MARKERS, Check, describe
from grader.mnist import Mnist
from grader.sandbox import view
from grader.student import CheckOver, Guest, Student
from grader.values import CheckResult, Exercise, Finding, Limits, Loaded, Raised, Spent, Stopped, Verdict


class Session(Protocol):
    """One loaded submission, ready to hand out guests."""

    failure: Raised | Stopped | None
    loaded: Loaded

    def guest(self, limits: Limits, sealed: bool = False) -> Guest:
        """A process of its own with the submission loaded, for one check; a `sealed` one has seen no files and holds
        only definitions."""

    def widen(self) -> bool:
        """Load again what was left out of a notebook, since a name was missing; False where nothing was."""

    def close(self) -> None:
        """End everything that belongs to the submission."""


@dataclass(frozen=True)
class Conditions:
    """What a grading depends on beside exercise and submission: a word that changes all examples, where MNIST lies, the
    course's key (None: the public one), and the device."""

    key: str = ""
    data: Path | None = None
    course_key: bytes | None = None
    device: str = "cpu"


USUAL = Conditions()
TRAINING = frozenset(("mnist", "proof"))  # fixtures of checks that train: their guests hold definitions, and no data


class Judge:
    """The pytest plugin. `open_session` loads the submission for an exercise; `tell` receives each result, `busy` what
    is under way where that takes long. One that `asks_only` whether checks pass looks for no smallest example."""

    def __init__(
        self,
        exercise_of: Callable[[Path], Exercise],
        open_session: Callable[[Exercise], Session],
        tell: Callable[[CheckResult], None],
        conditions: Conditions = USUAL,
        busy: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._exercise_of = exercise_of
        self._open_session = open_session
        self._tell = tell
        self._conditions = conditions
        self._busy = busy
        self._mnist: Mnist | None = None
        self.results: dict[str, CheckResult] = {}
        self.known: Mapping[str, tuple[Verdict, str]] = {}
        self.memory: engine.Memory | None = None
        self.asks_only = False
        self.errors: list[str] = []

    def begin(
        self,
        open_session: Callable[[Exercise], Session],
        tell: Callable[[CheckResult], None],
        known: Mapping[str, tuple[Verdict, str]],
        asks_only: bool = False,
    ) -> None:
        """Turn to another submission: nothing is left of the one before."""
        self._open_session, self._tell, self.known, self.asks_only = open_session, tell, known, asks_only
        self.results, self.errors = {}, []

    @pytest.hookimpl
    def pytest_configure(self, config: pytest.Config) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The submission, in a process of its own for this check."""
        exercise = self._exercise_of(request.path)
        session = self._open_session(exercise)
        sealed = trains(request.fixturenames)
        guest = _NotLoaded() if session.failure else session.guest(exercise.limits, sealed)
        student = Student(guest, exercise.names, lambda: session.guest(exercise.limits, sealed=True), self._busy)
        request.node.stash[STUDENT] = student
        request.node.stash[SESSION] = session
        yield student
        student.close()

    @pytest.fixture
    def credit(self, student: Student) -> Callable[[int, str], None]:
        """`credit(points, why)` gives these points although the check goes on to fail."""
        return student.credit

    @pytest.fixture
    def mnist(self) -> Mnist:
        """The full MNIST set, for checks that train; without it such a check is ungradable, with the cure."""
        if self._mnist is None:
            self._mnist = data.locate(self._conditions.data)
        if self._mnist is None:
            raise DataError("The full MNIST set is not here. Run `grade data` once.")
        refuse_visible(self._mnist.folder)
        return self._mnist

    @pytest.fixture
    def data_folder(self) -> Path | None:
        """The folder that `--data` or MNIST_DIR names, whatever is in it."""
        return self._conditions.data

    @pytest.fixture
    def proof(self, request: pytest.FixtureRequest) -> Any:
        """Training data drawn from the course's key, for checks that train: a grader.proof.Proof."""
        from grader.proof import Proof

        exercise, cache = self._exercise_of(request.path), refuse_visible(data.cache_folder().parent)
        return Proof(cache, exercise.id, exercise.edition, self._conditions.course_key)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        check = describe(item)
        for need in check.needs:
            earlier = self.results.get(need)
            known = (earlier.verdict, earlier.title) if earlier is not None else self.known.get(need)
            if known is not None and known[0] not in (Verdict.PASSED, Verdict.NOT_APPLICABLE):
                text = messages.SKIPPED.format(need=known[1].rstrip("."))
                self._note(check, Verdict.SKIPPED, Finding(text))
                pytest.skip(text)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        student = pyfuncitem.stash.get(STUDENT, None)
        if student is None:
            return None
        check, exercise = describe(pyfuncitem), self._exercise_of(pyfuncitem.path)
        session = pyfuncitem.stash[SESSION]
        if session.failure is not None:
            verdict, finding = verdicts.load_failure(session.failure, exercise.limits)
            self._note(check, verdict, finding)
            pytest.fail(finding.message, pytrace=False)
        key = f"{self._conditions.key}:{exercise.id}:{check.id}"
        hooks = student.begin_example, student.end_example
        body = engine.instrument(pyfuncitem.obj, key, *hooks)
        arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(body).parameters}
        error, output, final = self._remembered(pyfuncitem, exercise, key, arguments)
        if not final:
            error, output = self._run(body, arguments, student)
        if error is not None and (verdicts.lacks_a_name(error) or session.loaded.doubtful) and session.widen():
            student.restart(session.guest(exercise.limits, trains(pyfuncitem.fixturenames)))
            error, output = self._run(body, arguments, student)
        if student.overtime():  # within a tenth of its budget: once more, and then the verdict stands
            student.restart(session.guest(exercise.limits, trains(pyfuncitem.fixturenames)))
            error, output = self._run(body, arguments, student)
            if student.overtime():
                error = CheckOver(Stopped(Verdict.TIMED_OUT, "cpu"))
        if error is None:
            self._note(check, Verdict.PASSED, None, student, output)
            return True
        verdict, finding = verdicts.judge(error, student, exercise.limits)
        self._note(check, verdict, finding, student, output)
        if verdict is Verdict.NOT_APPLICABLE:
            pytest.skip(finding.message)
        pytest.fail(plain_text(verdict, finding), pytrace=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        report = yield
        check = describe(item)
        known = (pytest.fail.Exception, pytest.skip.Exception)
        if report.failed and call.when == "call" and call.excinfo and not isinstance(call.excinfo.value, known):
            self.errors.append(call.excinfo.exconly())  # what we raised after the verdict: it must not get lost
        elif report.failed and check.id not in self.results:
            reason = _reason(call.excinfo.value) if call.excinfo else "no reason is known"
            self._note(check, Verdict.UNGRADABLE, Finding(messages.UNGRADABLE.format(text=reason)))
        return report

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(str(report.longrepr))

    def _remembered(
        self, item: pytest.Function, exercise: Exercise, key: str, arguments: dict[str, Any]
    ) -> tuple[BaseException | None, str, bool]:
        """Run a check on the examples that it is known to draw, or else on those it draws now, which are then known.

        Returns what it raised, what was printed, and whether that is final: where something fails, Hypothesis has to
        look for the smallest example.
        """
        student, session = item.stash[STUDENT], item.stash[SESSION]
        if self.memory is None or engine.body_of(item.obj)[1] is None:
            return None, "", False
        hooks, key = (student.begin_example, student.end_example), f"{exercise.version}:{key}"
        examples = self.memory.of(key)
        if examples is None:
            drawn: list[engine.Example | None] = []

            def note(given: engine.Example) -> None:
                drawn.append(engine.copied({name: value for name, value in given.items() if name not in arguments}))

            body = engine.instrument(item.obj, key.partition(":")[2], *hooks, note)
            error, output = self._run(body, arguments, student)
            if error is None:
                self.memory.keep(key, None if None in drawn else [one for one in drawn if one is not None])
            return error, output, True
        error, output = self._run(engine.replay(item.obj, examples, *hooks), arguments, student)
        if isinstance(error, Exception) and not self.asks_only:
            student.restart(session.guest(exercise.limits, trains(item.fixturenames)))
            return error, output, False
        return error, output, True

    def _run(
        self, body: Callable[..., Any], arguments: dict[str, Any], student: Student
    ) -> tuple[BaseException | None, str]:
        """Run a check; what it raised, and what the student's code printed."""
        error: BaseException | None = None
        try:
            with engine.own_constants_only(), expect.on_device(self._conditions.device):
                body(**arguments)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as caught:  # a check may raise anything; the verdict says whose fault it is
            error = caught
        return error, student.close()

    def _note(
        self,
        check: Check,
        verdict: Verdict,
        finding: Finding | None,
        student: Student | None = None,
        output: str = "",
    ) -> None:
        points = check.points if verdict is Verdict.PASSED else 0
        notes = tuple(student.notes) if student is not None else ()
        if student is not None and student.credited is not None and verdict is not Verdict.PASSED:
            points, notes = min(student.credited[0], check.points), (*notes, student.credited[1])
        result = CheckResult(
            id=check.id,
            title=check.title,
            functions=check.functions,
            verdict=verdict,
            points=points,
            max_points=0 if verdict is Verdict.NOT_APPLICABLE else check.points,
            finding=verdicts.bounded(finding),
            hidden=check.hidden,
            output=output,
            notes=notes,
            exhibits=tuple(student.exhibits) if student is not None else (),
            review=student.review if student is not None else "",
            spent=tuple(student.spent) if student is not None else (),
            transcript=student.calls() if student is not None else (),
        )
        self.results[check.id] = result
        self._tell(result)


def trains(fixtures: Iterable[str]) -> bool:
    """Whether a check with these fixtures trains, so that its guests have to be sealed."""
    return not TRAINING.isdisjoint(fixtures)


STUDENT: pytest.StashKey[Student] = pytest.StashKey()
SESSION: pytest.StashKey[Session] = pytest.StashKey()


class _NotLoaded:
    """Stands for the guest of a submission that could not be loaded; no check gets as far as to ask it."""

    def ask(self, call: Any) -> Any:
        raise AssertionError("a submission that was not loaded was asked")

    def close(self) -> str:
        return ""

    def overtime(self) -> bool:
        return False

    def spent(self) -> Spent:
        return Spent()


def refuse_visible(folder: Path) -> Path:
    """The folder; DataError where student code could read labels in it, since guests see what lies there."""
    real = folder.resolve()
    for seen in view.of_this_process().folders:
        if Path(seen) in (real, *real.parents):
            raise DataError(f"Labels lie in {folder}, which submissions can read as it is in {seen}. Move that folder.")
    return folder


def _reason(error: BaseException) -> str:
    """What to say of our own failure: its sentence where it is one of ours, with its class where it is not."""
    return str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"


def plain_text(verdict: Verdict, finding: Finding) -> str:
    """A finding in a few plain lines, for pytest's own report."""
    lines = [f"{verdict}: {finding.message}"]
    lines += [f"  {finding.call}"] if finding.call else []
    lines += [f"  got       {finding.got}"] if finding.got is not None else []
    lines += [f"  expected  {finding.expected}"] if finding.expected is not None else []
    lines += [f"  {frame.file}:{frame.line}: {frame.source}" for frame in finding.frames]
    return "\n".join(lines)


def run_checks(judge: Judge, checks_file: Path, more: Sequence[str] = (), only: Sequence[str] = ()) -> int:
    """Run one exercise's checks under pytest, here, or `only` some of its functions; returns pytest's exit code.

    The module is forgotten afterwards: pytest would take the next exercise's checks.py for the one it has loaded.
    """
    try:
        what, *options = pytest_arguments(checks_file)
        chosen = [f"{what}::{name}" for name in only] or [what]
        return int(pytest.main([*chosen, *options, *more], plugins=[judge]))
    finally:
        for name, module in list(sys.modules.items()):
            if getattr(module, "__file__", None) == str(checks_file):
                del sys.modules[name]


def pytest_arguments(checks_file: Path) -> list[str]:
    """How the command line calls pytest: nothing of the user's configuration, no plugin that costs start-up time."""
    off = ("cacheprovider", "terminal", "capture", "unraisableexception", "threadexception", "logging", "faulthandler")
    options = [f"-pno:{name}" for name in (*off, "junitxml", "doctest", "warnings", "recwarn", "pastebin", "stepwise")]
    options += ["--disable-plugin-autoload"]  # no plugin of the environment may change marks, and looking costs 20 ms
    # No conftest.py from above a course may run in the judge, and without a cut-off pytest lists every folder up to /.
    options += ["--noconftest", f"--confcutdir={checks_file.parent}", "-c", "/dev/null"]
    return [str(checks_file), "--rootdir", str(checks_file.parent.parent), "--import-mode=importlib", *options]
