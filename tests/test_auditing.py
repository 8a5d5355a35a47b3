"""The audit tells good checks from lax ones: with made-up results for each step, then whole, on a small course."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from grader import auditing, course, terminal
from grader.checking import Setting
from grader.errors import UsageError
from grader.mutants import mutants
from grader.values import CheckResult, Exercise, Finding, Spent, Verdict

TOML = """
id = "tiny"
title = "Tiny"
[limits]
cpu_s = 1
[[names]]
name = "double"
signature = "(x)"
"""
STUB = "def double(x):\n    raise NotImplementedError\n"
SOLUTION = "def double(x):\n    return x * 2\n"
MISTAKES = '''
def double__squares(x):
    """That is the square."""
    return x * x
'''
CHECKS = '''
import pytest
from grader import expect

@pytest.mark.points(2)
@pytest.mark.functions("double")
def test_double_doubles(student):
    """double gives twice its argument"""
    for x in NUMBERS:
        expect.exactly(student.double(x), 2 * x)
'''


def write_course(folder: Path, numbers: str = "(3, 0, -4, 10**30)", **files: str) -> Path:
    """A course of one exercise without torch, and its solution; returns the course's folder."""
    exercise = folder / "exercises" / "tiny"
    exercise.mkdir(parents=True)
    (folder / "solutions").mkdir()
    contents = {"exercise.toml": TOML, "checks.py": CHECKS.replace("NUMBERS", numbers), "tiny.py": STUB}
    contents |= {"mistakes.py": MISTAKES} | {name.replace("_py", ".py"): text for name, text in files.items()}
    for name, text in contents.items():
        (exercise / name).write_text(text)
    (folder / "solutions" / "tiny.py").write_text(SOLUTION)
    return exercise.parent


@pytest.fixture
def tiny(tmp_path: Path) -> Exercise:
    return course.find_exercise(write_course(tmp_path), "tiny")


class Fake:
    """Grades in this process: one check per number, which `accepts` decides; failures are taken for `mistake`."""

    def __init__(self, accepts: Callable[[Any, int], bool], mistake: tuple[str, str] | None = None) -> None:
        self.accepts, self.mistake = accepts, mistake
        self.sources: list[str] = []

    def __call__(
        self, source: str, select: Collection[str] = (), quick: bool = True, stop: bool = False
    ) -> list[CheckResult]:
        self.sources.append(source)
        results: list[CheckResult] = []
        for number in (3, 0, -4):
            if (not select or f"doubles_{number}" in select) and not (stop and results and results[-1].finding):
                results.append(self._result(source, number, quick))
        return results

    def _result(self, source: str, number: int, quick: bool) -> CheckResult:
        verdict = self._verdict(source, number)
        finding = None if verdict is Verdict.PASSED else Finding("no")
        mistake = (None, None) if quick or finding is None or self.mistake is None else self.mistake
        points = 0 if finding else 1
        return CheckResult(f"doubles_{number}", "", ("double",), verdict, points, 1, finding, *mistake)

    def _verdict(self, source: str, number: int) -> Verdict:
        namespace: dict[str, Any] = {}
        try:
            exec(source, namespace)
            accepted = self.accepts(namespace["double"](number), number)
        except NotImplementedError:
            return Verdict.MISSING
        except BaseException:
            return Verdict.RAISED
        return Verdict.PASSED if accepted else Verdict.FAILED


def strict(got: Any, number: int) -> bool:
    return type(got) is int and got == 2 * number


def nothing(*args: Any) -> None:
    pass


def test_stub_step_wants_nothing_but_missing(tiny: Exercise) -> None:
    """The stub step is clean where every check says MISSING, and complains of each other verdict."""
    assert auditing.stub(tiny, Fake(strict)).clean
    tiny.stub_file.write_text("def double(x):\n    return 6\n")
    step = auditing.stub(tiny, Fake(strict))
    assert not step.clean and len(step.complaints) == 3
    assert step.summary == "stub graded wrongly"


def test_solution_step_counts_points() -> None:
    """The solution step tells the points, and complains where one is lost."""
    step = auditing.of_solution(Fake(strict)(SOLUTION))
    assert step.clean and step.summary == "solution 3/3"
    step = auditing.of_solution(Fake(strict)("def double(x):\n    return 6\n"))
    assert not step.clean and step.summary == "solution 1/3"
    assert step.complaints == ("solution: doubles_0 says FAILED no", "solution: doubles_-4 says FAILED no")


@pytest.mark.parametrize(
    ("lax", "seen"),
    [
        (lambda got, number: strict(got, number) or got is None, "return None"),
        (lambda got, number: got == 2 * number, "return Liar()"),
        (lambda got, number: strict(got, number) or hasattr(got, "__next__"), "return iter([1])"),
    ],
)
def test_garbage_passes_lax_checks_only(tiny: Exercise, lax: Callable[[Any, int], bool], seen: str) -> None:
    """A worthless answer is among the garbage for each kind of lax check, and none of it passes a strict one."""
    tame = [one for one in auditing.garbage.submissions(tiny.names, False) if one.only_a_value]
    assert len(tame) > 20
    for accepts, clean in ((strict, True), (lax, False)):
        fake = Fake(accepts)
        wrong = [one.label for one in tame if any(result.finding is None for result in fake(one.source))]
        assert (not wrong) is clean
    assert seen in wrong


