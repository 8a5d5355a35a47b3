"""The JSON report has the keys that others read, always all of them, and is plain ASCII."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from grader import report_json, score
from grader.values import CheckResult, Exercise, Finding, Report, Submission, Verdict

KEYS = {
    *("schema", "exercise", "course_version", "submission", "points", "max_points", "passed", "exit_code"),
    *("checks", "environment"),
}
CHECK_KEYS = {
    *("id", "title", "functions", "verdict", "points", "max_points", "message", "call", "got", "expected"),
    *("mistake", "hint", "cell", "line"),
}
TEXT = st.text(st.characters(), max_size=20)  # lone surrogates included
MAYBE = st.none() | TEXT
FINDINGS = st.none() | st.builds(Finding, TEXT, MAYBE, MAYBE, MAYBE)
RESULTS = st.builds(
    CheckResult,
    id=TEXT,
    title=TEXT,
    functions=st.lists(TEXT, max_size=2).map(tuple),
    verdict=st.sampled_from(Verdict),
    points=st.integers(0, 3),
    max_points=st.integers(0, 3),
    finding=FINDINGS,
    mistake=MAYBE,
    hint=MAYBE,
    line=st.none() | st.integers(1, 9),
    cell=st.none() | st.integers(1, 9),
)


def a_report(results: list[CheckResult], path: str = "one.py") -> Report:
    exercise = Exercise("one", "One", Path("one"), (), version="abc")
    submission = Submission(path, b"x = 1", "0f")
    environment = (("python", "3.10"),)
    return Report(exercise, submission, tuple(results), score.total(results, None), environment)


@given(st.lists(RESULTS, max_size=3), TEXT)
def test_the_report_says_all_and_nothing_else(results: list[CheckResult], path: str) -> None:
    """Read back, the text has exactly the keys of schema 1, and their values are those of the report."""
    report = a_report(results, path)
    text = report_json.dumps(report)
    assert text.isascii()
    read = json.loads(text)
    assert set(read) == KEYS
    assert (read["schema"], read["exercise"], read["course_version"]) == (1, "one", "abc")
    assert read["submission"] == {"path": path, "sha256": "0f"}
    assert read["environment"] == {"python": "3.10"}
    for key in ("points", "max_points", "passed", "exit_code"):
        assert read[key] == getattr(report.score, key)
    for entry, result in zip(read["checks"], results, strict=True):
        assert set(entry) == CHECK_KEYS
        for key in ("id", "title", "verdict", "points", "max_points", "mistake", "hint", "cell", "line"):
            assert entry[key] == getattr(result, key)
        assert entry["functions"] == list(result.functions)
        for key in ("message", "call", "got", "expected"):
            assert entry[key] == (None if result.finding is None else getattr(result.finding, key))


def test_what_is_absent_is_null() -> None:
    """A check that passed has nulls for all that is told of failures."""
    entry = report_json.check(CheckResult("a", "A", ("f",), Verdict.PASSED, 1, 1))
    assert [key for key, value in entry.items() if value is None] == [
        *("message", "call", "got", "expected", "mistake", "hint", "cell", "line"),
    ]
    assert entry["verdict"] == "PASSED"
