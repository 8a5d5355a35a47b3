"""The results of `grade bulk`: one SQLite file in a folder that only its owner can enter.

Verdicts are rows keyed by what was run: the submission's bytes (sha256), the exercise, the check and a `key`, the
caller's digest of everything else that decides a mark. Equal submissions share them; rows of old keys stay. Which of
them make the mark is in `chosen`. A submission is one transaction, so a process killed at any moment leaves it whole or
absent. Who a student is stands in the table `students`; all others know a random key (paths aside, which may hold
names: exports by pseudonym leave them out).

One process writes, any number read. A connection must not cross a fork, and its descriptor must not reach a guest.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from grader import report_json, score
from grader.errors import GraderError, UsageError
from grader.results_file import FILE, STEPS, Steps, alone, claim, prepare, telling
from grader.values import CheckResult, Exercise, Finding, Report, Score, Submission, Verdict

CHOSEN = "FROM chosen JOIN checks USING (sha256, exercise, id, key)"


@dataclass(frozen=True)
class Planned:
    """One submission to grade. `student` is the course's own id, `when` in seconds since 1970; `counts` says that of
    all attempts this one makes the mark."""

    student: str
    name: str
    email: str
    exercise: str
    path: str
    sha256: str
    late: bool = False
    when: float | None = None
    attempt: int = 1
    counts: bool = True


@dataclass(frozen=True)
class CheckRow:
    """One check of some bytes, as stored; `key` as `key_of` makes it. A hidden check's texts are for the instructor."""

    id: str
    key: str
    title: str
    functions: tuple[str, ...]
    verdict: str
    points: int
    max_points: int
    message: str | None = None
    call: str | None = None
    got: str | None = None
    expected: str | None = None
    mistake: str | None = None
    hint: str | None = None
    cell: int | None = None
    line: int | None = None
    hidden: bool = False
    review: str = ""
    output: str = ""

    @staticmethod
    def of(result: CheckResult, key: str) -> CheckRow:
        found = result.finding
        rest: dict[str, Any] = {name: getattr(result, name) for name in COLUMNS if name not in ("key", *FOUND)}
        rest |= {name: getattr(found, name, None) for name in FOUND}
        return CheckRow(**(rest | {"key": key, "verdict": result.verdict.value}))

    def result(self) -> CheckResult:
        """The check as the rest of the house knows it."""
        finding = None if self.message is None else Finding(self.message, self.call, self.got, self.expected)
        rest = {name: getattr(self, name) for name in COLUMNS if name not in ("key", *FOUND)}
        return CheckResult(**(rest | {"verdict": Verdict(self.verdict), "finding": finding}))


@dataclass(frozen=True)
class Mark:
    """What a student gets for an exercise. `verdict` is "passed", "not passed", "ungradable" or "not graded"; with the
    last two the mark is withheld, and points are those of the other checks."""

    student_key: str
    student: str
    name: str
    email: str
    exercise: str
    points: int
    max_points: int
    passed: bool
    verdict: str
    late: bool
    attempt: int
    path: str
    sha256: str

    @property
    def ungradable(self) -> bool:
        return self.verdict in ("ungradable", "not graded")


@dataclass(frozen=True)
class Person:
    """A student with all paths and contents ever planned; `alone` are the contents that nobody else handed in."""

    key: str
    student: str
    name: str
    email: str
    paths: tuple[str, ...]
    sha256s: tuple[str, ...]
    alone: tuple[str, ...]


@dataclass(frozen=True)
class Graded:
    """The newest run that a mark is from: seconds since 1970 and of its duration, environment, notes."""

    at: float
    seconds: float
    environment: dict[str, str]
    notes: tuple[str, ...]


def key_of(check: str, setting: str) -> str:
    """A check's key from two digests: of the check itself, and of limits, versions and device. `marks.diff` tells one
    from the other by it."""
    return f"{check}:{setting}"


