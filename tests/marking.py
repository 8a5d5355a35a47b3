"""What the tests of all exercises ask for alike: examples that are true, mistakes that are caught and told apart.

Also the comment lines `# key: value` at the top of a submission that pins what it gets.
"""

from __future__ import annotations

import dataclasses
import doctest
import importlib.util
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from grader.values import CheckResult, Exercise, Limits, Verdict

TELLING = (Verdict.FAILED, Verdict.RAISED)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As guests have, in every module that imports this: two on a busy machine are many times slower."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def imported(path: Path) -> ModuleType:
    """The module that a file is, made anew at each call."""
    spec = importlib.util.spec_from_file_location(f"{path.stem}_read_by_test", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def complaints(results: Collection[CheckResult]) -> list[tuple[str, str]]:
    """What did not pass, with its message; there has to be something that could."""
    assert results
    return [
        (result.id, result.finding.message if result.finding else "")
        for result in results
        if result.verdict is not Verdict.PASSED
    ]


def assert_examples_true(stub: Path, solution: Path, names: Iterable[str], without: Collection[str] = ()) -> None:
    """The examples in a stub's docstrings give with the solution what they say; names not in `without` have some."""
    functions, known = imported(stub), vars(imported(solution))
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    for name in names:
        found = finder.find(getattr(functions, name), name, globs={**vars(functions), **known, "torch": torch})
        assert sum(len(case.examples) for case in found) >= 1 or name in without
        for case in found:
            runner.run(case)
    assert runner.summarize(verbose=False).failed == 0


def assert_caught(results: Collection[CheckResult], function: str) -> None:
    """A mistake fails a check, each of them one of its function, and is never ungradable."""
    wrong = [result for result in results if result.verdict is not Verdict.PASSED]
    assert wrong and all(result.verdict in TELLING for result in wrong)
    assert all(function in result.functions for result in wrong)


def assert_told_apart(caught: Mapping[str, Collection[CheckResult]], by_function: bool = False) -> None:
    """No two mistakes (with `by_function`: no two of one function) answer alike where they fail, so that a student gets
    the right hint."""
    seen: dict[Any, str] = {}
    for name, results in caught.items():
        key = tuple(
            (result.id, result.verdict, result.finding, repr(result.transcript[-1].outcome))
            for result in results
            if result.verdict is not Verdict.PASSED
        )
        assert seen.setdefault((name.split("__")[0] if by_function else "", key), name) == name


def pinned(path: Path) -> dict[str, str]:
    """The comment lines at the top of a file."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"# (\w+): (.*)", line)
        if match is None:
            break
        found[match[1]] = match[2]
    return found


def limited(exercise: Exercise, text: str) -> Exercise:
    """The exercise with some limits changed, as in `cpu_s=1, wall_s=3`."""
    kinds = {item.name: type(getattr(Limits(), item.name)) for item in dataclasses.fields(Limits)}
    pairs = [pair.strip().split("=") for pair in text.split(",") if pair.strip()]
    changed = {name: kinds[name](float(value)) for name, value in pairs}
    return dataclasses.replace(exercise, limits=dataclasses.replace(exercise.limits, **changed))
