"""What the judge makes of checks: markers, points, order, exceptions, and the same examples everywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import InProcessGuest, InProcessSession, grade

from grader import course
from grader.judge import Judge, run_checks
from grader.marked import MARKERS
from grader.values import CheckResult, Limits, Verdict

ROOT = Path(__file__).resolve().parents[1]
TOML = 'id = "made_up"\ntitle = "Made up"\n[[names]]\nname = "f"\nsignature = "(x)"\n'
HEAD = "import pytest\nfrom hypothesis import given, strategies as st\nfrom grader import expect\n"


def run(tmp_path: Path, checks: str, source: str) -> dict[str, CheckResult]:
    (tmp_path / "exercise.toml").write_text(TOML)
    (tmp_path / "checks.py").write_text(HEAD + checks)
    return {result.id: result for result in grade(tmp_path, source.encode())}


def test_points_functions_and_titles_come_from_the_markers(tmp_path: Path) -> None:
    """A check's worth, its functions and its first docstring line are what the result says."""
    checks = (
        '@pytest.mark.points(4)\n@pytest.mark.functions("f")\ndef test_a(student):\n    """Says it.\n\n    More."""\n'
    )
    result = run(tmp_path, checks, "f = 1")["a"]
    assert (result.title, result.points, result.max_points, result.functions) == ("Says it.", 4, 4, ("f",))


def test_a_check_whose_need_failed_is_skipped(tmp_path: Path) -> None:
    """needs: the later check is not tried and earns nothing; it says which one comes first."""
    checks = (
        "def test_a(student):\n    '''A first'''\n    expect.exactly(student.f(1), 2)\n"
        "@pytest.mark.needs('a')\ndef test_b(student):\n    pass\n"
        "@pytest.mark.needs('test_b')\ndef test_c(student):\n    pass\n"
    )
    wrong = run(tmp_path, checks, "def f(x): return 1")
    assert [result.verdict for result in wrong.values()] == [Verdict.FAILED, Verdict.SKIPPED, Verdict.SKIPPED]
    assert wrong["b"].points == 0 and wrong["b"].finding is not None and "A first" in wrong["b"].finding.message
    right = run(tmp_path, checks, "def f(x): return 2")
    assert {result.verdict for result in right.values()} == {Verdict.PASSED}


def test_credit_gives_part_of_the_points(tmp_path: Path) -> None:
    """credit: a failing check keeps the points granted, never more than its own, and says why."""
    checks = (
        "@pytest.mark.points(3)\ndef test_a(student, credit):\n"
        "    credit(2, 'the sign is right')\n    assert student.f(1) == 5\n"
        "def test_b(student, credit):\n    credit(9, 'generous')\n    assert student.f(1) == 5\n"
    )
    wrong = run(tmp_path, checks, "def f(x): return 1")
    assert (wrong["a"].points, wrong["a"].notes, wrong["b"].points) == (2, ("the sign is right",), 1)
    assert wrong["a"].verdict is Verdict.FAILED
    assert run(tmp_path, checks, "def f(x): return 5")["a"].points == 3


def test_skip_means_not_applicable(tmp_path: Path) -> None:
    """A check that cannot run here is out of the points that can be had."""
    result = run(tmp_path, "def test_a(student):\n    pytest.skip('no GPU here')\n", "f = 1")["a"]
    assert (result.verdict, result.max_points) == (Verdict.NOT_APPLICABLE, 0)


FAULTS = {
    "typo_in_the_check": ("def test_a(student):\n    student.f(1)\n    nothing_like_this\n", Verdict.UNGRADABLE),
    "check_breaks_before_any_answer": ("def test_a(student):\n    [][0]\n", Verdict.UNGRADABLE),
    "check_breaks_on_a_value": ("def test_a(student):\n    student.f(1) + 1\n", Verdict.FAILED),
    "a_name_that_is_none_of_the_exercise": ("def test_a(student):\n    student.g(1)\n", Verdict.UNGRADABLE),
    "no_such_fixture": ("def test_a(student, nothing):\n    pass\n", Verdict.UNGRADABLE),
}


@pytest.mark.parametrize("name", FAULTS)
def test_whose_fault_it_is(tmp_path: Path, name: str) -> None:
    """A check's own bug is UNGRADABLE; a check that trips over what was returned is the student's FAILED."""
    checks, verdict = FAULTS[name]
    assert run(tmp_path, checks, "def f(x): return 'text'")["a"].verdict is verdict


def test_the_smallest_failing_call_is_shown(tmp_path: Path) -> None:
    """Hypothesis shrinks across the wire; the report holds the smallest call, what came and what should have."""
    checks = "@given(x=st.integers(0, 1000))\ndef test_a(student, x):\n    expect.exactly(student.f(x), x)\n"
    result = run(tmp_path, checks, "def f(x): return x if x < 17 else 0")["a"]
    assert result.finding is not None
    assert (result.finding.call, result.finding.got, result.finding.expected) == ("f(17)", "0", "17")


def test_the_smallest_raising_call_is_shown(tmp_path: Path) -> None:
    """An exception is shrunk as well, and comes with the student's own line."""
    checks = "@given(x=st.integers(0, 1000))\ndef test_a(student, x):\n    student.f(x)\n"
    result = run(tmp_path, checks, "def f(x):\n    return 1 / max(0, 40 - x)\n")["a"]
    assert result.verdict is Verdict.RAISED and result.finding is not None and result.finding.call == "f(40)"
    assert [frame.source for frame in result.finding.frames] == ["return 1 / max(0, 40 - x)"]