def test_garbage_step_notices_what_cannot_be_graded(tiny: Exercise) -> None:
    """The garbage step complains of a check that comes out UNGRADABLE, and says on what."""

    def grade(source: str, *args: Any, **kwargs: Any) -> list[CheckResult]:
        verdict = Verdict.UNGRADABLE if "return 1j" in source else Verdict.FAILED
        return [CheckResult("check", "", ("double",), verdict, 0, 1, Finding("why"))]

    step = auditing.of_garbage(tiny, grade, nothing)
    assert step.complaints == ("garbage `return 1j`: check says UNGRADABLE why",)
    assert not step.clean


def test_mistakes_step_wants_each_caught_and_named(tiny: Exercise) -> None:
    """A known mistake has to fail a check, and one of the checks has to name it and give its hint."""
    right = Fake(strict)(SOLUTION)
    for accepts, mistake, complaint in (
        (strict, ("squares", "That is the square."), ()),
        (strict, ("squares", "Another hint."), ("double__squares: is caught, but taken for: squares",)),
        (strict, ("halves", "That is the square."), ("double__squares: is caught, but taken for: halves",)),
        (strict, None, ("double__squares: is caught, but taken for: no known mistake",)),
        (lambda got, number: got in (2 * number, number**2), None, ("double__squares: is not caught",)),
    ):
        step = auditing.of_mistakes(tiny, SOLUTION, right, Fake(accepts, mistake), nothing)
        assert step.complaints == complaint
        assert step.clean is not complaint
        assert step.summary == f"{0 if complaint else 1} of 1 mistakes caught and named"


def test_mutants_step_lists_survivors() -> None:
    """Mutants with full marks are listed; more than one in twenty is too many."""
    right = Fake(strict)(SOLUTION)
    step = auditing.of_mutants(SOLUTION, right, Fake(strict), nothing)
    count = len(mutants(SOLUTION))
    assert step.clean and not step.survivors
    assert step.summary == f"{count} of {count} mutants caught (100.0 %)"
    step = auditing.of_mutants(SOLUTION, right, Fake(lambda got, number: type(got) is int), nothing)
    assert not step.clean
    assert "double:2 2 -> 3" in [mutant.id for mutant in step.survivors]


def test_code_that_only_trains_has_no_mutants() -> None:
    """What serves a training run alone is marked by what it learns; what another check looks at as well is mutated."""
    source = f"{SOLUTION}\n\ndef train():\n    return net(double(3)) + 1\n\n\ndef net(x):\n    return x + 1\n"
    trained = CheckResult("learns", "", ("train",), Verdict.PASSED, 1, 1, spent=(Spent(1.0, 1.0),))
    right = [*Fake(strict)(source), trained]
    step = auditing.of_mutants(source, right, Fake(strict), nothing)
    count = len(mutants(SOLUTION))
    assert len(mutants(source)) > count and step.summary == f"{count} of {count} mutants caught (100.0 %)"


def test_only_the_checks_of_a_function_run_where_they_notice(tiny: Exercise) -> None:
    """A mutant is graded a second time, by all checks, only where those of its function see nothing wrong."""
    right = Fake(strict)(SOLUTION)
    noticing, blind = Fake(strict), Fake(lambda got, number: True)
    auditing.of_mutants(SOLUTION, right, noticing, nothing)
    assert len(noticing.sources) == len(mutants(SOLUTION))
    auditing.of_mutants(SOLUTION, right, blind, nothing)
    assert len(blind.sources) > len(mutants(SOLUTION))


def audited(course_folder: Path, solutions: Path | None = None) -> tuple[int, str]:
    """Exit code and output of `grade audit --course ...`, on a server of its own."""
    out = io.StringIO()
    setting = Setting(
        course=course_folder,
        console=lambda: terminal.console(out, colour=False, width=200),
        restore=nothing,
        clean=False,
        plain=False,
        verbose=False,
        json_to=None,
        write=nothing,
        seed=0,
        device="cpu",
        data=lambda: None,
    )
    code = auditing.run(setting, None, solutions, with_mutants=True)
    return code, out.getvalue()


def test_audit_of_a_good_course(tmp_path: Path) -> None:
    """Where the checks are sharp, the audit ends with 0 and one line that sums up."""
    code, text = audited(write_course(tmp_path))
    count = len(mutants(SOLUTION))
    line = "tiny: stub ok, solution 2/2, 1 of 1 mistakes caught and named"
    assert text.strip() == f"{line}, {count} of {count} mutants caught (100.0 %)"
    assert code == 0


def test_audit_of_a_lax_course(tmp_path: Path) -> None:
    """Where 2 is the only example, squaring is not caught, a survivor is shown with its change, and the code is 1."""
    code, text = audited(write_course(tmp_path, numbers="(2,)"))
    assert "double__squares: is not caught" in text
    assert "survivor double:2 * -> +\n      - return x * 2\n      + return x + 2\n" in text
    assert "0 of 1 mistakes caught and named" in text
    assert code == 1


def test_audit_wants_a_solution(tmp_path: Path) -> None:
    """An exercise without reference solution is a usage error that says how to name the folder."""
    folder = write_course(tmp_path)
    with pytest.raises(UsageError, match=r"tiny\.py\. --solutions DIR"):
        audited(folder, tmp_path / "elsewhere")
