"""Exported marks can be read by others, tell no name by pseudonym, and a diff names every change with its cause."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from grader import marks
from grader.marks import Change
from grader.results import CheckRow, Mark, Planned, Results, key_of
from grader.values import Exercise

TEXT = st.text(st.characters(), max_size=10) | st.sampled_from(
    ["=1+1", "+x", "-x", "@x", "\tx", "\rx", '="a",b\r\n"', "é"]
)
MARKS = st.lists(
    st.builds(
        Mark,
        *[TEXT] * 5,
        points=st.integers(0, 9),
        max_points=st.integers(0, 9),
        passed=st.booleans(),
        verdict=st.sampled_from(["passed", "not passed", "ungradable", "not graded"]),
        late=st.booleans(),
        attempt=st.integers(0, 9),
        path=TEXT,
        sha256=TEXT,
    ),
    max_size=4,
)


@contextlib.contextmanager
def stores(*names: str) -> Iterator[list[Results]]:
    """Some new results, closed and removed at the end."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        yield [stack.enter_context(Results.open(Path(folder) / name)) for name in names]


def row(check: str, points: int = 1, key: str = "a:b", **rest: object) -> CheckRow:
    verdict = "PASSED" if points else "FAILED"
    return dataclasses.replace(CheckRow(check, key, check.title(), ("f",), verdict, points, 1), **rest)


def planned(student: str, sha256: str, **rest: object) -> Planned:
    item = Planned(student, student.title(), f"{student}@school.example", "exercise1", f"{student}/1.py", sha256)
    return dataclasses.replace(item, **rest)


@given(MARKS)
def test_a_spreadsheet_takes_no_cell_for_a_formula(found: list[Mark]) -> None:
    """CSV: every cell quoted, lines end in CRLF, it is valid UTF-8, values come back, and none begins a formula."""
    text = marks.csv_text(found, pseudonyms=False)
    text.encode("utf-8")
    assert text.endswith("\r\n")
    assert text.startswith('"student_key","student"')
    table = list(csv.reader(io.StringIO(text.replace("\0", "0"), newline="")))  # Python 3.10's reader takes no NUL
    assert len(table) == len(found) + 1
    for mark, cells in zip(found, table[1:], strict=True):
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in cells)
        withheld = {"points": "", "max_points": ""} if mark.ungradable else {}
        for value, cell in zip((dataclasses.asdict(mark) | withheld).values(), cells, strict=True):
            plain = str(value).encode("utf-8", "backslashreplace").decode().replace("\0", "0")
            plain = {"True": "yes", "False": "no"}[plain] if isinstance(value, bool) else plain
            assert cell in (plain, f"'{plain}")
            assert cell == plain or plain.startswith(tuple("=+-@\t\r\n＝＋－＠"))


WORDS = (
    "Ada",
    "Lovelace",
    "Żółć",
    "Zed",
    "m1234567",
    "x7654321",
    "ada.l@school.example",
    "zed@school.example",
    "cs101_turn",
)


@settings(max_examples=30, deadline=None)
@given(st.permutations(WORDS), st.sampled_from([" ", "_", ", ", "/", "\n"]))
def test_pseudonyms_tell_nobody(words: list[str], between: str) -> None:
    """By pseudonym no name, id, address or path is in any export, also where student code wrote it, and values stay."""
    said = between.join(words)
    texts = dict.fromkeys(("message", "call", "got", "expected", "output"), said)
    with stores("results") as (store,):
        ada = planned("m1234567", "aa", name="Ada Lovelace", email="ada.l@school.example", path="in/cs101_turn/e1.py")
        zed = planned("x7654321", "aa", name="Zed Żółć", email="zed@school.example", path="in/other_turn/e1.py")
        store.plan([ada, zed, planned("third", "bb", name="Ben Max")])
        store.store("aa", "exercise1", [row("one", **texts)], {}, 0, [said])
        store.store("bb", "exercise1", [row("one", message="torch.max gave 0.5; lovelace, ada")], {}, 0, ())
        everything = marks.json_text(store, pseudonyms=True) + marks.csv_text(store.marks(), pseudonyms=True)
        named = marks.json_text(store, pseudonyms=False) + marks.csv_text(store.marks(), pseudonyms=False)
        keys = {person.student: person.key for person in store.people()}
    shown = json.loads(everything.partition("\n}")[0] + "\n}")["marks"]
    assert [mark["student"] for mark in shown] == sorted(keys.values())  # not in the order of names
    assert "torch.max gave 0.5" in everything
    assert all(json.dumps(word)[1:-1] in named for word in WORDS)
    text = everything.replace("torch.max gave 0.5", "")
    for key in keys.values():
        text = text.replace(key, "KEY")  # sixteen random hex digits may spell "ada"
    for word in (*WORDS, "ada", "lovelace", "Ben", "third", "e1.py", "other_turn"):
        assert word not in text
        assert json.dumps(word)[1:-1] not in text
    for mark in shown:
        assert {mark[name] for name in ("student_key", "name", "email", "path")} == {mark["student"]}
        assert mark["report"]["submission"]["path"] == mark["student"]


