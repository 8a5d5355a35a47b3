"""`grade` and `grade exercise3`: starts the server, grades, shows. The order of steps is what keeps secrets out of
the server's memory, so nothing of judge, pytest or Hypothesis is imported above."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import course, submissions
from grader.errors import GraderError, UsageError
from grader.values import Exercise, Report, Running, Submission


@dataclass(frozen=True)
class Setting:
    """What the command line decided. `clean` says that this process started with an empty environment; once the server
    is forked, `restore` brings the real one back, `console` makes the output and `data` names MNIST's folder."""

    course: Path | None
    console: Callable[[], Any]
    restore: Callable[[], None]
    clean: bool
    plain: bool
    verbose: bool
    json_to: str | None
    write: Callable[[str], None]
    seed: int
    device: str
    data: Callable[[], Path | None]
    key: Callable[[], bytes | None] = lambda: None
    plots: Path | None = None
    whole: bool = False
    executed: Path | None = None
    trees: str = ""

    def exercises(self) -> list[Exercise]:
        return course.exercises(self.course or course.default_course())

    def exercise(self, exercise_id: str) -> Exercise:
        return course.find_exercise(self.course or course.default_course(), exercise_id)


def run(setting: Setting, exercise_id: str | None, path: Path | None) -> int:
    """Grade one exercise, or give the overview; returns the exit code."""
    if exercise_id is None:
        return overview(setting)
    exercise = setting.exercise(exercise_id)
    submission = submissions.read(path or submissions.found(exercise.id))
    with Bench(setting, exercise.preload + submissions.modules_for([submission])) as bench:
        report = bench.grade(exercise, submission, show=True)
    if setting.json_to:
        write_json(setting, report)
    if setting.plots is not None:
        write_plots(bench, report, setting.plots)
    if setting.executed is not None:
        write_executed(bench, report, setting.executed)
    return report.score.exit_code


class Bench:
    """A warm server and what is needed to grade on it, for one run of the command."""

    def __init__(self, setting: Setting, preload: tuple[str, ...]) -> None:
        self.setting = setting
        self.preload = preload

    def __enter__(self) -> Bench:
        from grader import launch

        gpu, trees = self.setting.device == "cuda", self.setting.trees
        starting = launch.start(self.preload, self.setting.clean, gpu, trees)
        self.setting.restore()
        from grader import engine, grading, progress, terminal  # takes as long as the server needs to get ready

        self.storage = progress.state_folder()
        folder = self.setting.data()
        where = progress.hypothesis_folder()
        self.options = grading.Options(where, self.setting.device, folder, self.setting.key(), self.setting.seed)
        running = Running(self.setting.whole, self.setting.executed is not None)
        self.options = dataclasses.replace(self.options, running=running, memory=engine.Memory())
        self.out = self.setting.console()
        plain = self.setting.plain or not self.out.is_terminal
        self.terminal = terminal.Terminal(self.out, plain, self.setting.verbose)
        self.server, reasons = launch.ready(starting, self.preload, gpu=gpu, trees=trees)
        self.notes = (f"Sandbox: {self.server.mode} only ({'; '.join(reasons)}).",) if reasons else ()
        gc.freeze()  # what start-up made stays; what gradings leave behind is collected
        gc.enable()
        _device_is_there(self.setting.device)
        return self

    def __exit__(self, *error: object) -> None:
        self.server.close()

    def grade(self, exercise: Exercise, submission: Submission, show: bool) -> Report:
        """Grade one submission and, with `show`, show it; our own failure becomes a report too."""
        from grader import grading, progress

        quiet = self.setting.json_to == "-" or not show
        if not quiet:
            self.terminal.begin(f"{exercise.id}: {exercise.title}", submission.path)
        tell: Callable[[Any], None] = (lambda result: None) if quiet else self.terminal.result
        busy: Callable[[str], None] = (lambda text: None) if quiet else self.terminal.busy
        try:
            report = grading.grade(exercise, submission, self.server, self.options, tell, busy=busy)
        except UsageError:
            raise
        except GraderError as error:
            report = grading.not_graded(exercise, submission, error)
            if not quiet:
                self.terminal.result(report.results[0])
        report = dataclasses.replace(report, notes=report.notes + self.notes)
        if not quiet:
            self.terminal.end(report)
        progress.remember(self.storage, report, Path.cwd())
        return report


def overview(setting: Setting) -> int:
    """Grade every exercise whose file is here, a line each, and name the next one to work on."""
    exercises = setting.exercises()
    here = [exercise for exercise in exercises if submissions.found(exercise.id).is_file()]
    if not here:
        raise UsageError("There is no exercise in this folder. `grade start` puts them here; `grade --help` says more.")
    preload = tuple(dict.fromkeys(name for exercise in here for name in exercise.preload))
    if any(submissions.found(exercise.id).suffix == ".ipynb" for exercise in here):
        preload += submissions.SHELL
    codes = []
    upcoming: Exercise | None = None
    with Bench(setting, preload) as bench:
        for exercise in here:
            report = bench.grade(exercise, submissions.read(submissions.found(exercise.id)), show=False)
            score = report.score
            word = "passed" if score.passed else "begun" if score.points else "to do"
            word = "ungraded" if score.ungradable else word
            points = f"{score.points:>3}/{score.max_points:<3}"
            bench.out.print(f"{exercise.id:<12} {word:<9} {points} {exercise.title}", markup=False)
            codes.append(score.exit_code)
            upcoming = upcoming or (None if score.passed else exercise)
        if upcoming is not None:
            bench.out.print(f"\nNext: grade {upcoming.id}", markup=False)
        else:
            bench.out.print("\nAll of them pass.", markup=False)
    return max(codes)


def write_json(setting: Setting, report: Report) -> None:
    """Write the report where `--json` says."""
    from grader import report_json

    text = report_json.dumps(report)
    if setting.json_to == "-":
        setting.write(text)
        return
    try:
        Path(str(setting.json_to)).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{setting.json_to} cannot be written: {error.strerror}.") from None


def write_executed(bench: Bench, report: Report, folder: Path) -> None:
    """Write the notebook with the outputs its cells gave here, and say where it lies."""
    from grader import executed

    if report.submission.cells is None:
        raise UsageError(f"{report.submission.path} is no notebook: there is nothing to write to {folder}.")
    written = executed.write(report.submission, report.cells, folder)
    if bench.setting.json_to != "-":
        bench.out.print(f"Executed: {written}", markup=False, soft_wrap=True)


def write_plots(bench: Bench, report: Report, folder: Path) -> None:
    """Draw what there is to look at, and say where it lies."""
    from grader import plots

    written = plots.write(report, folder)
    if bench.setting.json_to != "-":
        text = f"Plots: {', '.join(map(str, written))}" if written else "There is nothing to plot."
        bench.out.print(text, markup=False, soft_wrap=True)


def _device_is_there(device: str) -> None:
    if device == "cpu":
        return
    import torch

    if not torch.cuda.is_available():
        raise UsageError("--device cuda: torch finds no GPU here. Leave the option out to grade on the CPU.")
