"""Prints the figures that matter for a whole class, as ratios measured in the same run (Markdown).

`python tests/benchmarks/bulk.py`; `--quick` takes a quarter of the submissions. CPU is what the whole machine spends
meanwhile, so nothing else may run. `--only cost,again,memory,growth,dask,class` picks parts. The last of them grades
300 students with known marks: undisturbed, killed twenty times, on a cluster that loses a worker, with 1, 2 and 4 jobs
and in another order, and compares the marks to the byte.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import classroom  # noqa: E402  # once the path is set
from dask_cluster import LocalCluster  # noqa: E402

GRADE = [sys.executable, "-c", "import sys; sys.argv[0] = 'grade'; from grader.cli import main; main()"]
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
Row = tuple[str, str, str]
ROUNDS = 3
SIDE_BY_SIDE = 8
DATA = Path(os.environ["MNIST_DIR"]) if "MNIST_DIR" in os.environ else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the submissions")
    parser.add_argument("--only", default="cost,again,memory,growth,dask,class", help="parts, with commas between")
    options = parser.parse_args()
    part = 4 if options.quick else 1
    parts: dict[str, Callable[[Path], list[Row]]] = {
        "cost": lambda folder: cost(folder, 200 // part),
        "again": lambda folder: again(folder, 1000 // part),
        "memory": memory,
        "growth": lambda folder: growth(folder, part),
        "dask": lambda folder: dask(folder, 200 // part),
        "class": lambda folder: whole_class(folder, 300 // part, 20 // part),
    }
    print(f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | figure | target |\n| --- | --- | --- |", flush=True)
    for name in options.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            for row in parts[name](Path(folder)):
                print(f"| {' | '.join(row)} |", flush=True)


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
    """CPU for each submission, as files and as notebooks, and what two jobs bring: medians of pairs in turn."""
    classroom.write(folder / "files", count)
    classroom.write(folder / "notebooks", count, notebooks=True)
    shares, notebook_shares, rates, each = list[float](), list[float](), list[float](), list[float]()
    for turn in range(ROUNDS):
        two_s, cpu_s = bulk(folder / "files", folder / f"files-{turn}")
        one_s, _ = bulk(folder / "files", folder / f"one-{turn}", 1)
        _, notebooks_s = bulk(folder / "notebooks", folder / f"notebooks-{turn}")
        imported = import_s()
        shares.append(cpu_s / count / imported)
        notebook_shares.append(notebooks_s / count / imported)
        rates.append(one_s / two_s)
        each.append(cpu_s / count)
    what = "of exercise 2, CPU each, against CPU of `import torch`"
    return [
        (f"{count} `.py` files {what}", f"{_spread(shares)} ({statistics.median(each):.2f} s)", "at most 0.25"),
        (f"{count} 10-cell notebooks {what}", _spread(notebook_shares), "at most 0.5"),
        (f"two jobs against one, {count} files", f"{_spread(rates)} × the rate", "at least 1.85"),
    ]


def _spread(figures: list[float]) -> str:
    return f"{statistics.median(figures):.3f} ({min(figures):.3f} to {max(figures):.3f})"


def again(folder: Path, count: int) -> list[Row]:
    """A second run with nothing changed. Most of these share their bytes, which is what is quick to grade once."""
    work = folder / "again"
    for number in range(count):
        target = work / f"student{number:04}" / "exercise2.py"
        target.parent.mkdir(parents=True)
        target.write_text(f"{classroom.SOLUTION}\n# group {number // 50}\n", encoding="utf-8")
    bulk(work, folder / "out-again")
    wall_s, _ = bulk(work, folder / "out-again")
    return [(f"a second run with nothing changed, {count} submissions", f"{wall_s:.2f} s", "at most 2 s")]


def memory(folder: Path) -> list[Row]:
    """What the processes of a submission hold for themselves, side by side: on exercise 2, and in a training."""
    from grader import course, grading, submissions
    from grader.server import start_executed
    from grader.session import LiveSession
    from grader.values import Call

    exercise = course.find_exercise(course.default_course(), "exercise2")
    server, _ = start_executed(exercise.preload, full=True, many=True)
    work = submissions.from_bytes(classroom.SOLUTION.encode(), "exercise2.py")
    before, sessions, guests = set(below(server.pid)), [], []
    for _ in range(SIDE_BY_SIDE):
        sessions.append(LiveSession(server, work, exercise))
        guests.append(sessions[-1].guest(exercise.limits))
        guests[-1].ask(Call("call", "mnist_distance", (images(), images()[0])))
    each = private_mib(server.pid, before) / SIDE_BY_SIDE
    for guest, session in zip(guests, sessions, strict=True):
        guest.close()
        session.close()
    server.close()
    rows = [("extra memory for each of eight submissions side by side on exercise 2 (Private_Dirty of warden, snapshot"
             " and guest)", f"{each:.1f} MiB", "at most 10 MiB")]  # fmt: skip
    exercise = course.find_exercise(course.default_course(), "exercise6")
    server, _ = start_executed(exercise.preload, full=True, many=True)
    before, most, over = set(below(server.pid)), 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.1):
            most = max(most, private_mib(server.pid, before))

    watcher = threading.Thread(target=watch)
    watcher.start()
    source = (ROOT / "solutions" / "exercise6.py").read_bytes()
    grading.grade(exercise, submissions.from_bytes(source, "exercise6.py"), server, grading.Options(folder, data=DATA))
    over.set()
    watcher.join()
    server.close()
    return [*rows, ("the same, the most while the reference of exercise 6 trains", f"{most:.0f} MiB", "stated")]


def images() -> Any:
    """float32 (100, 28, 28): as many as the checks send at a time."""
    import torch

    from grader.sample import sample

    return torch.tensor(sample().valid3[:100]) / 255


def below(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for process in found:
        try:
            found += map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())
        except OSError:  # it has ended
            continue
    return found


def private_mib(pid: int, without: set[int]) -> float:
    """Private_Dirty of all processes below, but for those that were there before."""
    total = 0
    for process in set(below(pid)) - without:
        try:
            found = re.search(r"Private_Dirty:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text())
            total += int(found[1]) if found else 0
        except OSError:  # it has ended
            continue
    return total / 1024


def growth(folder: Path, part: int) -> list[Row]:
    """What one more submission costs in a large class against a small one; the small ones are run three times."""
    small, large = (100 // part, 200 // part), (1000 // part, 2000 // part)
    seconds = {}
    for count in (*small, *large):
        classroom.write(folder / f"class{count}", count)
        runs = [
            bulk(folder / f"class{count}", folder / f"out{count}-{turn}")[0]
            for turn in range(3 if count in small else 1)
        ]
        seconds[count] = statistics.median(runs)
    each = [(seconds[more] - seconds[less]) / (more - less) for less, more in (small, large)]
    what = (
        f"(T({large[1]}) − T({large[0]})) / {large[1] - large[0]} against (T({small[1]}) − T({small[0]})) / {small[0]}"
    )
    return [(what, f"{each[1] / each[0]:.2f} ({each[1]:.3f} s against {each[0]:.3f} s)", "at most 1.1")]


def dask(folder: Path, count: int) -> list[Row]:
    """A cluster on this machine against two jobs without one, in turn."""
    classroom.write(folder / "class", count)
    ratios = []
    with LocalCluster(folder, 2) as cluster:
        for turn in range(ROUNDS):
            there_s, _ = bulk(folder / "class", folder / f"there{turn}", 2, "--cluster", str(cluster.file))
            here_s, _ = bulk(folder / "class", folder / f"here{turn}")
            ratios.append(there_s / here_s)
    what = f"Dask with two local workers against two local processes, {count} submissions"
    return [(what, f"{_spread(ratios)} × the time", "at most 1.2")]


def whole_class(folder: Path, count: int, kills: int) -> list[Row]:
    """A class with known marks, graded in every way; marks and all texts of checks are compared."""
    work = folder / "class"
    expected = classroom.write(work, count, seed=1)
    undisturbed = _marks(folder, work, "undisturbed")
    found = {row["student"]: int(row["points"]) for row, _ in map(json.loads, undisturbed.splitlines())}
    same = sum(found.get(student) == points for student, points in expected.items())
    rows = [(f"{count} students with known marks", f"{same} right", "all")]
    draw, command = random.Random(0), [*GRADE, "bulk", str(work), "--exercise", "exercise2", "--out"]
    for _ in range(kills):
        process = subprocess.Popen([*command, str(folder / "killed")], stdout=subprocess.DEVNULL, cwd=ROOT)
        time.sleep(draw.uniform(0.5, 8))
        process.send_signal(signal.SIGKILL)
        process.wait()
    others = {f"`kill -9` {kills} times at random moments, then to the end": _marks(folder, work, "killed")}
    with LocalCluster(folder, 2) as cluster:
        loser = threading.Timer(draw.uniform(10, 20), cluster.workers[0].kill)
        loser.start()
        others["on a cluster, one of two workers killed"] = _marks(
            folder, work, "dask", 2, "--cluster", str(cluster.file)
        )
        loser.join()
    for jobs in (1, 4):
        others[f"with {jobs} job{'s' * (jobs > 1)}"] = _marks(folder, work, f"jobs{jobs}", jobs)
    students = sorted(expected)
    draw.shuffle(students)
    listing = folder / "list.csv"
    listing.write_text("student,path\n" + "".join(f"{name},class/{name}/exercise2.py\n" for name in students))
    others["in another order (a list in CSV)"] = _marks(folder, listing, "order")
    return rows + [
        (f"the same {how}", "equal" if marks == undisturbed else "DIFFERENT", "equal") for how, marks in others.items()
    ]


def _marks(folder: Path, work: Path, name: str, jobs: int = 2, *more: str) -> bytes:
    """The rows of a run's CSV file without students' random keys, and without paths, which a list has otherwise; each
    with all texts of its checks."""
    files = folder / f"{name}.csv", folder / f"{name}.json"
    bulk(work, folder / name, jobs, "--csv", str(files[0]), "--json", str(files[1]), *more)
    checks = {mark["student"]: mark["report"]["checks"] for mark in json.loads(files[1].read_text())["marks"]}
    with files[0].open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        del row["student_key"], row["path"]
    return "\n".join(json.dumps([row, checks[row["student"]]]) for row in rows).encode()


if __name__ == "__main__":
    main()
