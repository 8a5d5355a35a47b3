"""The threshold study: trains the honest panel with many keys and seeds, and works out lines and gates.

    python exercises/exercise6/study.py --data DIR      about 40 minutes on two cores; goes on where it was stopped

Each run has a key of its own, so that names of classes, warps and glyphs vary with the seed. Runs are kept in
study.jsonl, a line each; from these come study.md, and the figures that checks.py holds (a test compares them). A line
is lowered, never raised, until it lies four standard deviations below the mean of the weakest honest solution of its
tier; gate k = min(line k, lowest glyph accuracy of the tier's honest panel) - max(3 points, 4 SD).
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
PANEL = ROOT / "tests" / "students" / "training"
RUNS, RESULT = FOLDER / "study.jsonl", FOLDER / "study.md"
WANTED = (0.91, 0.94, 0.965, 0.975, 0.987)
SEEDS, SEEDS_IF_LONG, LONG_S = 30, 10, 10.0
SETS = ("digits", "glyphs")


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--data", type=Path, help="a folder with the four files of MNIST; the cache by default")
    options.add_argument("--seeds", type=int, default=SEEDS, help="how many runs of each solution on each set")
    options.add_argument("--workers", type=int, default=2, help="how many trainings at once, one thread each")
    options.add_argument("--only", default="", help="solutions whose name contains this")
    options.add_argument("--sets", default=",".join(SETS), help="digits, glyphs or both")
    options.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "tensor-grader-study")
    options.add_argument("--runs", type=Path, default=RUNS, help="where runs are kept")
    given = options.parse_args()
    done = read(given.runs)
    paths = [path for path in panel() if given.only in path.stem]
    with multiprocessing.get_context("spawn").Pool(given.workers, begin) as pool, given.runs.open("a") as out:
        for seed in range(given.seeds):
            known = {(run["name"], run["set"], run["seed"]) for run in done}
            todo = [
                (str(path), name, seed, str(given.cache), str(given.data or ""))
                for name in given.sets.split(",")
                for path in paths
                if (path.stem, name, seed) not in known and not (seed >= SEEDS_IF_LONG and long(done, path.stem))
            ]
            for run in pool.imap_unordered(trained, todo[:1]):  # makes the data, once
                done.append(note(run, out))
            for run in pool.imap_unordered(trained, todo[1:]):
                done.append(note(run, out))
    RESULT.write_text(table(done), encoding="utf-8")


def panel() -> list[Path]:
    """The honest submissions, and the reference."""
    return [*sorted(PANEL.glob("honest_*.py")), ROOT / "solutions" / "exercise6.py"]


def begin() -> None:
    """One thread, as in a guest."""
    import torch

    sys.path.insert(0, str(ROOT))
    torch.set_num_threads(1)


def trained(task: tuple[str, str, int, str, str]) -> dict[str, Any]:
    """One training and its accuracy on the 10,000 test images."""
    import torch

    from grader import data
    from grader.proof import Proof

    path, name, seed, cache, folder = task
    proof = Proof(Path(cache), "exercise6", 1, f"study {seed}".encode())
    if name == "digits":
        mnist = data.locate(Path(folder) if folder else None)
        assert mnist is not None, "MNIST is not here: run `grade data`, or name its folder with --data"
        images = proof.digits(mnist)
    else:
        images = proof.glyphs()
    module: dict[str, Any] = {"__name__": "submission"}
    exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"), module)
    probes: dict[str, Any] = {"student": SimpleNamespace(train=module["train"]), "__name__": "probes"}
    exec(compile((FOLDER / "probes.py").read_text(encoding="utf-8"), "probes.py", "exec"), probes)
    arrays = (images.train_images, images.train_labels, images.test_images)
    start = time.process_time()
    outputs, fault, _ = probes["train"]([*(torch.from_numpy(array.copy()) for array in arrays), seed])
    assert not fault, f"{path}: {fault}"
    spent = time.process_time() - start
    right = float((outputs.argmax(1) == torch.from_numpy(images.test_labels)).double().mean())
    return {"name": Path(path).stem, "set": name, "seed": seed, "accuracy": round(right, 4), "cpu_s": round(spent, 2)}


def read(path: Path) -> list[dict[str, Any]]:
    """The runs kept so far."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def note(run: dict[str, Any], out: Any) -> dict[str, Any]:
    """Keep a run, and say so."""
    out.write(json.dumps(run) + "\n")
    out.flush()
    print(run, flush=True)
    return run


def long(done: list[dict[str, Any]], name: str) -> bool:
    """Whether one training takes so long that ten seeds have to do."""
    times = [run["cpu_s"] for run in done if run["name"] == name]
    return bool(times) and statistics.median(times) > LONG_S


