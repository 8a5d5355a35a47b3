"""The threshold study of exercise 6: its result is what the checks use, and what its rules give."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.training import Line

FOLDER = Path(__file__).resolve().parent.parent / "exercises" / "exercise6"


def imported(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"exercise6_{name}", FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(name: str) -> tuple[Line, ...]:
    """What checks.py says under a name; the file is read, not imported: its markers are known to a judge only."""
    tree = ast.parse((FOLDER / "checks.py").read_text(encoding="utf-8"))
    (value,) = (
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    )
    found: tuple[Line, ...] = eval(ast.unparse(value), {"Line": Line})
    return found


@pytest.fixture(scope="module")
def study() -> ModuleType:
    return imported("study")


@pytest.fixture(scope="module")
def found(study: ModuleType) -> Any:
    return study.grouped(study.read(study.RUNS))


def test_the_checks_use_what_the_study_found(study: ModuleType, found: Any) -> None:
    """Lines, gates and their standard deviations in checks.py are those that the runs give."""
    lines, gates = (written(name) for name in ("LINES", "GATES"))
    assert [(line.score, line.sd) for line in lines] == study.lines(found)
    assert [(gate.score, gate.sd) for gate in gates] == study.gates(found)
    assert all(line.points == 2 for line in (*lines, *gates))


def test_the_table_is_that_of_the_runs(study: ModuleType) -> None:
    """study.md is what the runs give."""
    assert study.RESULT.read_text(encoding="utf-8") == study.table(study.read(study.RUNS))


def test_every_honest_solution_was_run_often_enough(study: ModuleType, found: Any) -> None:
    """Each of the panel has 30 runs on each set, or 10 where one training takes over ten seconds."""
    runs = study.read(study.RUNS)
    for path in study.panel():
        wanted = 10 if study.long(runs, path.stem) else 30
        assert {what: found[path.stem][what].n >= wanted for what in study.SETS} == {"digits": True, "glyphs": True}


def test_no_honest_run_failed(study: ModuleType, found: Any) -> None:
    """No run of an honest solution missed its tier's line or gate, and by chance hardly any ever will."""
    lines, gates = study.lines(found), study.gates(found)
    for sets in found.values():
        tier = study.tier_of(sets["digits"].mean)
        if tier:
            assert sets["digits"].least >= lines[tier - 1][0]
            assert sets["glyphs"].least >= gates[tier - 1][0]
    assert study.false_fail(found) < 1e-3


def test_gates_part_the_tiers(study: ModuleType, found: Any) -> None:
    """A linear model, even a well tuned one, stays below the second gate on glyphs."""
    linear = found["honest_linear"]["glyphs"]
    assert linear.mean + 4 * linear.sd < study.gates(found)[1][0]


def test_lines_are_lowered_never_raised(study: ModuleType) -> None:
    """A line lies four standard deviations below the weakest of its tier, and never above what was wanted."""
    weak = {"digits": study.Runs([0.976, 0.978, 0.980]), "glyphs": study.Runs([0.95, 0.96, 0.97])}
    strong = {"digits": study.Runs([0.995] * 3), "glyphs": study.Runs([0.99] * 3)}
    found = {"weak": weak, "strong": strong}
    assert study.lines(found) == [(0.91, 0.0), (0.94, 0.0), (0.965, 0.0), (0.97, 0.002), (0.987, 0.0)]
    assert study.gates(found)[3:] == [(0.91, 0.01), (0.957, 0.0)]
