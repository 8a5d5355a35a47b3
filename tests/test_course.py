"""A course is read as it is written, and a malformed exercise.toml is always a CourseError."""

from __future__ import annotations

import json
import keyword
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import course
from grader.errors import CourseError, UsageError
from grader.values import Limits, Name

HERE = Path("there") / "is" / "no" / "such" / "folder"
GOOD = b"""
id = "one"
title = "One"
pass_points = 3
preload = ["torch"]
[limits]
cpu_s = 5
memory_mib = 512
[[names]]
name = "f"
signature = "(a, b=1)"
hints = ["x", "y"]
[data]
needs = ["mnist"]
"""

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=12)
WORDS = st.lists(TEXT.filter(bool), max_size=3).map(tuple)
IDS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
IDENTIFIERS = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True).filter(
    lambda word: not keyword.iskeyword(word)
)
SIGNATURES = st.sampled_from(["", "()", "(a)", "(a, b)", "(f, x, h=1e-3)", "(*, a)", "(a, /, b)", "(*args)"])
NAMES = st.lists(st.builds(Name, IDENTIFIERS, SIGNATURES, WORDS), max_size=3, unique_by=lambda name: name.name)
LIMITS = st.builds(
    Limits,
    cpu_s=st.floats(0.5, 100),
    wall_s=st.floats(0.5, 100),
    memory_mib=st.integers(1, 4096),
    processes=st.integers(1, 100),
    output_kib=st.integers(1, 1000),
)


def written(value: Any) -> str:
    """A value as TOML, whose strings, lists and numbers are written as JSON's."""
    return json.dumps(value, ensure_ascii=False)


def toml(**table: Any) -> bytes:
    return "\n".join(f"{key} = {written(value)}" for key, value in table.items()).encode()


@given(IDS, TEXT, st.none() | st.integers(0, 99), WORDS, LIMITS, NAMES, WORDS)
def test_what_is_written_is_what_is_read(
    exercise_id: str,
    title: str,
    pass_points: int | None,
    preload: tuple[str, ...],
    limits: Limits,
    names: list[Name],
    needs: tuple[str, ...],
) -> None:
    """Every value of a valid exercise.toml comes back as it was written."""
    head = {"id": exercise_id, "title": title, "preload": preload}
    if pass_points is not None:
        head["pass_points"] = pass_points  # type: ignore[assignment]  # a table of mixed values
    parts = [toml(**head), b"[limits]", toml(**vars(limits)), b"[data]", toml(needs=needs)]
    for name in names:
        parts += [b"[[names]]", toml(**vars(name))]
    exercise = course.parse(b"\n".join(parts), HERE)
    assert (exercise.id, exercise.title, exercise.pass_points) == (exercise_id, title, pass_points)
    assert (exercise.preload, exercise.needs_data) == (preload, needs)
    assert (exercise.limits, exercise.names, exercise.folder) == (limits, tuple(names), HERE)


def test_what_is_left_out_has_its_default() -> None:
    """Id and title are enough."""
    exercise = course.parse(toml(id="one", title="One"), HERE)
    assert (exercise.limits, exercise.names, exercise.pass_points, exercise.preload) == (Limits(), (), None, ())


@given(st.data())
def test_a_damaged_file_is_a_course_error_or_an_exercise(data: st.DataObject) -> None:
    """A valid file with bytes cut out, doubled or replaced is read or refused, never anything else."""
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 12)))
    raw = GOOD[:start] + data.draw(st.sampled_from([b"", GOOD[start:end] * 2, b'"', b"]"]) | st.binary()) + GOOD[end:]
    try:
        course.parse(raw, HERE)
    except CourseError as error:
        assert str(HERE / "exercise.toml") in str(error)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_course_error_or_an_exercise(raw: bytes) -> None:
    """Whatever bytes stand in exercise.toml, only a CourseError comes out."""
    with pytest.raises(CourseError, match=r"exercise\.toml"):
        course.parse(raw, HERE)


VALUES: list[Any] = [0, -1, 1.5, True, "", "text", [], ["x"], [1], {"a": 1}, [{"name": 1}], [{"name": "f", "more": 1}]]
VALUES += [[{"name": "a b"}], [{"name": "f", "signature": "a"}], [{"name": "f"}, {"name": "f"}], [{}], [{"name": "if"}]]


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return written(value)


KEYS = ["id", "title", "pass_points", "preload", "limits", "names", "data", "limits.cpu_s", "limits.memory_mib", "more"]
RIGHT: list[tuple[str, Any]] = [
    *(("id", "text"), ("title", ""), ("title", "text"), ("pass_points", 0), ("preload", []), ("preload", ["x"])),
    *(("names", []), ("limits.cpu_s", 1.5), ("data", {"a": 1})),
]


@settings(deadline=None)
@given(st.sampled_from(KEYS), st.sampled_from(VALUES))
def test_a_value_of_the_wrong_kind_is_refused(key: str, value: Any) -> None:
    """A key that is not known, or a value that does not fit it, is a CourseError that names the file."""
    head = {name: text for name, text in (("id", '"one"'), ("title", '"One"')) if name != key}
    raw = "\n".join(f"{name} = {text}" for name, text in [*head.items(), (key, inline(value))]).encode()
    if any(key == name and value == right and type(value) is type(right) for name, right in RIGHT):
        course.parse(raw, HERE)
    else:
        with pytest.raises(CourseError, match=r"exercise\.toml"):
            course.parse(raw, HERE)