def test_json_holds_the_report_and_hides_what_is_hidden() -> None:
    """JSON has each mark with the report of schema 1, null before grading, and nothing of a hidden check's values."""
    with stores("results") as (store,):
        store.plan(
            [planned("ann", "aa"), planned("bob", "bb")], [Exercise("exercise1", "One", Path(), (), version="7")]
        )
        store.store("aa", "exercise1", [row("one", message="seen"), row("two", 0, message="x", hidden=True)], {}, 0, ())
        text = marks.json_text(store, pseudonyms=False)
        assert text.isascii()
        ann, bob = json.loads(text)["marks"]
        assert ann["report"] == store.report("aa", "exercise1", "ann/1.py")
    assert (ann["points"], ann["verdict"], ann["report"]["schema"], ann["report"]["course_version"]) == (
        1,
        "not passed",
        1,
        "7",
    )
    assert [check["message"] for check in ann["report"]["checks"]] == ["seen", None]
    assert (bob["points"], bob["verdict"], bob["report"]) == (None, "not graded", None)


def test_every_change_has_its_cause() -> None:
    """Each changed check is told with what was different: bytes, the check, its setting, or being in one only."""
    old_rows = [row("same", key="1:s"), row("check", key="2:s"), row("limit", key="3:s"), row("gone"), row("again")]
    new_rows = [row("same", key="1:t"), row("check", 0, key="9:t"), row("limit", 0, key=key_of("3", "t")), row("new")]
    new_rows += [row("again", 0, verdict="TIMED_OUT")]
    with stores("new", "old") as (new, old):
        new.plan([planned("ann", "aa"), planned("bob", "b2"), planned("new", "aa")])
        old.plan([planned("ann", "aa"), planned("bob", "b1"), planned("old", "zz")])
        new.store("aa", "exercise1", new_rows, {}, 0, ())
        old.store("aa", "exercise1", old_rows, {}, 0, ())
        old.store("b1", "exercise1", [row("one"), row("two")], {}, 0, ())
        new.store("b2", "exercise1", [row("one"), row("two", 0)], {}, 0, ())
        found = marks.diff(new, old)
        assert marks.diff(new, new) == []
    assert found == [
        Change("ann", "exercise1", "check", "1/1 PASSED", "0/1 FAILED", "check changed"),
        Change("ann", "exercise1", "limit", "1/1 PASSED", "0/1 FAILED", "limits or versions changed"),
        Change("ann", "exercise1", "new", None, "1/1 PASSED", "only in one"),
        Change("ann", "exercise1", "again", "1/1 PASSED", "0/1 TIMED_OUT", "run again"),
        Change("ann", "exercise1", "gone", "1/1 PASSED", None, "only in one"),
        Change("bob", "exercise1", "two", "1/1 PASSED", "0/1 FAILED", "other bytes"),
        Change("new", "exercise1", "", None, "2/5 not passed", "only in one"),
        Change("old", "exercise1", "", "not graded", None, "only in one"),
    ]


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 1), min_size=4), st.sets(st.sampled_from("abcd")))
def test_a_diff_names_exactly_what_changed(points: dict[str, int], flipped: set[str]) -> None:
    """Of a copy that went on, exactly the checks whose points changed are told, each once for every student."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first", Path(folder) / "second"
        with Results.open(first) as store:
            store.plan([planned("ann", "aa"), planned("bob", "aa")])
            store.store("aa", "exercise1", [row(check, points[check]) for check in points], {}, 0, ())
        shutil.copytree(first, second)
        with Results.open(second) as new, Results.open(first) as old:
            changed = [row(check, 1 - points[check], key="c:b") for check in sorted(flipped)]
            new.store("aa", "exercise1", changed, {}, 0, ())
            found = marks.diff(new, old)
    assert {(change.student, change.check) for change in found} == {
        (who, check) for who in ("ann", "bob") for check in flipped
    }
    assert len(found) == 2 * len(flipped)
    assert {change.cause for change in found} <= {marks.CHECK_CHANGED}
