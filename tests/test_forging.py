"""Attacks that want marks for nothing, each with its verdict pinned, and honest code that looks like them.

The files in tests/attacks/forging and tests/attacks/honest have the form of those in tests/students: comment lines
`# key: value`, then a docstring. An attack has at least one function wrong, and code that tries to be marked for it all
the same; what it pins is never PASSED. An honest twin uses the same means for a good reason and keeps full marks.
"""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from test_students import (  # noqa: F401  # `bench` and `exercise_of` are fixtures
    SOLUTIONS,
    Pinned,
    Workbench,
    assert_harmless_to_show,
    bench,
    exercise_of,
    read_pinned,
    unexpected,
    unreadable,
)

from grader import report_json, table
from grader.terminal import Terminal, console
from grader.values import CheckResult, Exercise, Report, Verdict

FOLDER = Path(__file__).parent / "attacks"
ATTACKS = sorted((FOLDER / "forging").glob("*.py"))
HONEST = sorted((FOLDER / "honest").glob("*.py"))
OWN_WORD = "what happened inside the guest is known from the guest only: "
FIXED = "the check has fixed arguments only: "
SUCCEEDS = {  # attacks that do earn points, and why; whoever stops one takes it from here
    "guest_describe": OWN_WORD + "the class of an exception",
    "guest_hides_changes": OWN_WORD + "whether an argument was changed",
    "guest_hides_changes_by_frame": OWN_WORD + "whether an argument was changed",
    "guest_probe_answer": OWN_WORD + "what a probe saw",
    "guest_probe_caller": OWN_WORD + "what a probe saw",
    "guest_sent_facts": OWN_WORD + "whether a tensor requires gradients",
    "known_baseline": FIXED + "one number, which the docstring gives",
    "known_table_of_arguments": FIXED + "they can be looked up",
    "known_table_of_shapes": FIXED + "they can be looked up",
}
HTML = {
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "strong", "span", "p", "pre", "div"),
    *("style", "class", "scope", "colspan", "aria-hidden"),
}
COMMAND = re.compile(r"^\s*(::|##)", re.MULTILINE)  # what CI runners take for a command


def targeted(result: CheckResult, pinned: Pinned) -> bool:
    """Whether the file says that this check is not to be passed."""
    asked = pinned.expect.get(result.id) or pinned.expect.get(result.functions[0]) or pinned.expect.get("all")
    return asked is not None and "PASSED" not in asked


def graded(path: Path, pinned: Pinned, bench: Workbench, exercise_of: Callable[..., Exercise]) -> Report:  # noqa: F811
    """The report on a file, after its base where it has one."""
    source = path.read_bytes()
    if pinned.base:
        source = (SOLUTIONS / f"{pinned.exercise}.py").read_bytes() + b"\n\n" + source
    return bench.grade(exercise_of(pinned.exercise, pinned.limits), source, path.name, pinned.select)


def complaints(report: Report, pinned: Pinned) -> list[str]:
    """Everything about a report that is not as its file says."""
    known = {name for result in report.results for name in (result.id, *result.functions)} | {"all"}
    problems = [f"{name!r} is no check that was run" for name in pinned.expect if name not in known]
    problems += [problem for result in report.results for problem in unexpected(result, pinned)]
    return problems + list(unreadable(report, pinned))


class Elements(HTMLParser):
    """The elements of a page, and its attributes' names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}

    def handle_comment(self, data: str) -> None:
        self.found.add("comment")


def assert_without_commands(report: Report) -> None:
    """No line of what is shown or written begins with a command or holds an escape code, and HTML is all our own."""
    assert_harmless_to_show(report)
    stream = io.StringIO()
    terminal = Terminal(console(stream, colour=False), True, verbose=True)
    for result in report.results:
        terminal.result(result)
    terminal.end(report)
    page = table.render(json.loads(report_json.dumps(report)), verbose=True)
    assert Elements(page).found <= HTML
    for text in (stream.getvalue(), report_json.dumps(report)):
        assert not COMMAND.search(text), text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), text


def attack(path: Path) -> ParameterSet:
    """A case that has to fail as long as its attack is known to succeed."""
    reason = SUCCEEDS.get(path.stem)
    marks = [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)] if reason else []
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("path", [attack(path) for path in ATTACKS])
def test_an_attack_earns_nothing(path: Path, bench: Workbench, exercise_of: Callable[..., Exercise]) -> None:  # noqa: F811
    """An attack has the verdict its file pins, no more points than its honest rest, and harms nobody after it."""
    pinned = read_pinned(path.read_bytes())
    report = graded(path, pinned, bench, exercise_of)

    assert [result.id for result in report.results] == bench.selected(exercise_of(pinned.exercise, {}), pinned.select)
    problems = complaints(report, pinned)
    assert not problems, "\n".join(problems)
    aimed_at = [result for result in report.results if targeted(result, pinned)]
    assert aimed_at and not any(result.points for result in aimed_at)
    assert report.score.points <= sum(result.max_points for result in report.results if result not in aimed_at)
    assert_without_commands(report)
    assert not (left := bench.left_running()), f"still running: {left}"

    solution = (SOLUTIONS / "exercise1.py").read_bytes()
    after = bench.grade(exercise_of("exercise1", {}), solution, "exercise1.py", "rank or double_evens_takes")
    assert [result.verdict for result in after.results] == [Verdict.PASSED] * 2


@pytest.mark.parametrize("path", HONEST, ids=lambda path: path.stem)
def test_an_honest_twin_keeps_full_marks(path: Path, bench: Workbench, exercise_of: Callable[..., Exercise]) -> None:  # noqa: F811
    """Right code that uses what attacks use passes every check."""
    pinned = read_pinned(path.read_bytes())
    report = graded(path, pinned, bench, exercise_of)

    assert [result.id for result in report.results] == bench.selected(exercise_of(pinned.exercise, {}), pinned.select)
    problems = complaints(report, pinned)
    assert not problems, "\n".join(problems)
    assert report.score.points == sum(result.max_points for result in report.results) > 0
    assert_without_commands(report)


def test_attacks_are_found() -> None:
    """There are at least 40 attacks, each with one sentence on what it tries and a verdict that is not PASSED."""
    assert len(ATTACKS) >= 40
    assert {path.stem for path in ATTACKS} >= set(SUCCEEDS)
    for path in ATTACKS:
        pinned = read_pinned(path.read_bytes())
        text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
        assert text.endswith(".") and "\n" not in text, f"{path.name}: one sentence says what it tries"
        assert pinned.exercise and pinned.expect, f"{path.name} pins nothing"
        assert any("PASSED" not in verdicts for verdicts in pinned.expect.values()), f"{path.name} pins no loss"
        known = {name for verdicts in pinned.expect.values() for name in verdicts}
        assert known <= set(Verdict.__members__), f"{path.name}: a verdict is unknown"


def test_honest_twins_are_found() -> None:
    """There are at least 12 honest twins, and each pins full marks."""
    assert len(HONEST) >= 12
    for path in HONEST:
        assert read_pinned(path.read_bytes()).expect == {"all": {"PASSED"}}, path.name
        assert ast.get_docstring(ast.parse(path.read_bytes())), f"{path.name} has no docstring"