@pytest.mark.parametrize(
    "raw",
    [
        b"id = 0x" + b"f" * 5000,
        b'id = "one"\ntitle = "One"\nlimits.cpu_s = 0x' + b"f" * 5000,
        b'id = "one"\ntitle = "One"\nlimits.cpu_s = nan',
        b'id = "one"\ntitle = "One"\nlimits.cpu_s = inf',
        b'id = "one"\ntitle = "One"\nnames = [{name = "f", signature = "(a b)"}]',
        b'id = "one"\ntitle = "One"\nnames = [{name = "f", signature = "(a): pass; (b)"}]',
        b"id = " + b"[" * 100_000,
        b'id = "../one"\ntitle = "One"',
        b'id = "One"\ntitle = "One"',
    ],
    ids=lambda raw: raw[-24:].decode(),
)
def test_the_odd_is_refused_too(raw: bytes) -> None:
    """Huge, endless, deep and half-right values are CourseErrors with a short text."""
    with pytest.raises(CourseError) as caught:
        course.parse(raw, HERE)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("signature", "count"),
    [("", 0), ("()", 0), ("(a)", 1), ("(a, b)", 2), ("(f, x, h=1e-3)", 2), ("(a, /, b)", 2), ("( a ,b )", 2)],
)
def test_positional_arguments_are_counted(signature: str, count: int) -> None:
    """The contract's call has as many positional arguments as the signature has parameters without a default."""
    assert Name("f", signature).positional == count


def test_our_exercises_are_read() -> None:
    """Our own course has its exercises in order, each with a stub, hints for every name, and checks."""
    found = course.exercises(course.default_course())
    assert [exercise.id for exercise in found][:3] == ["exercise1", "exercise2", "exercise3"]
    for exercise in found:
        assert exercise.folder.name == exercise.id
        assert exercise.title
        assert exercise.names
        assert all(len(name.hints) >= 2 for name in exercise.names)
        for path in (exercise.stub_file, exercise.checks_file, exercise.mistakes_file):
            assert path.is_file()
        assert course.find_exercise(course.default_course(), exercise.id) == exercise


def test_ten_comes_after_nine(tmp_path: Path) -> None:
    """Numbers in ids are ordered as numbers."""
    ids = ["exercise10", "exercise9", "exercise1", "a", "a2b10", "a2b9"]
    for exercise_id in ids:
        (tmp_path / exercise_id).mkdir()
        (tmp_path / exercise_id / "exercise.toml").write_bytes(toml(id=exercise_id, title="T"))
    read = [exercise.id for exercise in course.exercises(tmp_path)]
    assert read == ["a", "a2b9", "a2b10", "exercise1", "exercise9", "exercise10"]


@pytest.mark.parametrize("changed", ["exercise.toml", "checks.py", "probes.py"])
def test_a_change_of_what_decides_marks_is_a_new_version(tmp_path: Path, changed: str) -> None:
    """The version is the same for a copy, and another when exercise.toml, checks.py or probes.py has one byte more."""
    original = course.default_course() / "exercise3"
    copy = Path(shutil.copytree(original, tmp_path / "exercise3"))
    assert course.read_exercise(copy).version == course.read_exercise(original).version
    with (copy / changed).open("ab") as file:
        file.write(b"\n")
    assert course.read_exercise(copy).version != course.read_exercise(original).version


def test_stub_and_hints_are_no_part_of_the_version(tmp_path: Path) -> None:
    """A reworded stub or mistake's hint leaves the version as it was."""
    original = course.default_course() / "exercise3"
    copy = Path(shutil.copytree(original, tmp_path / "exercise3"))
    for name in ("exercise3.py", "mistakes.py"):
        with (copy / name).open("ab") as file:
            file.write(b"\n")
    assert course.version(copy) == course.version(original)


@pytest.mark.parametrize("exercise_id", ["exercise99", "../exercise1", "", "Exercise1", "exercise1/."])
def test_an_exercise_that_is_not_there_is_said(exercise_id: str) -> None:
    """An unknown id is a UsageError that lists the ids there are."""
    with pytest.raises(UsageError, match=r"The course has: exercise1, exercise2"):
        course.find_exercise(course.default_course(), exercise_id)


def test_a_course_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A course folder that does not exist, and an exercise without its file, are errors that name the path."""
    with pytest.raises(UsageError, match="no course folder"):
        course.exercises(tmp_path / "none")
    with pytest.raises(CourseError, match=r"exercise\.toml cannot be read"):
        course.read_exercise(tmp_path)


@pytest.mark.parametrize(
    ("signature", "keywords"),
    [("(a, b)", ()), ("(a, *, device, seed)", ("device", "seed")), ("(*, a, b=1)", ("a",)), ("", ())],
)
def test_keywords_are_those_without_a_default(signature: str, keywords: tuple[str, ...]) -> None:
    """What stands after a `*` and has no default is given by name."""
    assert Name("f", signature).keywords == keywords