def test_answers_that_change_are_named_as_such(tmp_path: Path) -> None:
    """A function that gives another answer to the same call has failed, and is told so."""
    checks = "@given(x=st.integers())\ndef test_a(student, x):\n    expect.exactly(student.f(x), 1)\n"
    source = "count = []\ndef f(x):\n    count.append(x)\n    return 0 if len(count) == 3 else 1\n"
    result = run(tmp_path, checks, source)["a"]
    assert result.verdict is Verdict.FAILED and result.finding is not None
    assert "different answers" in result.finding.message


def test_an_assertion_of_pytest_is_explained(tmp_path: Path) -> None:
    """A plain assert fails with pytest's own explanation and the call."""
    result = run(tmp_path, "def test_a(student):\n    assert student.f(1) == 3\n", "def f(x): return 4")["a"]
    assert result.verdict is Verdict.FAILED and result.finding is not None
    assert "assert 4 == 3" in result.finding.message and result.finding.call == "f(1)"


def test_markers_are_documented() -> None:
    """Each marker has a line for `pytest --markers`."""
    assert [line.split("(")[0].split(":")[0] for line in MARKERS] == [
        "points",
        "needs",
        "functions",
        "hidden",
        "observed",
    ]


EXAMPLES = """
import zlib
seen = []
@given(x=st.integers(), y=st.floats(), z=st.text())
def test_a(student, x, y, z):
    seen.append((x, y.hex(), z))
    student.f(x)
def test_b(student):
    assert False, f"digest {zlib.crc32(repr(seen).encode('utf-8', 'surrogatepass'))} of {len(seen)}"
"""


def test_examples_are_the_same_everywhere(tmp_path: Path) -> None:
    """The examples do not depend on the command, the working folder, or which other modules are loaded."""
    folder = tmp_path / "course" / "made_up"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text(TOML)
    (folder / "constants_of_somebody.py").write_text("A, B, C = 123456789, 'a very special text', 2.718281828\n" * 50)
    (tmp_path / "answer.py").write_text("def f(x): return x\n")
    extra = f"import sys; sys.path.insert(0, {str(folder)!r}); import constants_of_somebody\n"
    (tmp_path / "elsewhere").mkdir()
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer, checks, digests = tmp_path / "answer.py", folder / "checks.py", set()
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'grade'; from grader.cli import main; main()"]
    graded = [*command, "made_up", str(answer), "--course", str(folder.parent)]
    tested = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--submission", str(answer), str(checks)]
    tested += ["-p", "grader.plugin"] if "grader.plugin" not in _plugins() else []
    for head, run, where in ((HEAD, graded, tmp_path), (extra + HEAD, graded, tmp_path / "elsewhere"),
                             (HEAD, tested, tmp_path), (extra + HEAD, tested, tmp_path / "elsewhere")):  # fmt: skip
        checks.write_text(head + EXAMPLES)
        done = subprocess.run(run, cwd=where, env=path, capture_output=True, text=True, timeout=120)
        digests |= set(re.findall(r"digest \d+ of \d+", done.stdout))
        assert "digest" in done.stdout, done.stdout + done.stderr
        assert not list(where.glob(".hypothesis"))
    assert len(digests) == 1, digests


def _plugins() -> set[str]:
    from importlib.metadata import entry_points

    return {point.value for point in entry_points(group="pytest11")}


class _Slow(InProcessSession):
    """A session whose guests are over their budget as often as `times` says."""

    times = 0

    def guest(self, limits: Limits, sealed: bool = False) -> InProcessGuest:
        guest = super().guest(limits)
        over, self.times = self.times > 0, self.times - 1
        guest.overtime = lambda: over  # type: ignore[method-assign]  # a fake of a fake
        return guest


@pytest.mark.parametrize(("times", "verdict"), [(0, Verdict.PASSED), (1, Verdict.PASSED), (2, Verdict.TIMED_OUT)])
def test_a_check_near_its_budget_is_tried_once_more(tmp_path: Path, times: int, verdict: Verdict) -> None:
    """Over the budget once: the second try counts. Over it twice: TIMED_OUT."""
    (tmp_path / "exercise.toml").write_text(TOML)
    (tmp_path / "checks.py").write_text(HEAD + "def test_a(student):\n    expect.exactly(student.f(1), 1)\n")
    exercise = course.read_exercise(tmp_path)
    session = _Slow(b"def f(x): return x", exercise)
    session.times = times
    results: list[CheckResult] = []
    run_checks(Judge(lambda path: exercise, lambda known: session, results.append), exercise.checks_file)
    assert [result.verdict for result in results] == [verdict]


def test_no_conftest_above_a_course_reaches_the_judge(tmp_path: Path) -> None:
    """A conftest.py beside or above the checks is not loaded: it could decide marks."""
    folder = tmp_path / "made_up"
    folder.mkdir()
    for place in (tmp_path, folder):
        (place / "conftest.py").write_text("raise RuntimeError('loaded')\n")
    assert run(folder, "def test_a(student):\n    pass\n", "f = 1")["a"].verdict is Verdict.PASSED
