"""`grade hint` goes on where it stopped, and a state that is lost or broken costs nothing."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import progress
from grader.values import CheckResult, Exercise, Name, Report, Score, Submission, Verdict

HINTS = ("nudge", "push", "nearly the answer")
EXERCISE = Exercise("one", "One", Path("one"), (Name("f", "(x)", HINTS), Name("g", "(x)", ("only",)), Name("h", "(x)")))


def a_report(*verdicts: tuple[str, Verdict]) -> Report:
    results = tuple(CheckResult(name, name, (name,), verdict, 0, 1) for name, verdict in verdicts)
    return Report(EXERCISE, Submission("one.py", b"", ""), results, Score(0, len(results), len(results), False))


def hint(folder: Path, place: Path = Path("here")) -> tuple[str, str, int]:
    return progress.next_hint(folder, EXERCISE, place)


def test_hints_come_one_by_one_and_stay_at_the_last(tmp_path: Path) -> None:
    """Each call gives the next hint and how many are left; the last one is given again and again."""
    said = [hint(tmp_path) for _ in range(5)]
    assert said == [
        ("f", text, left) for text, left in zip((*HINTS, HINTS[-1], HINTS[-1]), (2, 1, 0, 0, 0), strict=True)
    ]


def test_the_hint_is_for_what_failed_first(tmp_path: Path) -> None:
    """A wrong function comes before one not written yet; passed ones need no hint."""
    place = Path("here")
    progress.remember(tmp_path, a_report(("f", Verdict.MISSING), ("g", Verdict.FAILED)), place)
    assert hint(tmp_path)[0] == "g"
    progress.remember(tmp_path, a_report(("f", Verdict.MISSING), ("g", Verdict.PASSED)), place)
    assert hint(tmp_path)[:2] == ("f", "nudge")


def test_another_run_does_not_start_the_hints_anew(tmp_path: Path) -> None:
    """Grading again between two hints keeps count of those given."""
    report = a_report(("f", Verdict.FAILED))
    for text in HINTS:
        progress.remember(tmp_path, report, Path("here"))
        assert hint(tmp_path)[1] == text


def test_places_and_functions_are_counted_apart(tmp_path: Path) -> None:
    """Two folders, and two functions, each have their own count."""
    assert hint(tmp_path, Path("here"))[1] == "nudge"
    assert hint(tmp_path, Path("there"))[1] == "nudge"
    progress.remember(tmp_path, a_report(("g", Verdict.FAILED)), Path("here"))
    assert hint(tmp_path, Path("here")) == ("g", "only", 0)


def test_an_exercise_without_hints_says_so(tmp_path: Path) -> None:
    """Where no function has hints there is a sentence instead."""
    bare = Exercise("bare", "Bare", Path("bare"), (Name("h", "(x)"),))
    assert progress.next_hint(tmp_path, bare, Path("here")) == ("", "This exercise has no hints.", 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["given", "next", "f"]), inner),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()) | st.just(b"[" * 100_000))
def test_a_broken_state_file_costs_nothing(content: bytes) -> None:
    """Whatever stands in the state file, a hint is given, further ones follow, and a run is remembered."""
    with tempfile.TemporaryDirectory() as name:
        folder, place = Path(name), Path("here")
        hint(folder)
        (state,) = folder.iterdir()
        state.write_bytes(content)
        function, text, left = hint(folder)
        expected = {entry.name: entry.hints for entry in EXERCISE.names}[function]
        assert text == expected[len(expected) - 1 - left]
        progress.remember(folder, a_report(("g", Verdict.FAILED)), place)
        assert hint(folder)[0] == "g"


@pytest.mark.parametrize("blocked", ["a file in the way", "a folder in the way"])
def test_a_place_that_cannot_be_written_costs_nothing(tmp_path: Path, blocked: str) -> None:
    """Where the state can't be kept, the first hint is given every time and nothing fails."""
    folder = tmp_path / "state"
    if blocked == "a file in the way":
        folder.write_text("")
    else:
        hint(folder)
        (state,) = folder.iterdir()
        state.unlink()
        state.mkdir()
    progress.remember(folder, a_report(("g", Verdict.FAILED)), Path("here"))
    assert [hint(folder)[1] for _ in range(2)] == ["nudge", "nudge"]
