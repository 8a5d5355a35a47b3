"""On a GPU: the same verdicts as on the CPU, and one guest's trouble is nobody else's. Needs a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader import course, grading, server, submissions
from grader.server import Server
from grader.values import Report, Verdict

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU here")

ROOT = Path(__file__).resolve().parent.parent
EXERCISES = course.exercises(course.default_course())
EATS_ALL = """
def double_evens(numbers):
    import torch
    kept = []
    while True:
        kept.append(torch.ones(1 << 28, device="cuda"))
"""
KILLS_ITS_CONTEXT = """
def double_evens(numbers):
    import torch
    torch.zeros(2, device="cuda")[torch.tensor([99], device="cuda")].cpu()
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    preload = tuple(dict.fromkeys(name for exercise in EXERCISES for name in exercise.preload))
    found, _ = server.start_executed(preload, gpu=True)
    yield found
    found.close()


def graded(running: Server, storage: Path, exercise_id: str, source: str, select: str = "") -> Report:
    exercise = course.find_exercise(course.default_course(), exercise_id)
    submission = submissions.from_bytes(source.encode(), f"{exercise_id}.py")
    return grading.grade(exercise, submission, running, grading.Options(storage, device="cuda", select=select))


@pytest.mark.parametrize("exercise_id", [exercise.id for exercise in EXERCISES])
def test_solutions_get_full_marks(running: Server, tmp_path: Path, exercise_id: str) -> None:
    """Every reference solution gets full marks with its tensors on the GPU."""
    source = (ROOT / "solutions" / f"{exercise_id}.py").read_text(encoding="utf-8")
    report = graded(running, tmp_path, exercise_id, source)
    assert [result for result in report.results if result.verdict is not Verdict.PASSED] == []
    assert dict(report.environment)["device"] == "cuda"


@pytest.mark.parametrize("trouble", [EATS_ALL, KILLS_ITS_CONTEXT], ids=["eats all memory", "kills its context"])
def test_trouble_costs_nobody_else(running: Server, tmp_path: Path, trouble: str) -> None:
    """A guest that exhausts the GPU's memory, or kills its context, costs its own check and no other."""
    source = (ROOT / "solutions" / "exercise1.py").read_text(encoding="utf-8")
    report = graded(running, tmp_path, "exercise1", source + trouble)
    for result in report.results:
        harmed = "double_evens" in result.functions
        assert (result.verdict is not Verdict.PASSED) == harmed, result
    assert graded(running, tmp_path, "exercise1", source).score.passed
