"""What else in a submission would have passed: earlier versions, functions of another name; marks stay as they are."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import alternatives, course, grading, submissions
from grader.judge import Session
from grader.server import Server, exec_server
from grader.session import LiveSession
from grader.values import Call, CheckResult, Finding, Limits, Report, Returned, Running, Spent, Submission, Verdict

TOML = 'id = "doubling"\ntitle = "Doubling"\n' + "".join(
    f'[[names]]\nname = "{name}"\nsignature = "(x)"\n' for name in ("double", "triple", "Learner")
)
CHECKS = '''
import pytest
from grader import expect

@pytest.mark.points(3)
@pytest.mark.functions("double")
def test_doubles(student):
    """double gives twice the number"""
    expect.exactly(student.double(3), 6)

@pytest.mark.points(2)
@pytest.mark.functions("triple")
def test_triples(student):
    """triple gives three times the number"""
    expect.exactly(student.triple(3), 9)

@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learns(student):
    """Learner can be made"""
    student.Learner(3)
'''
TRIPLE = "def triple(x):\n    return 3 * x"
GOOD, BAD = "def double(x):\n    return 2 * x", "def double(x):\n    return x * x"
LEARNER = "class Learner:\n    def __init__(self, x):\n        pass\n    def __call__(self): return 1"
Grade = Callable[..., Report]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = exec_server("namespaces", submissions.SHELL)
    started.wait_ready()
    yield started
    started.close()


def submission(cells: tuple[str, ...], kind: str) -> Submission:
    if kind == "file":
        return submissions.from_bytes("\n\n".join(cells).encode(), "doubling.py")
    written = [{"cell_type": "code", "source": cell, "outputs": []} for cell in cells]
    return submissions.from_bytes(json.dumps({"cells": written}).encode(), "doubling.ipynb")


@pytest.fixture
def grade(server: Server, tmp_path: Path) -> Grade:
    """Grades cells, as a notebook or all in a file."""
    folder = tmp_path / "doubling"
    folder.mkdir()
    (folder / "exercise.toml").write_text(TOML)
    (folder / "checks.py").write_text(CHECKS)
    exercise = course.read_exercise(folder)

    def run(*cells: str, kind: str = "notebook") -> Report:
        return grading.grade(exercise, submission(cells, kind), server, grading.Options(tmp_path / "storage"))

    return run


def said(report: Report, check: str) -> str:
    """All that is told about one check."""
    result = next(one for one in report.results if one.id == check)
    return " ".join(filter(None, [result.finding.message if result.finding else "", result.hint]))


KINDS = pytest.mark.parametrize("kind", ["notebook", "file"])


@KINDS
def test_an_earlier_version_that_would_have_passed_is_named(grade: Grade, kind: str) -> None:
    """Where a version before the graded one is right, its place is told; the marks are those of the graded one."""
    report = grade(TRIPLE, "x = 1", GOOD, LEARNER, BAD, kind=kind)
    where = "in cell 3" if kind == "notebook" else "number 1 in your file"
    assert f"The version of `double` {where} would have passed; graded is the last one that fits." in said(
        report, "doubles"
    )
    assert report.score.points == 3 and [one.points for one in report.results] == [0, 2, 1]
    verdicts = {one.id: one.verdict for one in report.results}
    assert verdicts == {"doubles": Verdict.FAILED, "triples": Verdict.PASSED, "learns": Verdict.PASSED}


@KINDS
def test_the_last_of_several_right_versions_is_named(grade: Grade, kind: str) -> None:
    """Of several versions that would have passed the one nearest to the graded one is told, and no wrong one."""
    report = grade(GOOD, GOOD.replace("2 * x", "x + x"), BAD, BAD, TRIPLE, LEARNER, kind=kind)
    where = "in cell 2" if kind == "notebook" else "number 2 in your file"
    assert f"The version of `double` {where} would" in said(report, "doubles")


@KINDS
def test_wrong_versions_are_not_named(grade: Grade, kind: str) -> None:
    """Where no version is right, none is told."""
    report = grade(BAD, BAD.replace("x * x", "x"), BAD, TRIPLE, LEARNER, kind=kind)
    assert "version" not in said(report, "doubles") and report.score.points == 3


def test_a_version_that_does_not_fit_is_tried_as_well(grade: Grade) -> None:
    """A later version that takes other arguments is not graded, and is told where it is right all the same."""
    report = grade(BAD, "def double(x, times, more):\n    return 2 * x", TRIPLE, LEARNER)
    assert "version" not in said(report, "doubles")
    report = grade("def double(x, times=1, *more):\n    return 2 * x", "def double(x):\n    return 1 / 0")
    assert "in cell 1 would have passed" in said(report, "doubles")


@KINDS
def test_a_function_of_another_name_that_is_right_is_suggested(grade: Grade, kind: str) -> None:
    """Where a name is missing, a function that answers as it should is told, and only such a one; it earns nothing."""
    report = grade("def square(x): return x * x", "def twice(x): return 2 * x", TRIPLE, LEARNER, kind=kind)
    assert "Your `twice` answers as `double` should: it has to be called `double`." in said(report, "doubles")
    assert "square" not in said(report, "doubles")
    assert report.score.points == 3 and report.results[0].verdict is Verdict.MISSING


@KINDS
def test_functions_that_are_wrong_are_not_suggested(grade: Grade, kind: str) -> None:
    """Functions that answer wrongly, raise, or take other arguments are not told."""
    cells = ["def square(x): return x * x", "def fails(x): raise ValueError", "def two(x, y): return 2 * x", TRIPLE]
    report = grade(*cells, "from operator import neg\nfrom math import sqrt", LEARNER, kind=kind)
    told = said(report, "doubles")
    assert not any(f"`{name}`" in told for name in ("square", "fails", "two", "neg", "sqrt", "triple"))


def test_a_librarys_part_is_told_as_such(grade: Grade) -> None:
    """A name that is a library's is missing, with the library named."""
    report = grade(GOOD, TRIPLE, "from fastai.learner import Learner")
    assert "The `Learner` you use is fastai's; write one of your own." in said(report, "learns")
    assert report.results[2].verdict is Verdict.MISSING and report.score.points == 5


