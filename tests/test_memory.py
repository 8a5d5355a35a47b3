"""Examples are drawn once and met again: the same verdicts and texts as if each submission had them drawn anew."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from grader import course, engine, grading, mutants, submissions
from grader.server import Server, start_executed
from grader.values import CheckResult, Exercise

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = ("exercise1", "exercise2", "exercise3", "exercise5", "exercise7")
TRIED = 3  # small changes of each reference solution


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running, _ = start_executed(("torch", "numpy", "PIL.Image", "PIL.PngImagePlugin"), full=True)
    yield running
    running.close()


def graded(source: bytes, exercise: Exercise, server: Server, options: grading.Options) -> tuple[CheckResult, ...]:
    report = grading.grade(exercise, submissions.from_bytes(source, "work.py"), server, options)
    return tuple(dataclasses.replace(result, spent=()) for result in report.results)


@pytest.mark.parametrize("name", EXERCISES)
def test_remembered_examples_change_no_verdict(name: str, server: Server, tmp_path: Path) -> None:
    """A right submission and wrong ones have the same results, to the last text, with a memory and without."""
    exercise = course.find_exercise(course.default_course(), name)
    source = (ROOT / "solutions" / f"{name}.py").read_bytes()
    changed = [mutant.source.encode() for mutant in mutants.mutants(source.decode())]
    fresh = grading.Options(tmp_path)
    warm = dataclasses.replace(fresh, memory=engine.Memory())
    graded(source, exercise, server, warm)
    for work in (source, *random.Random(name).sample(changed, TRIED)):
        assert graded(work, exercise, server, warm) == graded(work, exercise, server, fresh)


def test_what_a_check_does_to_an_example_is_not_remembered() -> None:
    """Values are copied before the check has them, tensors with what hangs on them, shared ones still shared."""
    tensor = torch.zeros(3)
    tensor.recipe = "torch.zeros(3)"  # type: ignore[attr-defined]  # as strategies do
    drawn: dict[str, Any] = {"a": tensor, "b": [tensor, {"c": (1, "x")}]}
    kept = engine.copied(drawn)
    tensor.add_(1)
    assert kept is not None and kept["a"].tolist() == [0, 0, 0] and kept["a"].recipe == "torch.zeros(3)"
    assert kept["a"] is kept["b"][0]


@pytest.mark.parametrize("value", [iter([1]), (n for n in ()), st.integers(), [{"a": iter(())}]])
def test_what_belongs_to_one_run_is_not_remembered(value: object) -> None:
    """An iterator, or something of Hypothesis's own, makes a check one that is drawn anew each time."""
    assert engine.copied({"value": value}) is None
    memory = engine.Memory()
    memory.keep("check", None)
    memory.keep("check", [{}])
    assert memory.of("check") is None
