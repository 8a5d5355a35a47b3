"""Marks for others to read: as CSV, as JSON, and what changed between two results. Reads the store, writes nothing.

By pseudonym, a student's id, name, e-mail address and paths are the random key, in every field and inside what student
code wrote, and rows are sorted by key: an order by name would tell names.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.results import CheckRow, Mark, Person, Results

SCHEMA = 1
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what a spreadsheet may take for the beginning of a formula
OTHER_BYTES = "other bytes"
CHECK_CHANGED = "check changed"
SETTING_CHANGED = "limits or versions changed"
ONLY_IN_ONE = "only in one"
RUN_AGAIN = "run again"  # nothing that should matter differs: an ungradable check that was tried again, or worse
SHORTEST = 4  # letters of an id, user name or folder that are looked for in prose: shorter ones are in every text
TEXTS = ("message", "call", "got", "expected")
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Change:
    """A check (or, where `check` is empty, a whole submission) whose mark differs; absent is None."""

    student: str
    exercise: str
    check: str
    before: str | None
    after: str | None
    cause: str


def csv_text(marks: Sequence[Mark], pseudonyms: bool) -> str:
    """The marks as RFC 4180 has it, every cell in quotes; to be written as UTF-8 with newline=""."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(field.name for field in dataclasses.fields(Mark))
    for mark in _shown(marks, pseudonyms):
        writer.writerow(_cell(value) for value in _entry(mark).values())
    return out.getvalue()


def json_text(results: Results, pseudonyms: bool) -> str:
    """All marks, each with its report of schema 1 (null before it is graded), as ASCII."""
    hide = Hiding(results.people()) if pseudonyms else None
    entries = []
    for mark in _shown(results.marks(), pseudonyms):
        report = None if mark.verdict == "not graded" else results.report(mark.sha256, mark.exercise, mark.path)
        if report and hide:
            for check in report["checks"]:
                check.update({name: hide(check[name], mark.sha256) for name in TEXTS})
        entries.append(_entry(mark) | {"report": report})
    return json.dumps({"schema": SCHEMA, "marks": entries}, indent=2, ensure_ascii=True)


def diff(new: Results, old: Results) -> list[Change]:
    """Each mark of `new` that is not as in `old`, check by check, with what made it so; students are matched by id."""
    after, before = ({(mark.student, mark.exercise): mark for mark in results.marks()} for results in (new, old))
    changes = []
    for student, exercise in sorted(after.keys() | before.keys()):
        now, then = after.get((student, exercise)), before.get((student, exercise))
        if now is None or then is None:
            changes.append(Change(student, exercise, "", _whole(then), _whole(now), ONLY_IN_ONE))
            continue
        rows = {row.id: row for row in new.current(now.sha256, exercise)}
        old_rows = {row.id: row for row in old.current(then.sha256, exercise)}
        for check in dict.fromkeys((*rows, *old_rows)):
            row, old_row = rows.get(check), old_rows.get(check)
            if _points(row) != _points(old_row):
                cause = _cause(now.sha256 == then.sha256, row, old_row)
                changes.append(Change(student, exercise, check, _points(old_row), _points(row), cause))
    return changes


def _cause(same_bytes: bool, row: CheckRow | None, old: CheckRow | None) -> str:
    if row is None or old is None:
        return ONLY_IN_ONE
    if not same_bytes:
        return OTHER_BYTES
    if row.key == old.key:
        return RUN_AGAIN
    return SETTING_CHANGED if row.key.partition(":")[0] == old.key.partition(":")[0] else CHECK_CHANGED


def _points(row: CheckRow | None) -> str | None:
    return None if row is None else f"{row.points}/{row.max_points} {row.verdict}"


def _whole(mark: Mark | None) -> str | None:
    if mark is None:
        return None
    return mark.verdict if mark.ungradable else f"{mark.points}/{mark.max_points} {mark.verdict}"


def _shown(marks: Sequence[Mark], pseudonyms: bool) -> list[Mark]:
    if not pseudonyms:
        return list(marks)
    return sorted(map(_pseudonymous, marks), key=lambda mark: (mark.student_key, mark.exercise))


def _pseudonymous(mark: Mark) -> Mark:
    key = mark.student_key
    return dataclasses.replace(mark, student=key, name=key, email=key, path=key)


def _entry(mark: Mark) -> dict[str, Any]:
    """A mark as others get it: no points where it is withheld, or they would be taken for the mark."""
    withheld = {"points": None, "max_points": None} if mark.ungradable else {}
    return dataclasses.asdict(mark) | withheld


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value).encode("utf-8", "backslashreplace").decode("utf-8")
    return f"'{text}" if text.startswith(FORMULA) else text


class Hiding:
    """Replaces in prose what names a student: anybody's full name, id, e-mail address and path, and of those who handed
    in the same bytes also each word of the name."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._by_word: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        self._owners: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        part_of: dict[str, set[str]] = {}
        for person in people:
            for part in {part for path in person.paths for part in path.split("/")}:
                part_of.setdefault(part, set()).add(person.key)
        for person in people:
            own = (part for path in person.paths for part in path.split("/") if len(part_of[part]) == 1)
            for phrase in {*_names(person), *own, *person.paths}:
                if words := WORD.findall(phrase.lower()):
                    pattern = _pattern(r"[\W_]+".join(map(re.escape, words)), re.IGNORECASE)
                    if len(phrase) >= SHORTEST:
                        self._by_word.setdefault(words[0], []).append((pattern, person.key))
            names = [(_pattern(re.escape(word)), person.key) for word in WORD.findall(person.name) if len(word) > 2]
            for digest in person.sha256s:
                self._owners.setdefault(digest, []).extend(names)

    def __call__(self, text: str | None, sha256: str) -> str | None:
        if text is None:
            return None
        found = [pair for word in set(WORD.findall(text.lower())) for pair in self._by_word.get(word, ())]
        found.sort(key=lambda pair: -len(pair[0].pattern))  # an address before the name in it
        for pattern, key in (*found, *self._owners.get(sha256, ())):
            text = pattern.sub(key, text)
        return text


def _names(person: Person) -> Iterator[str]:
    yield from (person.student, person.email, person.email.partition("@")[0], person.name)
    words = person.name.split()
    yield " ".join((*words[-1:], *words[:-1]))


def _pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){source}(?![^\W_])", flags)
