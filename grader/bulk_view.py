"""What is seen of a bulk run: the plan, a bar or lines while it runs, and how it ended."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader.intake import Item, Plan
from grader.results import CheckRow, Results
from grader.terminal import one_line
from grader.values import Exercise, Verdict

MOST_REASON = 300  # characters of why something could not be graded
BASE_S, TRAINED_SHARE = 0.5, 0.4  # an estimate: each submission, and what a training takes of its CPU budget


class Shown:
    """What is seen while it runs: a bar in a terminal, a line for each submission elsewhere."""

    def __init__(self, console: Console, plain: bool, total: int) -> None:
        self._plain = plain or not console.is_terminal
        self._console = console
        self._total = total
        self._count: Counter[str] = Counter()
        self._bar = Progress(
            TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(), TimeRemainingColumn(), TextColumn("{task.fields[marks]} {task.fields[now]}"),
            console=console, disable=self._plain,
        )  # fmt: skip
        self._task = self._bar.add_task("grading", total=total, rate="", marks="", now="")

    def __enter__(self) -> Shown:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.update(self._task, now="")
        self._bar.stop()

    def say(self, text: str) -> None:
        say(self._console, text)

    def running(self, items: Sequence[Item]) -> None:
        names = ", ".join(f"{one_line(item.student)[:20]} {item.exercise}" for item in items[:3])
        self._bar.update(self._task, now=f"now: {names}")

    def done(self, item: Item, rows: Sequence[CheckRow]) -> None:
        """One submission has its verdicts."""
        got, most = sum(row.points for row in rows), sum(row.max_points for row in rows)
        ungraded = any(row.verdict == Verdict.UNGRADABLE.value for row in rows)
        word = "ungraded" if ungraded else "full" if got == most else "part"
        self._count[word] += 1
        finished = sum(self._count.values())
        elapsed = self._bar.tasks[0].elapsed or 0.0
        marks = "  ".join(f"{count} {word}" for word, count in sorted(self._count.items()))
        self._bar.update(self._task, completed=finished, marks=marks, rate=f"{finished / max(elapsed, 1e-3):.1f}/s")
        if self._plain or ungraded:
            reasons = [row.message or "" for row in rows if row.verdict == Verdict.UNGRADABLE.value]
            points = f"ungraded. {reasons[0][:MOST_REASON]}" if ungraded else f"{got} of {most}"
            self.say(f"[{finished}/{self._total}] {item.student} {item.exercise}: {points}")


def show_plan(console: Console, plan: Plan, exercises: Mapping[str, Exercise], jobs: int) -> None:
    """What would be graded, what is ignored and why, and about how long it takes."""
    for item in plan.items:
        more = "" if item.counts else "  (an earlier attempt: kept, not graded)"
        late = "  LATE" if item.late else ""
        say(console, f"{item.student}  {item.exercise}  {item.path}{late}{more}")
    for ignored in plan.ignored:
        say(console, f"ignored: {ignored.path} {ignored.why}.")
    counted = Counter(item.exercise for item in plan.items if item.counts)
    seconds = sum(count * estimate_s(exercises[name]) for name, count in counted.items()) / jobs
    students = len({item.student for item in plan.items})
    say(console, "")
    rest = "1 file is ignored" if len(plan.ignored) == 1 else f"{len(plan.ignored)} files are ignored"
    say(console, f"{sum(counted.values())} submissions of {students} students; {rest}.")
    say(console, f"About {_duration(seconds)} with {jobs} job{'s' * (jobs > 1)}, if nothing is known yet.")


def estimate_s(exercise: Exercise) -> float:
    """About how long one submission takes; one that trains takes a part of its budget."""
    return BASE_S + (TRAINED_SHARE * exercise.limits.cpu_s if exercise.needs_data else 0.0)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{seconds:.0f} s" if seconds < 90 else f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def summary(console: Console, results: Results, exercises: Mapping[str, Exercise], out: Path) -> int:
    """A line for each exercise; returns how many submissions have no mark."""
    ungraded = 0
    for name in exercises:
        marks = results.marks(name)
        if not marks:
            continue
        graded = [mark for mark in marks if not mark.ungradable]
        count = Counter(mark.verdict for mark in marks)
        ungraded += len(marks) - len(graded)
        text = f"{name}: {len(marks)} submissions, {count['passed']} passed"
        if graded:
            mean, most = sum(mark.points for mark in graded) / len(graded), max(mark.max_points for mark in graded)
            text += f", mean {mean:.1f} of {most} points"
        text += f", {count['ungradable']} could not be graded" * (count["ungradable"] > 0)
        say(console, text + f", {count['not graded']} not graded yet" * (count["not graded"] > 0))
    say(console, f"Results: {os.path.relpath(out)}")
    return ungraded


def say(console: Console, text: str) -> None:
    """One line, whatever is in it."""
    console.print(one_line(text), markup=False, soft_wrap=True)