class Runs:
    """The accuracies of one solution on one set."""

    def __init__(self, accuracies: list[float]) -> None:
        self.n = len(accuracies)
        self.mean, self.least = statistics.fmean(accuracies), min(accuracies)
        self.sd = statistics.stdev(accuracies) if self.n > 1 else 0.0


def grouped(done: list[dict[str, Any]]) -> dict[str, dict[str, Runs]]:
    """By solution and set."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for run in done:
        found[run["name"]][run["set"]].append(run["accuracy"])
    return {name: {what: Runs(values) for what, values in sets.items()} for name, sets in sorted(found.items())}


def tier_of(mean: float) -> int:
    """How many of the wanted lines a mean accuracy reaches: the solution's tier."""
    return sum(mean >= line for line in WANTED)


def cut(share: float) -> float:
    """Down to a tenth of a percent point; what is one already, but for float's rounding, stays."""
    return math.floor(round(1000 * share, 6)) / 1000


def lines(found: dict[str, dict[str, Runs]]) -> list[tuple[float, float]]:
    """(line, SD between seeds near it) of each tier, cut to a tenth of a percent point."""
    result = []
    for tier, wanted in enumerate(WANTED, 1):
        members = [sets["digits"] for sets in found.values() if tier_of(sets["digits"].mean) == tier]
        bounds = [runs.mean - 4 * runs.sd for runs in members]
        sd = max((runs.sd for runs in members), default=0.0)
        result.append((cut(min([wanted, *bounds])), round(sd, 5)))
    return result


def gates(found: dict[str, dict[str, Runs]]) -> list[tuple[float, float]]:
    """(gate, SD between seeds) of each tier, cut to a tenth of a percent point."""
    result = []
    for tier, (line, _) in enumerate(lines(found), 1):
        members = [sets["glyphs"] for sets in found.values() if tier_of(sets["digits"].mean) == tier]
        lowest = min((runs.least for runs in members), default=1.0)
        sd = max((runs.sd for runs in members), default=0.0)
        result.append((cut(min(line, lowest) - max(0.03, 4 * sd)), round(sd, 5)))
    return result


def false_fail(found: dict[str, dict[str, Runs]]) -> float:
    """The largest chance, by the normal distribution, that one run of an honest solution misses its tier."""
    chances = [0.0]
    for sets in found.values():
        tier = tier_of(sets["digits"].mean)
        if tier and len(sets) == len(SETS):
            pairs = ((sets["digits"], lines(found)[tier - 1][0]), (sets["glyphs"], gates(found)[tier - 1][0]))
            chances.append(
                sum(0.5 * math.erfc((runs.mean - line) / max(runs.sd, 1e-9) / 2**0.5) for runs, line in pairs)
            )
    return max(chances)


def table(done: list[dict[str, Any]]) -> str:
    """study.md."""
    found = grouped(done)
    percent = lambda share, places=2: f"{100 * share:.{places}f}"  # noqa: E731  # for this table only
    rows = [
        f"| {name} | {tier_of(sets['digits'].mean)} | "
        + " | ".join(
            f"{runs.n} | {percent(runs.mean)} | {percent(runs.sd, 3)} | {percent(runs.least)}"
            for runs in (sets.get(what) for what in SETS)
            if runs is not None
        )
        + " |"
        for name, sets in found.items()
    ]
    steps = zip(range(1, 6), WANTED, lines(found), gates(found), strict=True)
    limits = [
        f"| {tier} | {percent(wanted, 1)} | {percent(line, 1)} | {percent(sd, 3)} | "
        f"{percent(gate, 1)} | {percent(gate_sd, 3)} |"
        for tier, wanted, (line, sd), (gate, gate_sd) in steps
    ]
    return HEAD + "\n".join(rows) + MIDDLE + "\n".join(limits) + END.format(chance=false_fail(found), runs=len(done))


HEAD = """# The threshold study of exercise 6

Made by `study.py`, run by run in `study.jsonl`. Accuracies in percent; every run has its own key, so that the names of
the classes, the warp and the glyphs differ from run to run as well as the seed.

| solution | tier | MNIST: runs | mean | SD | lowest | glyphs: runs | mean | SD | lowest |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
MIDDLE = """

| tier | line wanted | line | SD | gate | SD on glyphs |
| --- | --- | --- | --- | --- | --- |
"""
END = """

The largest chance that a single run of an honest solution misses its tier's line or gate is {chance:.1e} by the normal
distribution; near a line the median of three counts, which makes it smaller. {runs} runs.
"""


if __name__ == "__main__":
    main()
