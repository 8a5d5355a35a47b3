"""`grade audit`, for authors: do an exercise's checks pass what is right and catch what is wrong?

Five steps: the stub gets nothing, the reference solution everything, garbage passes no check, each known mistake is
caught and gets its own hint, and of the solution's mutants at most one in twenty is not noticed. Like checking, this
imports nothing of judge, pytest or Hypothesis before the server is forked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from grader import course, garbage, submissions
from grader.checking import Bench, Setting
from grader.errors import UsageError
from grader.mutants import Mutant, callers, mutants
from grader.values import CheckResult, Exercise, Verdict

if TYPE_CHECKING:
    from grader.mistakes import Mistake

MOST_SURVIVORS = 0.05
MUTANT_CPU_S = 2.0
Tick = Callable[[str, int, int], None]  # what is under way, how many are done, of how many


class Grade(Protocol):
    """Grades a source text; `select` are ids of checks (none: all)."""

    def __call__(self, source: str, select: Collection[str] = (), quick: bool = True, stop: bool = False) -> Results:
        """`quick` neither shrinks nor looks for known mistakes; `stop` ends at the first check that does not pass."""


Results = Sequence[CheckResult]


@dataclasses.dataclass(frozen=True)
class Step:
    """What one step found; `summary` is its part of the last line."""

    name: str
    summary: str
    complaints: tuple[str, ...] = ()
    survivors: tuple[Mutant, ...] = ()
    clean: bool = True


def run(setting: Setting, exercise_id: str | None, solutions: Path | None, with_mutants: bool) -> int:
    """Audit one exercise, or all; returns the exit code, 0 where every step of every exercise is clean.

    Raises:
        UsageError: there is no such exercise, or it has no reference solution.
    """
    exercises = [setting.exercise(exercise_id)] if exercise_id else setting.exercises()
    folder = solutions or (setting.course or course.default_course()).resolve().parent / "solutions"
    for exercise in exercises:
        if not (folder / exercise.stub_file.name).is_file():
            raise UsageError(f"There is no {folder / exercise.stub_file.name}. --solutions DIR names their folder.")
    preload = tuple(dict.fromkeys(name for exercise in exercises for name in exercise.preload))
    clean = True
    with Bench(setting, preload) as bench:
        for exercise in exercises:
            solution = (folder / exercise.stub_file.name).read_text(encoding="utf-8")
            with _bar(bench) as tick:
                steps = examine(exercise, solution, OnBench(bench, exercise, solution), with_mutants, tick)
                clean = _show(bench, exercise, steps) and clean
    return 0 if clean else 1


class OnBench:
    """Grades the sources of one exercise on a warm server. Mutants may not compute for long where the solution does not
    need to: many of them never end."""

    def __init__(self, bench: Bench, exercise: Exercise, solution: str) -> None:
        self._bench = bench
        self._exercise = exercise
        limits = dataclasses.replace(exercise.limits, cpu_s=min(MUTANT_CPU_S, exercise.limits.cpu_s))
        self._hurried = dataclasses.replace(exercise, limits=limits)
        if not all_passed(self(solution)):
            self._hurried = exercise

    def __call__(self, source: str, select: Collection[str] = (), quick: bool = True, stop: bool = False) -> Results:
        from grader import grading

        exercise = self._hurried if quick else self._exercise
        submission = submissions.from_bytes(source.encode("utf-8", "surrogateescape"), exercise.stub_file.name)
        options = dataclasses.replace(
            self._bench.options, shrink=not quick, select=" or ".join(select), first_failure=stop
        )
        return grading.grade(exercise, submission, self._bench.server, options).results


def examine(
    exercise: Exercise, solution: str, grade: Grade, with_mutants: bool = True, tick: Tick = lambda *args: None
) -> Iterator[Step]:
    """The steps, as they are finished. `solution` is the reference solution's text."""
    yield stub(exercise, grade)
    results = grade(solution)
    yield of_solution(results)
    yield of_garbage(exercise, grade, tick)
    yield of_mistakes(exercise, solution, results, grade, tick)
    if with_mutants:
        yield of_mutants(solution, results, grade, tick)


def stub(exercise: Exercise, grade: Grade) -> Step:
    """Does every check say of the stub that it is still to do?"""
    results = grade(exercise.stub_file.read_text(encoding="utf-8"))
    wrong = [f"stub: {result.id} says {result.verdict}" for result in results if result.verdict is not Verdict.MISSING]
    return Step("stub", "stub graded wrongly" if wrong else "stub ok", tuple(wrong), clean=not wrong)


def of_solution(results: Results) -> Step:
    """Does the reference solution get every point?"""
    points, most = sum(result.points for result in results), sum(result.max_points for result in results)
    wrong = [f"solution: {told(result)}" for result in results if not all_passed([result])]
    return Step("solution", f"solution {points}/{most}", tuple(wrong), clean=not wrong)


def of_garbage(exercise: Exercise, grade: Grade, tick: Tick) -> Step:
    """Does what is worthless pass a check, or keep one from being graded?"""
    wrong = []
    tries = garbage.submissions(exercise.names, "torch" in exercise.preload)
    for place, one in enumerate(tries):
        tick("garbage", place, len(tries))
        results = grade(one.source)
        bad = [result for result in results if result.verdict is Verdict.UNGRADABLE]
        if one.only_a_value or all_passed(results):
            bad += [result for result in results if result.verdict is Verdict.PASSED]
        wrong += [f"garbage `{one.label}`: {told(result)}" for result in bad]
    return Step("garbage passes no check", "garbage graded wrongly" if wrong else "", tuple(wrong), clean=not wrong)