def test_what_passes_is_left_alone(grade: Grade) -> None:
    """A right submission is told nothing, whatever versions it has."""
    report = grade(BAD, GOOD, GOOD, TRIPLE, LEARNER)
    assert report.score.points == report.score.max_points == 6
    assert all(one.finding is None and one.hint is None for one in report.results)


def test_a_wrong_version_that_harms_is_only_tried(grade: Grade) -> None:
    """A version that ends its process when it is tried costs nothing and is not told; an earlier one still is."""
    harmful = "import os\ndef double(x):\n    os._exit(0)"
    report = grade(GOOD, harmful, BAD, TRIPLE, LEARNER)
    assert "in cell 1 would have passed" in said(report, "doubles") and report.score.points == 3


def failed(*functions: str, verdict: Verdict = Verdict.FAILED) -> CheckResult:
    return CheckResult("check", "title", functions, verdict, 0, 1, Finding("The value is wrong."))


def opened(server: Server, *cells: str) -> LiveSession:
    exercise = course.parse(TOML.encode(), Path("/nonexistent"))
    return LiveSession(server, submission(cells, "notebook"), exercise, running=Running(whole=True))


def test_tries_are_bounded(server: Server) -> None:
    """However many versions and results there are, no more than a fixed number of checks is run again."""
    session = opened(server, *(f"def double(x): return {number}" for number in range(30)))
    tried: list[str] = []

    def passes(pinned: Session, check: str) -> bool:
        tried.append(check)
        return False

    results = [dataclasses.replace(failed("double"), id=f"check{number}") for number in range(5)]
    assert alternatives.explained(results, session, passes) == results
    assert len(tried) == alternatives.MOST_TRIES
    session.close()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_what_failed_by_its_answer_is_tried_again(server: Server, verdict: Verdict) -> None:
    """Checks that passed, were not tried, ran out of time or trained are not run again, and nothing else changes."""
    session = opened(server, GOOD, BAD)
    tried: list[str] = []

    def passes(pinned: Session, check: str) -> bool:
        tried.append(check)
        return True

    result = failed("double", verdict=verdict)
    (after,) = alternatives.explained([result], session, passes)
    again = verdict in (Verdict.FAILED, Verdict.RAISED, Verdict.MISSING, Verdict.CRASHED)
    assert bool(tried) is again
    assert (after.verdict, after.points, after.max_points) == (result.verdict, result.points, result.max_points)
    assert (after != result) is again
    tried.clear()
    others = [dataclasses.replace(result, finding=None), dataclasses.replace(result, spent=(Spent(),))]
    assert alternatives.explained(others, session, passes) == others and tried == []
    session.close()


def test_a_pinned_session_has_the_other_version_in_its_place(server: Server) -> None:
    """In a pinned session a name stands for one version in every guest; the session itself stays as it is."""
    session = opened(server, GOOD, BAD)
    (first, *_), answers = alternatives.candidates(failed("double"), session), []
    for one in (first[1], first[1], session):
        guest = one.guest(Limits())
        answers.append(guest.ask(Call("call", "double", (5,))))
        guest.close()
    assert answers == [Returned(10), Returned(10), Returned(25)]
    session.close()
