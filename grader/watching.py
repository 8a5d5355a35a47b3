"""`grade watch`: grades again at every save, with server, judge and checks kept warm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from grader import submissions
from grader.checking import Bench, Setting
from grader.errors import UsageError
from grader.values import Exercise

LOOK_S = 0.1


def run(setting: Setting, exercise_id: str | None, path: Path | None) -> int:
    """Watch one file, or every exercise's file that is here, until Ctrl-C; the exit code is the last grading's."""
    exercises = [setting.exercise(exercise_id)] if exercise_id else setting.exercises()
    files = {exercise: path or submissions.found(exercise.id) for exercise in exercises}
    files = {exercise: file for exercise, file in files.items() if exercise_id or file.is_file()}
    if not files:
        raise UsageError("There is no exercise in this folder to watch. `grade start` puts them here.")
    code = 0
    preload = tuple(dict.fromkeys(name for exercise in files for name in exercise.preload))
    if any(file.suffix == ".ipynb" for file in files.values()):
        preload += submissions.SHELL
    with Bench(setting, preload) as bench:
        try:
            for exercise in saves(files):
                code = _grade(bench, exercise, files[exercise])
        except KeyboardInterrupt:
            bench.out.print("\nStopped watching.", markup=False)
    return code


def _grade(bench: Bench, exercise: Exercise, file: Path) -> int:
    if bench.out.is_terminal:
        bench.out.clear()
    try:
        code = bench.grade(exercise, submissions.read(file), show=True).score.exit_code
    except UsageError as error:  # while an editor saves, a file may be empty or away for a moment
        bench.out.print(str(error), markup=False)
        code = error.exit_code
    bench.out.print(f"\nWatching {file}. Save it to check again; Ctrl-C stops.", style="quiet", markup=False)
    bench.out.file.flush()
    return code


def saves(files: dict[Exercise, Path], pause_s: float = LOOK_S) -> Iterator[Exercise]:
    """Each exercise once, then whenever its file's time or size changes.

    Looks every tenth of a second: editors save by renaming, over network folders too, where no kernel event comes.
    """
    seen: dict[Exercise, tuple[int, int] | None] = {}
    while True:
        for exercise, file in files.items():
            stamp = _stamp(file)
            if exercise not in seen or (stamp != seen[exercise] and stamp is not None):
                seen[exercise] = stamp
                yield exercise
        time.sleep(pause_s)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