def of_mistakes(exercise: Exercise, solution: str, right: Results, grade: Grade, tick: Tick) -> Step:
    """Is each known mistake caught, and does a student who makes it get its hint?"""
    from grader import mistakes

    known = mistakes.read(exercise)
    text = exercise.mistakes_file.read_text(encoding="utf-8") if known else ""
    wrong = []
    for place, mistake in enumerate(known):
        tick("mistakes", place, len(known))
        source = f"{solution}\n{text}\n{mistake.function} = {mistake.name}\n"
        fault = _fault(mistake, source, _checks_of(right, solution, mistake.function), grade)
        wrong += [f"{mistake.name}: {fault}"] if fault else []
    summary = f"{len(known) - len(wrong)} of {len(known)} mistakes caught and named"
    return Step("mistakes", summary, tuple(wrong), clean=not wrong)


def _fault(mistake: Mistake, source: str, near: list[str], grade: Grade) -> str | None:
    """What is wrong with how the checks take a known mistake; None where it gets its own hint."""
    taken: dict[str, None] = {}
    for stop in (True, False):  # the first failure names most of them, and looking mistakes up is what takes time
        failed = [result for result in _nearest_first(grade, source, near, False, stop) if not all_passed([result])]
        odd = [result for result in failed if result.verdict is Verdict.UNGRADABLE]
        if not failed or odd:
            return told(odd[0]) if odd else "is not caught"
        if any((result.mistake, result.hint) == (mistake.title, mistake.hint) for result in failed):
            return None
        taken.update(dict.fromkeys(result.mistake or "no known mistake" for result in failed))
    return f"is caught, but taken for: {', '.join(taken)}"


def of_mutants(solution: str, right: Results, grade: Grade, tick: Tick) -> Step:
    """Which mutants of the solution get full marks? Of code that only trains there are none: it is marked by what it
    learns, and one that learns as well is as right."""
    trains = _only_trains(right, solution)
    tries = [mutant for mutant in mutants(solution) if not trains(mutant.function)]
    wrong, survivors = [], []
    for place, mutant in enumerate(tries):
        tick("mutants", place, len(tries))
        near = _checks_of(right, solution, mutant.function)
        results = _nearest_first(grade, mutant.source, near, stop=True)
        wrong += [f"{mutant.id}: {told(result)}" for result in results if result.verdict is Verdict.UNGRADABLE]
        if all_passed(results):
            survivors.append(mutant)
    caught = len(tries) - len(survivors)
    share = caught / len(tries) if tries else 1.0
    summary = f"{caught} of {len(tries)} mutants caught ({share:.1%})".replace("%", " %")
    return Step("mutants", summary, tuple(wrong), tuple(survivors), not wrong and share >= 1 - MOST_SURVIVORS)


def _only_trains(right: Results, solution: str) -> Callable[[str], bool]:
    """Tells whether a function of the solution serves training runs alone."""
    trained = {name for result in right if result.spent for name in result.functions}
    trained -= {name for result in right if not result.spent for name in result.functions}
    graded = {name for result in right for name in result.functions}

    def only_trains(function: str) -> bool:
        involved = callers(solution, function) & graded
        return bool(involved) and involved <= trained

    return only_trains


def all_passed(results: Results) -> bool:
    """Whether these checks got all their points, or cannot run on this machine."""
    return all(result.verdict in (Verdict.PASSED, Verdict.NOT_APPLICABLE) for result in results)


def told(result: CheckResult) -> str:
    """A result in a line."""
    message = result.finding.message if result.finding else ""
    return f"{result.id} says {result.verdict} {message}".rstrip()


def _checks_of(right: Results, solution: str, function: str) -> list[str]:
    """The checks that can notice a change of `function`: those of it, and of what is built on it."""
    involved = callers(solution, function)
    return [result.id for result in right if involved & set(result.functions)]


def _nearest_first(grade: Grade, source: str, near: list[str], quick: bool = True, stop: bool = False) -> Results:
    """The results of the checks that are near; of all where these see nothing wrong."""
    results = grade(source, near, quick=quick, stop=stop) if near else ()
    return grade(source, quick=quick, stop=stop) if all_passed(results) else results


@contextmanager
def _bar(bench: Bench) -> Iterator[Tick]:
    """A progress bar while this lasts; nothing where the output is plain."""
    if bench.terminal.plain:
        yield lambda *args: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns: Any = (TextColumn("  {task.description:<9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=bench.out, transient=True) as progress:
        task = progress.add_task("", total=None)

        def tick(what: str, done: int, of: int) -> None:
            if done == 0:
                progress.reset(task, total=of, description=what)
            progress.update(task, completed=done)

        yield tick


def _show(bench: Bench, exercise: Exercise, steps: Iterator[Step]) -> bool:
    """Print each step as it is finished, then the line that sums it up; whether all is clean."""
    terminal, seen = bench.terminal, []
    if not terminal.plain:
        bench.out.print(f"\n{exercise.id}: {exercise.title}\n", style="bold", markup=False)
    for step in steps:
        seen.append(step)
        if not terminal.plain:
            mark, style = ("✓", "good") if step.clean else ("✗", "bad")
            bench.out.print(f"  {mark} {step.summary or step.name}", style=style, markup=False)
        for complaint in step.complaints:
            _line(bench, f"    {complaint}")
        for mutant in step.survivors:
            _line(bench, f"    survivor {mutant.id}")
            for line in mutant.difference:
                _line(bench, f"      {line}", "quiet")
    clean = all(step.clean for step in seen)
    summary = f"{exercise.id}: " + ", ".join(step.summary for step in seen if step.summary)
    _line(bench, summary if terminal.plain else f"\n{summary}", "good" if clean else "bad")
    return clean


def _line(bench: Bench, text: str, style: str | None = None) -> None:
    from grader.terminal import clean

    bench.out.print(clean(text), style=style, markup=False, soft_wrap=True)
