"""Prints the figures that matter for notebooks, as ratios measured in the same run (Markdown).

`python tests/benchmarks/notebooks.py`; `--quick` takes three rounds instead of nine; `--marks` also grades the whole
corpus twice, by definitions only and with all cells, and tells how many marks are the same (half an hour: some of its
notebooks train). Needs nbconvert and ipykernel.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "notebooks"
GRADE = [sys.executable, "-c", "import sys; sys.argv[0] = 'grade'; from grader.cli import main; main()"]
sys.path.insert(0, str(ROOT))

from grader import course, grading, submissions  # noqa: E402  # once the path is set
from grader.fetching import plant  # noqa: E402
from grader.server import Server, start_executed  # noqa: E402
from grader.session import LiveSession  # noqa: E402
from grader.terminal import console  # noqa: E402
from grader.values import Running  # noqa: E402

EXERCISE = course.find_exercise(course.default_course(), "exercise2")
ALL = Running(whole=True, shows=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three rounds instead of nine")
    parser.add_argument("--marks", action="store_true", help="compare the marks of both ways to run a notebook")
    options = parser.parse_args()
    rounds = 3 if options.quick else 9
    server, _ = start_executed((*EXERCISE.preload, *submissions.SHELL, "matplotlib.pyplot"), full=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = [
                thirty_cells(server, Path(folder), rounds),
                first_cell(server, Path(folder), rounds),
                chapter(rounds),
            ]
    finally:
        server.close()
    if options.marks:
        rows.append(marks())
    print(f"\n{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | median | min to max | target |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def row(what: str, values: list[float], unit: str, target: str) -> tuple[str, str, str, str]:
    return what, f"{statistics.median(values):.3g}{unit}", f"{min(values):.3g} to {max(values):.3g}", target


def timed(task: Callable[[], Any]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)


def thirty_cells(server: Server, folder: Path, rounds: int) -> tuple[str, str, str, str]:
    """The reference solution of exercise 2 in a notebook of 30 cells, each of which does something."""
    source = (ROOT / "solutions" / "exercise2.py").read_text()
    cells = [
        "import torch",
        source,
        *(f"x{k} = torch.rand(50, 50) @ torch.rand(50, 50)\nx{k}.sum()" for k in range(28)),
    ]
    file = written(folder / "thirty.ipynb", cells)
    convert = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", str(folder / "out")]
    options = dataclasses.replace(grading.Options(folder / "tables"), running=ALL)

    def ours() -> None:
        report = grading.grade(EXERCISE, submissions.read(file), server, options)
        assert report.score.passed and len(report.cells) == 30

    ours(), run([*convert, str(file)])
    ratios = [timed(ours) / timed(lambda: run([*convert, str(file)])) for _ in range(rounds)]
    what = "a notebook of 30 cells, all run and graded on exercise 2, warm, against `nbconvert --execute` of it"
    return row(what, ratios, " ×", "at most 0.35")


def first_cell(server: Server, folder: Path, rounds: int) -> tuple[str, str, str, str]:
    """A notebook of one cell that imports torch: run here, and by a kernel that is started for it."""
    file = written(folder / "one.ipynb", ["import torch"])
    kernel = (
        "import nbformat, nbclient, sys, time; c = nbclient.NotebookClient(nbformat.read(sys.argv[1], 4))\n"
        "start = time.perf_counter(); c.execute(cleanup_kc=False); print(time.perf_counter() - start, flush=True)\n"
        "c._cleanup_kernel()"
    )

    def ours() -> None:
        LiveSession(server, submissions.read(file), EXERCISE, running=ALL).close()

    def theirs() -> float:
        command = [sys.executable, "-c", kernel, str(file)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return float(done.stdout)

    ours(), theirs()
    what = "ready with the first cell, torch imported, against a kernel that is started and imports torch"
    return row(what, [timed(ours) / theirs() for _ in range(rounds)], " ×", "at most 0.25")


def chapter(rounds: int) -> tuple[str, str, str, str]:
    """The whole command on the chapter's notebook of 360 cells with plots."""
    command = [*GRADE, "exercise2", str(CORPUS / "chapter_full.ipynb"), "--plain"]

    def graded() -> None:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False, cwd=ROOT)

    graded()
    what = "`grade exercise2 chapter_full.ipynb` (360 cells with plots), definitions only, whole command"
    return row(what, [timed(graded) for _ in range(rounds)], " s", "at most 3 s")


def marks() -> tuple[str, str, str, str]:
    """How many checks of the corpus have the same verdict when only definitions are run as when all cells are."""
    import tomli

    entries = tomli.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))["notebook"]
    entries = [entry for entry in entries if "error" not in entry]
    found = {name: course.find_exercise(course.default_course(), name) for name in {e["exercise"] for e in entries}}
    modules = dict.fromkeys(name for exercise in found.values() for name in exercise.preload)
    trees = plant(console(sys.stderr, colour=False), [b"untar_data(URLs.MNIST)"], None)
    server, _ = start_executed((*modules, *submissions.SHELL, "matplotlib.pyplot"), trees, full=True)
    same = total = 0
    with tempfile.TemporaryDirectory() as folder:
        for entry in entries:
            verdicts = []
            for running in (Running(), Running(whole=True)):
                options = dataclasses.replace(grading.Options(Path(folder)), running=running)
                submission = submissions.read(CORPUS / entry["file"])
                report = grading.grade(found[entry["exercise"]], submission, server, options)
                verdicts.append([(result.id, result.points) for result in report.results])
            equal = sum(one == other for one, other in zip(*verdicts, strict=True))
            same, total = same + equal, total + len(verdicts[0])
            if equal < len(verdicts[0]):
                print(
                    f"{entry['file']}, {entry['exercise']}: {len(verdicts[0]) - equal} checks differ", file=sys.stderr
                )
    server.close()
    return "marks of the corpus that are the same with all cells", f"{100 * same / total:.1f} %", "", "at least 95 %"


def written(file: Path, cells: list[str]) -> Path:
    notebook: Any = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    nbformat.write(notebook, file)
    return file


if __name__ == "__main__":
    main()
