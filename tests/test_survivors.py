"""`grade audit` is clean for our own exercises, and the mutants it lets live are the original in other words.

For each exercise with random arguments in tests/survivors/: the audit runs once, and every survivor and the original
are called on the same 10,000 random arguments.
"""

from __future__ import annotations

import io
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from grader import auditing, terminal
from grader.checking import Bench, Setting
from grader.mutants import Mutant

ROOT = Path(__file__).parent.parent
TABLES = sorted((ROOT / "tests" / "survivors").glob("*.py"))
CASES = 10_000


def audited(table: Path) -> list[auditing.Step]:
    """The steps of the audit of one exercise."""
    setting = Setting(
        course=ROOT / "exercises",
        console=lambda: terminal.console(io.StringIO(), colour=False, width=200),
        restore=lambda: None,
        clean=False,
        plain=True,
        verbose=False,
        json_to=None,
        write=lambda text: None,
        seed=0,
        device="cpu",
        data=lambda: None,
    )
    exercise = setting.exercise(table.stem)
    solution = source_of(table)
    with Bench(setting, exercise.preload) as bench:
        return list(auditing.examine(exercise, solution, auditing.OnBench(bench, exercise, solution)))


def source_of(table: Path) -> str:
    return (ROOT / "solutions" / table.name).read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_audit_is_clean_and_survivors_are_equal(table: Path) -> None:
    """Stub, solution, garbage, mistakes and mutants stand the audit, and each surviving mutant does what the original
    does on 10,000 random arguments."""
    steps = audited(table)
    assert [complaint for step in steps for complaint in step.complaints] == []
    assert [step.summary for step in steps if not step.clean] == []
    assert len(steps) == 5
    inputs = runpy.run_path(str(table))["INPUTS"]
    for mutant in steps[-1].survivors:
        assert difference(source_of(table), mutant, inputs[mutant.function]) is None, mutant.id


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_random_arguments_tell_mutants_apart(table: Path) -> None:
    """The random arguments fit: the solution seldom raises on them, and a mutant that returns None differs at once."""
    inputs = runpy.run_path(str(table))["INPUTS"]
    for mutant in auditing.mutants(source_of(table)):
        if mutant.id.endswith("return None"):
            assert difference(source_of(table), mutant, inputs[mutant.function], 50) is not None, mutant.id
    for name, arguments in inputs.items():
        function = defined(source_of(table), name)
        raised = [run(function, arguments, case)[0] for case in range(50)]
        assert sum(isinstance(outcome, type) for outcome in raised) <= 25, name


def difference(source: str, mutant: Mutant, arguments: Callable[[Any], Any], cases: int = CASES) -> int | None:
    """The first case in which a mutant does something else than the original."""
    original, changed = defined(source, mutant.function), defined(mutant.source, mutant.function)
    for case in range(cases):
        if not alike(run(original, arguments, case), run(changed, arguments, case)):
            return case
    return None


def defined(source: str, name: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {}
    exec(compile(source, "solution", "exec"), namespace)
    return namespace[name]  # type: ignore[no-any-return]  # the tests know it is a function


def run(function: Callable[..., Any], arguments: Callable[[Any], Any], case: int) -> tuple[Any, Any]:
    """What came of one call, or the class of what it raised; and its arguments afterwards."""
    given = arguments(np.random.default_rng(case))
    try:
        return function(*given), given
    except Exception as error:
        return type(error), given


def alike(left: Any, right: Any) -> bool:
    """Equal in type, shape, dtype, gradient and value; floats up to rounding in the last place or two."""
    if type(left) is not type(right):
        return False
    if isinstance(left, torch.Tensor):
        if (left.shape, left.dtype, left.requires_grad) != (right.shape, right.dtype, right.requires_grad):
            return False
        if left.is_leaf and not alike(left.grad, right.grad):
            return False
        return torch.allclose(left.detach(), right.detach(), rtol=1e-6, atol=0, equal_nan=True)
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(alike(*pair) for pair in zip(left, right, strict=True))
    if isinstance(left, float):
        return left == right or abs(left - right) <= 1e-6 * abs(right) or (left != left and right != right)
    if isinstance(left, (int, str, type, type(None))):
        return left == right
    return isinstance(left, io.BytesIO) or (
        callable(left) and alike(list(vars(left).values()), list(vars(right).values()))
    )
