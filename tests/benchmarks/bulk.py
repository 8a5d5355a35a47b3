"""Prints the figures that matter for a whole class, as ratios measured in the same run (Markdown).

`python tests/benchmarks/bulk.py`; `--quick` takes a quarter of the submissions. CPU is what the whole machine spends
meanwhile, so nothing else may run. `--kills N` also grades 300 students with so many `kill -9` at random moments, and
compares the marks with those of an undisturbed run.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import classroom  # noqa: E402  # once the path is set

GRADE = [sys.executable, "-c", "import sys; sys.argv[0] = 'grade'; from grader.cli import main; main()"]
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
Row = tuple[str, str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the submissions")
    parser.add_argument("--kills", type=int, default=0, help="how often a run of 300 is killed")
    options = parser.parse_args()
    part = 4 if options.quick else 1
    with tempfile.TemporaryDirectory() as name:
        rows = [*cost(Path(name), 200 // part), again(Path(name), 1000 // part), *growth(Path(name), part)]
        if options.kills:
            rows.append(killed(Path(name), options.kills))
    print(f"\n{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | figure | target |\n| --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def busy_s() -> float:
    """CPU seconds that this machine has spent on anything."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(int(fields[place]) for place in (0, 1, 2, 5, 6)) * TICK_S


def bulk(folder: Path, out: Path, jobs: int = 2, *more: str) -> tuple[float, float]:
    """Wall and CPU seconds of one run of the command."""
    command = [*GRADE, "bulk", str(folder), "--out", str(out), "--jobs", str(jobs), "--exercise", "exercise2", *more]
    start, before = time.perf_counter(), busy_s()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - start, busy_s() - before


def import_s() -> float:
    """CPU seconds of `import torch`."""
    times = []
    for _ in range(3):
        before = busy_s()
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        times.append(busy_s() - before)
    return statistics.median(times)


def cost(folder: Path, count: int) -> list[Row]:
    """CPU for each submission, as files and as notebooks, and what two jobs bring."""
    imported, rows = import_s(), []
    classroom.write(folder / "files", count)
    classroom.write(folder / "notebooks", count, notebooks=True)
    two_s, cpu_s = bulk(folder / "files", folder / "out-files")
    one_s, _ = bulk(folder / "files", folder / "out-one", 1)
    _, notebooks_s = bulk(folder / "notebooks", folder / "out-notebooks")
    for what, used, target in (("`.py` files", cpu_s, 0.25), ("10-cell notebooks", notebooks_s, 0.5)):
        share = used / count / imported
        text = f"{share:.3f} ({used / count:.2f} s each, import {imported:.2f} s)"
        rows.append(
            (f"{count} {what} of exercise 2, CPU each, against CPU of `import torch`", text, f"at most {target}")
        )
    rows.append((f"two jobs against one, {count} files", f"{one_s / two_s:.2f} × the rate", "at least 1.85"))
    return rows


def again(folder: Path, count: int) -> Row:
    """A second run with nothing changed. Most of these share their bytes, which is what is quick to grade once."""
    work = folder / "again"
    for number in range(count):
        target = work / f"student{number:04}" / "exercise2.py"
        target.parent.mkdir(parents=True)
        target.write_text(f"{classroom.SOLUTION}\n# group {number // 50}\n", encoding="utf-8")
    bulk(work, folder / "out-again")
    wall_s, _ = bulk(work, folder / "out-again")
    return f"a second run with nothing changed, {count} submissions", f"{wall_s:.2f} s", "at most 2 s"


def growth(folder: Path, part: int) -> list[Row]:
    """What one more submission costs in a large class against a small one."""
    small, large = (100 // part, 200 // part), (1000 // part, 2000 // part)
    seconds = {}
    for count in (*small, *large):
        classroom.write(folder / f"class{count}", count)
        seconds[count] = bulk(folder / f"class{count}", folder / f"out{count}")[0]
    each = [(seconds[more] - seconds[less]) / (more - less) for less, more in (small, large)]
    what = (
        f"(T({large[1]}) − T({large[0]})) / {large[1] - large[0]} against (T({small[1]}) − T({small[0]})) / {small[0]}"
    )
    return [(what, f"{each[1] / each[0]:.2f} ({each[1]:.3f} s against {each[0]:.3f} s)", "at most 1.1")]


def killed(folder: Path, times: int) -> Row:
    """A class of 300, killed at random moments and taken up again."""
    draw, work = random.Random(0), folder / "killed"
    expected = classroom.write(work, 300, seed=1)
    command = [*GRADE, "bulk", str(work), "--out", str(folder / "out-killed"), "--exercise", "exercise2"]
    for _ in range(times):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
        time.sleep(draw.uniform(0.5, 8))
        process.send_signal(signal.SIGKILL)
        process.wait()
    bulk(work, folder / "out-killed", 2, "--csv", str(folder / "killed.csv"))
    with (folder / "killed.csv").open(encoding="utf-8", newline="") as lines:
        marks = {row["student"]: int(row["points"]) for row in csv.DictReader(lines)}
    same = sum(marks.get(student) == points for student, points in expected.items())
    return f"300 students, `kill -9` {times} times: marks as they should be", f"{same} of 300", "all"


if __name__ == "__main__":
    main()
