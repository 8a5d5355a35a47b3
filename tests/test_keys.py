"""What a result depends on: a key changes when a mark could, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import course, keys
from grader.errors import CourseError

CHECKS = '''
import pytest
LIMIT = 3

def help_out(x):
    return x + LIMIT

@pytest.mark.points(2)
def test_first(student):
    """first"""
    assert student.f(1) == help_out(1)

@pytest.mark.needs("first")
def test_second(student):
    """second"""
    assert student.f(2) == 5

def test_third(student):
    """third"""
    assert student.f(3) == 6
'''


@pytest.fixture
def exercise(tmp_path: Path) -> course.Exercise:
    (tmp_path / "exercise.toml").write_text('id = "small"\ntitle = "Small"\n')
    (tmp_path / "checks.py").write_text(CHECKS)
    return course.read_exercise(tmp_path)


def found(exercise: course.Exercise, conditions: str = "") -> dict[str, tuple[str, str]]:
    return {one.id: (one.text, one.setting) for one in keys.outlines(exercise, conditions)}


def changed(exercise: course.Exercise, old: str, new: str) -> set[str]:
    """Which checks have another key once this text in checks.py is another."""
    exercise.checks_file.write_text(CHECKS)
    before = found(exercise)
    assert old in CHECKS
    exercise.checks_file.write_text(CHECKS.replace(old, new))
    after = found(exercise)
    return {check for check in before if after.get(check) != before[check]}


def test_a_check_and_those_that_need_it_change_together(exercise: course.Exercise) -> None:
    """Where one check is changed, its key is another, and that of each check which is skipped when it fails."""
    assert list(found(exercise)) == ["first", "second", "third"]
    assert changed(exercise, "student.f(1)", "student.f(0)") == {"first", "second"}
    assert changed(exercise, "student.f(3) == 6", "student.f(3) == 7") == {"third"}
    assert changed(exercise, "points(2)", "points(1)") == {"first", "second"}


def test_what_all_share_changes_all(exercise: course.Exercise) -> None:
    """A helper, a constant, the probes, the exercise's limits and the versions are part of every key."""
    everything = {"first", "second", "third"}
    assert changed(exercise, "LIMIT = 3", "LIMIT = 4") == everything
    assert changed(exercise, "x + LIMIT", "LIMIT - x") == everything
    exercise.checks_file.write_text(CHECKS)
    before = found(exercise)
    exercise.probes_file.write_text("def probe():\n    return 1\n")
    probed = found(exercise)
    assert all(probed[name][0] != before[name][0] and probed[name][1] == before[name][1] for name in everything)
    (exercise.folder / "exercise.toml").write_text('id = "small"\ntitle = "Small"\n[limits]\ncpu_s = 1\n')
    limited = found(exercise)
    assert all(limited[name][1] != probed[name][1] and limited[name][0] == probed[name][0] for name in everything)
    others = [keys.conditions("cpu", 0, None), keys.conditions("cuda", 0, None), keys.conditions("cpu", 1, None)]
    others += [keys.conditions("cpu", 0, b"a course's own key"), keys.conditions("cpu", 0, b"another course's key")]
    assert len({found(exercise, text)["first"] for text in others}) == len(others)


def test_comments_and_layout_change_nothing(exercise: course.Exercise) -> None:
    """What decides no mark is in no key."""
    assert changed(exercise, "LIMIT = 3", "LIMIT = 3  # three\n\n\n") == set()


@pytest.mark.parametrize("text", ["def test_x(:\n", "\x00", None])
def test_checks_that_cannot_be_read_are_an_error(exercise: course.Exercise, text: str | None) -> None:
    """No Python, no file: one sentence."""
    exercise.checks_file.unlink()
    if text is not None:
        exercise.checks_file.write_text(text)
    with pytest.raises(CourseError, match="cannot be read"):
        keys.outlines(exercise, "")
