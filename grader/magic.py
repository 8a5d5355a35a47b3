"""`%grade exercise3` in a notebook: what was executed so far, graded as a file would be, shown as a table.

Theory of operation. The user's kernel runs nothing of ours but this module: no checks, no judge, no fork. The inputs of
the session, in the order of their execution, are written as a notebook into a temporary folder, and the command `grade`
is executed on it: a process of its own, which leaves the kernel's threads, seeds, modules and CUDA context alone, and
gives the verdicts that it gives for a file. Its JSON becomes the table, its text the alternative to that.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from IPython.core.error import UsageError as Told  # which IPython shows as a sentence, without a traceback
from IPython.core.interactiveshell import InteractiveShell

from grader import course, table
from grader.errors import GraderError, UsageError
from grader.stub_notebook import document
from grader.values import Exercise

PRACTICE = "Practice: marks of record come from `grade` on your file."
AWAITS = (
    "A cell with `await` outside functions cannot run under %%grade. Take that line away and run the cell,"
    " then %grade {name} in another one."
)
# Like the command in a terminal: not with this kernel's import path, which may hold the user's own files.
_START = (
    "import sys; sys.argv[0] = 'grade'; sys.path[:] = [*filter(None, sys.path), {root!r}];"
    " from grader.cli import main; main()"
)
_LINE_MAGIC = re.compile(r"(?m)^([ \t]*)%(?:grade\b|(?:re)?load_ext[ \t]+grader\b).*$")
_CELL_MAGIC = re.compile(r"\A(\s*)%%grade\b.*")
_WITHOUT_SIGN = re.compile(r"(?:(?:re)?load_ext\s+grader|grade(?:\s+[\w-].*)?)\s*")  # IPython's automagic


@dataclass(frozen=True)
class Order:
    """What stands behind `%grade`."""

    exercise: str | None
    verbose: bool
    course: Path
    more: tuple[str, ...]


def load(shell: InteractiveShell) -> None:
    """Give a shell the magics `%grade` and `%%grade`."""

    def grade(line: str, cell: str | None = None) -> None:
        """Grade what you have executed so far: `%grade exercise3`. As the first line of a cell, `%%grade exercise3`
        runs the cell first. With `-v` every failure is shown in full; without a name you see which exercises there are.
        """
        try:
            _grade(shell, order(line), cell)
        except GraderError as error:
            raise Told(str(error)) from None
        except KeyboardInterrupt:
            raise Told("Stopped; nothing was graded.") from None

    shell.magics_manager.register_function(grade, "line_cell", "grade")


def order(line: str) -> Order:
    """Read what stands behind `%grade`.

    Raises:
        UsageError: it cannot be understood.
    """
    words = _Words(prog="%grade", add_help=False, allow_abbrev=False)
    words.add_argument("exercise", nargs="?")
    words.add_argument("-v", "--verbose", action="store_true")
    words.add_argument("--all-cells", action="store_true")
    words.add_argument("--course", type=Path)
    words.add_argument("--data", type=Path)
    words.add_argument("--device", choices=["cpu", "cuda"])
    try:
        found = words.parse_args(shlex.split(line, posix=sys.platform != "win32"))
    except ValueError as error:
        words.error(str(error).lower())
    where = found.course.expanduser() if found.course else course.default_course()
    more = ["--course", str(where)] + (["--verbose"] if found.verbose else [])
    more += ["--all-cells"] if found.all_cells else []
    more += ["--data", str(found.data.expanduser())] if found.data else []
    more += ["--device", found.device] if found.device else []
    return Order(found.exercise, found.verbose, where, tuple(more))


class _Words(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%grade: {message}. Write for example: %grade exercise3 -v")


def _grade(shell: InteractiveShell, wanted: Order, cell: str | None) -> None:
    if wanted.exercise is None:
        lines = [f"{exercise.id:<12} {exercise.title}" for exercise in course.exercises(wanted.course)]
        _show(shell, {"text/plain": "\n".join([*lines, "", "Grade one of them: %grade NAME"])})
        return
    exercise = course.find_exercise(wanted.course, wanted.exercise)
    if cell is not None:
        if _awaits(shell, cell):
            raise UsageError(AWAITS.format(name=exercise.id))
        ran: Any = shell.run_cell(cell)  # type: ignore[no-untyped-call]  # IPython's own
        if not ran.success:
            raise UsageError("The cell did not run to its end, so nothing was graded.")
    report, text = graded(exercise, history(shell), wanted.more)
    notes = text.rpartition(f"\n{exercise.id}: ")[2].splitlines()[1:]  # what follows the line with the points
    html = table.render(report, exercise.title, wanted.verbose, [*notes, PRACTICE])
    _show(shell, {"text/plain": f"{text}{PRACTICE}", "text/html": html})


def _awaits(shell: InteractiveShell, cell: str) -> bool:
    """Whether a cell needs an event loop where one is running already, as in Jupyter."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    source = shell.transform_cell(cell)  # type: ignore[no-untyped-call]  # IPython's own
    return shell.should_run_async(cell, transformed_cell=source)


def _show(shell: InteractiveShell, bundle: dict[str, str]) -> None:
    shell.display_pub.publish(bundle)


def history(shell: InteractiveShell) -> list[str]:
    """The inputs of a session, the n-th at place n - 1, without our magics. None is blank, so that cells get the
    numbers that stand beside them."""
    kept = shell.history_manager
    return [without_magics(str(text)) for text in kept.input_hist_raw[1:]] if kept is not None else []


def without_magics(text: str) -> str:
    """A cell's text as the guest is to run it; every line stays where it is."""
    if _WITHOUT_SIGN.fullmatch(text):
        return "pass"
    text = _LINE_MAGIC.sub(r"\1pass", _CELL_MAGIC.sub(r"\1", text))
    return text if text.strip() else "pass"


def graded(exercise: Exercise, cells: Iterable[str], more: Iterable[str] = ()) -> tuple[dict[str, Any], str]:
    """Execute the command on a notebook of these cells: its report, and what it says in plain lines.

    Raises:
        UsageError, GraderError: it gave no report; the message is its own sentence.
    """
    root = str(Path(__file__).resolve().parent.parent)
    with tempfile.TemporaryDirectory(prefix="grade-") as name:
        notebook, written = Path(name) / "notebook.ipynb", Path(name) / "report.json"
        notebook.write_bytes(document(("code", cell) for cell in cells))
        command = [sys.executable, "-c", _START.format(root=root), "check", exercise.id, str(notebook)]
        command += ["--plain", "--json", str(written), *more]
        # An exception here, Ctrl-C above all, ends the process; its server and guests end with it.
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace"
        )
        if not written.is_file():
            raise _failure(done)
        report: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return report, done.stdout


def _failure(done: subprocess.CompletedProcess[str]) -> BaseException:
    """Why there is no report, as the command said it."""
    if done.returncode == 130:
        return KeyboardInterrupt()
    said = (done.stderr.rpartition("grade: ")[2] if "grade: " in done.stderr else done.stderr).strip()
    kind = UsageError if done.returncode == UsageError.exit_code else GraderError
    return kind(said or f"`grade` ended with exit code {done.returncode} and said nothing. Run `grade doctor`.")
