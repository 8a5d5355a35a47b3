"""Prints the figures that matter for speed, as ratios measured in the same run (Markdown; --json FILE for machines).

`python tests/benchmarks/speed.py` runs everything, `--quick` a few rounds only. Whole commands are timed alternating
with `python -c "import torch"`, so that a machine that drifts slows both.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GRADE = [sys.executable, "-c", "import sys; sys.argv[0] = 'grade'; from grader.cli import main; main()"]
IMPORT = [sys.executable, "-c", "import torch"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three rounds instead of fifteen")
    parser.add_argument("--json", type=Path, help="also write the rows here")
    parser.add_argument("--inside", type=int, metavar="N", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(inside(options.inside)))
        return
    rounds = 3 if options.quick else 15
    rows = [*in_a_new_process(rounds), *whole_commands(rounds), *watch(rounds)]
    print(f"\n{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | median | min to max | target |\n| --- | --- | --- | --- |")
    for row in rows:
        middle, spread = f"{row['median']:.3g}{row['unit']}", f"{row['low']:.3g} to {row['high']:.3g}"
        print(f"| {row['what']} | {middle} | {spread} | {row['target']} |")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def row(what: str, values: list[float], unit: str, target: str) -> dict[str, Any]:
    middle = statistics.median(values)
    return {"what": what, "median": middle, "low": min(values), "high": max(values), "unit": unit, "target": target}


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - start


def pairs(command: list[str], other: list[str], rounds: int) -> list[float]:
    """Seconds of `command` over seconds of `other`, round by round, after one warm-up of each."""
    timed(command), timed(other)
    return [timed(command) / timed(other) for _ in range(rounds)]


def whole_commands(rounds: int) -> list[dict[str, Any]]:
    rows = []
    for exercise, target in (("exercise3", "at most 1.5"), ("exercise1", ""), ("exercise2", "")):
        command = [*GRADE, exercise, str(ROOT / "solutions" / f"{exercise}.py")]
        what = f"`grade {exercise} solutions/{exercise}.py`, whole process, against `import torch`"
        rows.append(row(what, pairs(command, IMPORT, rounds), " ×", target))
    helped = pairs([*GRADE, "--help"], [sys.executable, "-c", "pass"], rounds)
    rows.append(row("`grade --help` against `python -c pass`", helped, " ×", "at most 6"))
    return rows


def watch(rounds: int) -> list[dict[str, Any]]:
    """From a save to the last line of the new report, in a real `grade watch`."""
    import tempfile

    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "exercise3.py"
        source = (ROOT / "solutions" / "exercise3.py").read_text()
        file.write_text(source)
        command = [*GRADE, "watch", "exercise3", str(file), "--plain"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        try:
            _until_watching(process)
            for number in range(rounds):
                imported = timed(IMPORT)
                start = time.perf_counter()
                file.write_text(f"{source}\n# save {number}\n")
                _until_watching(process)
                ratios.append((time.perf_counter() - start) / imported)
        finally:
            process.terminate()
            process.wait()
    return [row("re-check in `grade watch` after a save, against `import torch`", ratios, " ×", "at most 0.5")]


def _until_watching(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Watching"):
            return
    raise RuntimeError("grade watch ended")


def in_a_new_process(rounds: int) -> list[dict[str, Any]]:
    """`inside`, in a process that did nothing before, as the command's own."""
    done = subprocess.run(
        [sys.executable, __file__, "--inside", str(rounds)], check=True, capture_output=True, cwd=ROOT
    )
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def inside(rounds: int) -> list[dict[str, Any]]:
    """One call, one fork: measured here, against a server forked from this process, as the command does it."""
    import torch

    torch.set_num_threads(1)
    from grader import course, submissions
    from grader.server import fork_server
    from grader.session import LiveSession
    from grader.values import Call, Limits

    exercise = course.parse(
        b'id = "bench"\ntitle = "Bench"\n[[names]]\nname = "same"\nsignature = "(x)"\n', Path("/nonexistent")
    )
    submission = submissions.from_bytes(b"def same(x):\n    return x\n", "bench.py")
    server = fork_server(("torch", "numpy"))
    server.wait_ready()
    first, fresh = [], []
    x = torch.rand(28, 28)
    for _ in range(rounds * 4):
        start = time.perf_counter()
        session = LiveSession(server, submission, exercise)
        guest = session.guest(Limits())
        guest.ask(Call("call", "same", (x,)))
        fresh.append((time.perf_counter() - start) * 1e3)
        guest.close()
        start = time.perf_counter()
        guest = session.guest(Limits())
        guest.ask(Call("call", "same", (x,)))
        first.append((time.perf_counter() - start) * 1e3)
        guest.close()
        session.close()
    session = LiveSession(server, submission, exercise)
    guest = session.guest(Limits())
    time.sleep(0.1)  # until the fork made ahead for the next check is there
    calls = _times(functools.partial(guest.ask, Call("call", "same", (x,))), 1000)
    guest.close()
    session.close()
    server.close()
    return [
        row("one call across the wire and back, 784 floats", calls, " µs", "at most 100 µs median"),
        row("fork of the loaded submission to its first answer", first, " ms", ""),
        row(
            "fork of the warm server to first answer, all layers on, submission loaded",
            fresh,
            " ms",
            "at most 40 ms median",
        ),
    ]


def _times(action: Callable[[], object], count: int) -> list[float]:
    found = []
    for _ in range(count):
        start = time.perf_counter()
        action()
        found.append((time.perf_counter() - start) * 1e6)
    return found


if __name__ == "__main__":
    main()