COLUMNS = tuple(field.name for field in fields(CheckRow))
LISTED = ", ".join(COLUMNS)
FOUND = ("message", "call", "got", "expected")


class Results:
    """The open file. Every method raises GraderError, with a sentence, where the disk is full or the file damaged."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self.path = path

    @classmethod
    def open(cls, folder: Path, *, create: bool = True, wait_s: float = 30.0, steps: Steps = STEPS) -> Results:
        """Open `folder`'s results and bring them to the newest form; with `create` make them where there are none.

        Raises:
            UsageError: the file is of a newer version or no results file, the folder is someone else's, or cannot be
                written, or others could look into it and it holds other things.
            GraderError: its file system cannot keep such a file.
        """
        path = folder / FILE
        claim(folder, path, create)
        with telling(path), alone(folder):
            database = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
            try:
                prepare(database, path, steps)
            except BaseException:
                database.close()
                raise
        results = cls(database, path)
        if database.execute("SELECT 1 FROM todo WHERE what = 'purge'").fetchone():
            with contextlib.suppress(GraderError):  # `forget` has said so; every opening tries again
                results._purge()
        return results

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def plan(self, items: Sequence[Planned], exercises: Sequence[Exercise] = (), *, partly: bool = False) -> None:
        """Say what is to be graded now. What was planned before and is not in `items` stays as history; with
        `exercises`, only of these, and not where `items` are known to be a part of what there is. Titles, versions and
        points to pass of exercises are noted for reports."""
        with self._transaction() as database:
            keys: dict[str, str] = {}
            for item in {item.student: item for item in items}.values():
                database.execute(
                    "INSERT INTO students VALUES (?, ?, ?, ?) ON CONFLICT (student) DO UPDATE SET"
                    " name = coalesce(nullif(excluded.name, ''), name),"
                    " email = coalesce(nullif(excluded.email, ''), email)",
                    _stored(secrets.token_hex(8), item.student, item.name, item.email),
                )
                found = database.execute("SELECT key FROM students WHERE student = ?", _stored(item.student))
                keys[item.student] = found.fetchone()[0]
            for exercise in exercises:
                known = _stored(exercise.id, exercise.title, exercise.pass_points, exercise.version)
                database.execute("INSERT OR REPLACE INTO exercises VALUES (?, ?, ?, ?)", known)
                if not partly:
                    database.execute("UPDATE submissions SET present = 0 WHERE exercise = ?", _stored(exercise.id))
            if not exercises and not partly:
                database.execute("UPDATE submissions SET present = 0")
            for item in items:
                content = (keys[item.student], item.exercise, item.path, item.sha256)
                handed_in = (item.late, item.when, item.attempt, item.counts, True)
                database.execute(
                    f"INSERT OR REPLACE INTO submissions VALUES ({_marks(9)})", _stored(*content, *handed_in)
                )

    def missing(self, sha256: str, exercise: str, keys: Mapping[str, str]) -> list[str]:
        """The checks that must be run: those with no row of this key, or with one that says UNGRADABLE."""
        with telling(self.path):
            found = self._database.execute(
                "SELECT id, key FROM checks WHERE sha256 = ? AND exercise = ? AND verdict <> 'UNGRADABLE'",
                _stored(sha256, exercise),
            )
            known = {(_read(name), _read(key)) for name, key in found}
        return [name for name, key in keys.items() if (name, key) not in known]

    def known(self, sha256: str, exercise: str, keys: Mapping[str, str]) -> bool:
        """Nothing has to be run for these bytes. `settle` then makes it the mark."""
        return not self.missing(sha256, exercise, keys)

    def checks_of(self, sha256: str, exercise: str, keys: Mapping[str, str]) -> dict[str, CheckRow]:
        """What is already known, by check; one that was UNGRADABLE is not, so that it is tried again."""
        with telling(self.path):
            query = f"SELECT {LISTED} FROM checks WHERE sha256 = ? AND exercise = ? AND verdict <> 'UNGRADABLE'"
            rows = [_row(values) for values in self._database.execute(query, _stored(sha256, exercise))]
        known = {(row.id, row.key): row for row in rows}
        return {name: known[name, key] for name, key in keys.items() if (name, key) in known}

    def store(
        self,
        sha256: str,
        exercise: str,
        rows: Sequence[CheckRow],
        environment: Mapping[str, str],
        seconds: float,
        notes: Sequence[str],
        keys: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what one run brought, in one transaction. `keys` are all checks that make the mark, in their order, with
        those that were known already; without it the rows join what made the mark before. An UNGRADABLE from before is
        no part of it; a verdict is never replaced by an UNGRADABLE of the same key.

        Raises:
            GraderError: a check of `keys` has no row, and none of `rows` is UNGRADABLE.
        """
        with self._transaction() as database:
            about = _stored(sha256, exercise, time.time(), seconds, json.dumps(dict(environment)), json.dumps([*notes]))
            run = database.execute(f"INSERT INTO runs VALUES (NULL, {_marks(6)})", about).lastrowid
            updates = ", ".join(f"{name} = excluded.{name}" for name in ("run", *COLUMNS[2:]))
            sql = (
                f"INSERT INTO checks (sha256, exercise, run, {LISTED}) VALUES ({_marks(3 + len(COLUMNS))})"
                f" ON CONFLICT (sha256, exercise, id, key) DO UPDATE SET {updates}"
                " WHERE excluded.verdict <> 'UNGRADABLE' OR checks.verdict = 'UNGRADABLE'"
            )
            named = {row.id: row.key for row in rows}
            for row in rows:
                database.execute(sql, _stored(sha256, exercise, run, *_values(row)))
            before = self._chosen(sha256, exercise, " AND verdict <> 'UNGRADABLE'") if keys is None else keys
            partly = any(row.verdict == "UNGRADABLE" for row in rows)
            self._choose(sha256, exercise, {**before, **named}, partly)

    def settle(self, sha256: str, exercise: str, keys: Mapping[str, str]) -> None:
        """Make the mark of checks that are all known, as after a check was changed back. Writes only what is new.

        Raises:
            GraderError: one of them has no row.
        """
        with telling(self.path):
            if list(self._chosen(sha256, exercise).items()) == list(keys.items()):
                return
        with self._transaction():
            self._choose(sha256, exercise, keys, False)

    def current(self, sha256: str, exercise: str) -> list[CheckRow]:
        """The checks that make the mark of these bytes, in their order."""
        with telling(self.path):
            query = f"SELECT {LISTED} {CHOSEN} WHERE sha256 = ? AND exercise = ? ORDER BY position"
            return [_row(values) for values in self._database.execute(query, _stored(sha256, exercise))]

    def graded(self, sha256: str, exercise: str) -> Graded | None:
        """The newest run among those the mark is from; None before there is any."""
        with telling(self.path):
            found = self._database.execute(
                "SELECT at, seconds, environment, notes FROM runs"
                f" WHERE run = (SELECT max(run) {CHOSEN} WHERE sha256 = ? AND exercise = ?)",
                _stored(sha256, exercise),
            ).fetchone()
        return found and Graded(found[0], found[1], json.loads(found[2]), tuple(json.loads(found[3])))

    def marks(self, exercise: str | None = None) -> list[Mark]:
        """The mark of the submission that counts, for each student and exercise, sorted by these."""
        only, values = ("", ()) if exercise is None else (" AND exercise = ?", _stored(exercise))
        with self._transaction("DEFERRED") as database:  # one moment for all three
            needed = {
                _read(name): points for name, points in database.execute("SELECT exercise, pass_points FROM exercises")
            }
            checks: dict[tuple[str, str], list[CheckResult]] = {}
            for row in database.execute(
                f"SELECT sha256, exercise, verdict, points, max_points {CHOSEN} WHERE 1{only}", values
            ):
                digest, name, verdict, points, most = map(_read, row)
                checks.setdefault((digest, name), []).append(CheckResult("", "", (), Verdict(verdict), points, most))
            names = ("student_key", "student", "name", "email", "exercise", "late", "attempt", "path", "sha256")
            query = (
                f"SELECT {', '.join(names)} FROM submissions JOIN students ON students.key = student_key"
                f" WHERE present AND counts{only} ORDER BY attempt, submitted, path, sha256"
            )
            rows = [dict(zip(names, map(_read, row), strict=True)) for row in database.execute(query, values)]
        counting = {(row["student"], row["exercise"]): row for row in rows}  # the last attempt, should several count
        marks = []
        for row in counting.values():
            found = checks.get((row["sha256"], row["exercise"]), [])
            known = _mark_of(score.total(found, needed.get(row["exercise"])), bool(found))
            marks.append(Mark(**(row | known | {"late": bool(row["late"])})))
        return sorted(marks, key=lambda mark: (mark.student, mark.exercise))

    def report(self, sha256: str, exercise: str, path: str | None = None) -> dict[str, Any]:
        """The report of some bytes as schema 1 has it. Where several students handed them in, `path` says whose."""
        run, results = self.graded(sha256, exercise), tuple(row.result() for row in self.current(sha256, exercise))
        with telling(self.path):
            sql = "SELECT path FROM submissions WHERE sha256 = ? AND exercise = ? ORDER BY present DESC, path"
            first = self._database.execute(sql, _stored(sha256, exercise)).fetchone()
            sql = "SELECT title, pass_points, version FROM exercises WHERE exercise = ?"
            title, needed, version = self._database.execute(sql, _stored(exercise)).fetchone() or ("", None, "")
        place = path if path is not None else _read(first[0]) if first else ""
        asked = Exercise(exercise, _read(title), Path(), (), pass_points=needed, version=_read(version))
        about = tuple(run.environment.items()) if run else ()
        done = Report(asked, Submission(place, b"", sha256), results, score.total(results, needed), about)
        return report_json.to_dict(done)

    def people(self) -> list[Person]:
        """Everybody who ever handed something in."""
        with self._transaction("DEFERRED") as database:
            students = [tuple(map(_read, row)) for row in database.execute("SELECT * FROM students ORDER BY student")]
            rows = database.execute("SELECT student_key, path, sha256 FROM submissions ORDER BY path, sha256")
            handed_in = [tuple(map(_read, row)) for row in rows]
        mine: dict[str, dict[str, set[str]]] = {student[0]: {} for student in students}
        owners: dict[str, set[str]] = {}
        for key, path, digest in handed_in:
            mine[key].setdefault(digest, set()).add(path)
            owners.setdefault(digest, set()).add(key)
        found = []
        for key, student, name, email in students:
            paths = tuple(sorted({path for paths in mine[key].values() for path in paths}))
            alone = tuple(digest for digest in mine[key] if len(owners[digest]) == 1)
            found.append(Person(key, student, name, email, paths, tuple(mine[key]), alone))
        return found

    def person(self, student: str) -> Person:
        """One student by id, random key, or a name or e-mail address that only one has.

        Raises:
            UsageError: there is none, or more than one.
        """
        people = self.people()
        for facts in (lambda p: (p.student,), lambda p: (p.key,), lambda p: (p.name, p.email)):
            found = [person for person in people if student and student in facts(person)]
            if len(found) == 1:
                return found[0]
            if found:
                ids = ", ".join(person.student for person in found)
                raise UsageError(f"{len(found)} students are called {student!r}. Give the id of one of them: {ids}.")
        raise UsageError(f"No student in {self.path} has the id, key or name {student!r}.")

    def forget(self, student: str) -> int:
        """Remove a person with everything that nobody else handed in, also from the file's unused pages. Returns how
        many rows went. The disk's own copies, as of backups, are out of reach.

        Raises:
            UsageError: there is no such student, or more than one.
            GraderError: another process still reads the old pages; the rest follows at the next opening.
        """
        key = self.person(student).key
        with self._transaction() as database:
            removed = database.execute("DELETE FROM submissions WHERE student_key = ?", (key,)).rowcount
            removed += database.execute("DELETE FROM students WHERE key = ?", (key,)).rowcount
            for table in ("chosen", "checks", "runs"):
                same = f"s.sha256 = {table}.sha256 AND s.exercise = {table}.exercise"
                left = f"DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM submissions AS s WHERE {same})"
                removed += database.execute(left).rowcount
            database.execute("INSERT OR IGNORE INTO todo VALUES ('purge')")
        self._purge()
        return removed

    def _purge(self) -> None:
        """Write the file anew, so that no unused page or log keeps what was deleted."""
        with telling(self.path):
            self._database.execute("VACUUM")
            if self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise GraderError(
                    f"{self.path}: the rows are gone, but another process still reads the file, so that its unused"
                    " pages cannot be emptied yet. End that process; whatever opens these results next empties them."
                )
            self._database.execute("DELETE FROM todo WHERE what = 'purge'")

    def _chosen(self, sha256: str, exercise: str, which: str = "") -> dict[str, str]:
        query = f"SELECT id, key {CHOSEN} WHERE sha256 = ? AND exercise = ?{which} ORDER BY position"
        return {_read(name): _read(key) for name, key in self._database.execute(query, _stored(sha256, exercise))}

    def _choose(self, sha256: str, exercise: str, keys: Mapping[str, str], partly: bool) -> None:
        database, content = self._database, (sha256, exercise)
        database.execute("DELETE FROM chosen WHERE sha256 = ? AND exercise = ?", _stored(*content))
        rows = [(*content, name, key, position) for position, (name, key) in enumerate(keys.items())]
        database.executemany("INSERT INTO chosen VALUES (?, ?, ?, ?, ?)", (_stored(*row) for row in rows))
        query = "FROM chosen AS c WHERE sha256 = ? AND exercise = ? AND NOT EXISTS (SELECT 1 FROM checks AS k WHERE"
        query += " k.sha256 = c.sha256 AND k.exercise = c.exercise AND k.id = c.id AND k.key = c.key)"
        missing = database.execute(f"SELECT id {query}", _stored(*content)).fetchall()
        if missing and not partly:
            names = ", ".join(repr(_read(name)) for (name,) in missing)
            raise GraderError(f"{exercise}: a mark was to be made of checks that have no verdict yet: {names}.")
        database.execute(f"DELETE {query}", _stored(*content))

    @contextlib.contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        with telling(self.path):
            self._database.execute(f"BEGIN {kind}")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._database.execute("ROLLBACK")
                raise


def _mark_of(result: Score, graded: bool) -> dict[str, Any]:
    word = "ungradable" if graded else "not graded"
    verdict = word if result.ungradable else "passed" if result.passed else "not passed"
    return {"points": result.points, "max_points": result.max_points, "passed": result.passed, "verdict": verdict}


def _values(row: CheckRow) -> list[Any]:
    values = {name: getattr(row, name) for name in COLUMNS}
    return [*(values | {"functions": json.dumps(row.functions)}).values()]


def _row(values: Sequence[Any]) -> CheckRow:
    found = dict(zip(COLUMNS, map(_read, values), strict=True))
    functions = tuple(json.loads(found["functions"]))
    return CheckRow(**(found | {"functions": functions, "hidden": bool(found["hidden"])}))


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _stored(*values: Any) -> tuple[Any, ...]:
    """Values for SQLite, which takes no text with lone surrogates (a student's, or a path that is no UTF-8): bytes."""
    return tuple(
        value.encode("utf-8", "surrogatepass") if isinstance(value, str) and not _is_unicode(value) else value
        for value in values
    )


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _read(value: Any) -> Any:
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value
