"""The store of `grade bulk`: what was stored is there, who was forgotten is not, and others cannot look."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import resource
import signal
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from children import in_child
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import report_json, score
from grader.errors import GraderError, UsageError
from grader.results import FILE, STEPS, CheckRow, Mark, Planned, Results, key_of
from grader.values import CheckResult, Exercise, Finding, Report, Submission, Verdict

TEXT = st.text(st.characters(), max_size=12)  # lone surrogates and NUL included
MAYBE = st.none() | TEXT
RESULT = st.builds(
    CheckResult,
    id=TEXT,
    title=TEXT,
    functions=st.lists(TEXT, max_size=2).map(tuple),
    verdict=st.sampled_from(Verdict),
    points=st.integers(0, 3),
    max_points=st.integers(0, 3),
    finding=st.none() | st.builds(Finding, TEXT, MAYBE, MAYBE, MAYBE),
    mistake=MAYBE,
    hint=MAYBE,
    hidden=st.booleans(),
    output=TEXT,
    line=st.none() | st.integers(1, 9),
    cell=st.none() | st.integers(1, 9),
    review=TEXT,
)
CHECKS = st.lists(RESULT, max_size=4, unique_by=lambda result: result.id)
QUICK = settings(max_examples=25, deadline=None)  # every example makes a file and waits for the disk


@contextlib.contextmanager
def fresh() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "results"


def row(check: str, points: int = 1, key: str = "a:b", **rest: object) -> CheckRow:
    verdict = "PASSED" if points else "FAILED"
    return dataclasses.replace(CheckRow(check, key, check.title(), ("f",), verdict, points, 1), **rest)


def planned(student: str, sha256: str, exercise: str = "exercise1", **rest: object) -> Planned:
    name = student.title()
    item = Planned(student, name, f"{student}@school.example", exercise, f"{student}/{exercise}.py", sha256)
    return dataclasses.replace(item, **rest)


def facts(marks: Sequence[Mark]) -> list[Mark]:
    """Marks without the random keys, which differ from file to file."""
    return [dataclasses.replace(mark, student_key="") for mark in marks]


@QUICK
@given(CHECKS, TEXT, TEXT, st.none() | st.integers(0, 9), st.dictionaries(TEXT, TEXT, max_size=2), st.lists(TEXT))
def test_what_is_stored_is_read(
    results: list[CheckResult], key: str, text: str, needed: int | None, about: dict[str, str], notes: list[str]
) -> None:
    """Rows, environment, notes and the report of schema 1 come back as they were, whatever characters they have."""
    rows = [CheckRow.of(result, key) for result in results]
    exercise = Exercise(text, text, Path(), (), pass_points=needed, version=text)
    with fresh() as folder:
        with Results.open(folder) as store:
            store.plan([Planned("s", text, text, text, text, "ab")], [exercise])
            store.store("ab", text, rows, about, 1.5, notes)
        with Results.open(folder) as store:
            assert store.current("ab", text) == rows
            keys = {row.id: row.key for row in rows}
            known = {row.id: row for row in rows if row.verdict != "UNGRADABLE"}
            assert store.checks_of("ab", text, keys) == known
            assert store.missing("ab", text, keys) == [name for name in keys if name not in known]
            assert store.known("ab", text, keys) == (len(known) == len(keys))
            graded = store.graded("ab", text)
            assert (graded is None) == (not rows)
            assert graded is None or (graded.environment, graded.seconds, graded.notes) == (about, 1.5, tuple(notes))
            about = about if rows else {}
            total = score.total(results, needed)
            whole = Report(exercise, Submission(text, b"", "ab"), tuple(results), total, tuple(about.items()))
            assert store.report("ab", text) == report_json.to_dict(whole)
            assert [row.result() for row in rows] == results


CONTENTS = {
    "aa": [row("one"), row("two", 0)],
    "bb": [row("one", 0), row("two")],
    "cc": [row("one"), row("two", 0, verdict="UNGRADABLE")],
    "dd": [row("one"), row("two")],
}
PLAN = [planned(*pair) for pair in (("ann", "aa"), ("bob", "bb"), ("cleo", "cc"), ("dan", "dd"), ("eve", "aa"))]


@QUICK
@given(st.permutations(sorted(CONTENTS)), st.permutations(PLAN), st.integers(0, 4))
def test_order_does_not_matter(order: list[str], plan: list[Planned], again: int) -> None:
    """Marks are the same in whatever order submissions are planned and stored, and stored twice."""
    with fresh() as folder, Results.open(folder) as store:
        store.plan(plan)
        for sha256 in [*order, *order[:again]]:
            store.store(sha256, "exercise1", CONTENTS[sha256], {}, 0, ())
        found = [(mark.student, mark.points, mark.max_points, mark.verdict) for mark in store.marks()]
    assert found == [
        ("ann", 1, 2, "not passed"),
        ("bob", 1, 2, "not passed"),
        ("cleo", 1, 2, "ungradable"),
        ("dan", 2, 2, "passed"),
        ("eve", 1, 2, "not passed"),
    ]


def test_a_verdict_is_never_lost_to_a_failure_of_ours(tmp_path: Path) -> None:
    """An ungradable check is tried again and replaced; a verdict is not replaced by an ungradable one of its key."""
    broken = row("one", 0, verdict="UNGRADABLE")
    with Results.open(tmp_path / "results") as store:
        store.plan([planned("ann", "aa")])
        for stored, kept in ((broken, broken), (row("one"), row("one")), (broken, row("one"))):
            store.store("aa", "exercise1", [stored], {}, 0, ())
            assert store.current("aa", "exercise1") == [kept]


def test_only_a_changed_check_is_missing_and_marks_follow_the_keys(tmp_path: Path) -> None:
    """After one check changed only that one is to run; changed back, nothing is, and the former mark is there again."""
    old, new = (
        {"one": key_of("c1", "s"), "two": key_of("c2", "s")},
        {"one": key_of("c1", "s"), "two": key_of("c9", "s")},
    )
    with Results.open(tmp_path / "results") as store:
        store.plan(PLAN)
        for sha256 in CONTENTS:
            store.store(sha256, "exercise1", [row("one", key=old["one"]), row("two", key=old["two"])], {}, 0, ())
        before = store.marks()
        for sha256 in CONTENTS:
            assert store.missing(sha256, "exercise1", new) == ["two"]
            assert list(store.checks_of(sha256, "exercise1", new)) == ["one"]
            store.store(sha256, "exercise1", [row("two", 0, key=new["two"])], {}, 0, (), keys=new)
        assert {mark.points for mark in store.marks()} == {1}
        for sha256 in CONTENTS:
            assert store.known(sha256, "exercise1", old)
            store.settle(sha256, "exercise1", old)
        assert store.marks() == before
        store.settle("aa", "exercise1", {"two": new["two"]})
        assert [found.id for found in store.current("aa", "exercise1")] == ["two"]  # the other one left the course


@pytest.mark.parametrize("keys", [None, {"one": "a:b", "two": "a:b"}])
def test_a_failure_of_the_whole_lasts_until_the_next_run(tmp_path: Path, keys: dict[str, str] | None) -> None:
    """A row of no check that says UNGRADABLE withholds the mark, beside checks known before; a later run ends it."""
    lost = row("grading", 0, key="", verdict="UNGRADABLE")
    with Results.open(tmp_path / "results") as store:
        store.plan([planned("ann", "aa")])
        store.store("aa", "exercise1", [lost], {}, 0, (), keys)
        assert [(mark.verdict, mark.ungradable) for mark in store.marks()] == [("ungradable", True)]
        store.store("aa", "exercise1", [row("one")], {}, 0, (), keys and {"one": "a:b"})
        store.store("aa", "exercise1", [lost], {}, 0, (), keys)
        assert [(mark.verdict, mark.points) for mark in store.marks()] == [("ungradable", 1)]
        store.store("aa", "exercise1", [row("two")], {}, 0, (), keys)
        assert [(mark.verdict, mark.points) for mark in store.marks()] == [("passed", 2)]


def test_no_mark_of_checks_without_a_verdict(tmp_path: Path) -> None:
    """A mark is made of stored checks only: otherwise it would be out of fewer points than it says."""
    with Results.open(tmp_path / "results") as store:
        store.plan([planned("ann", "aa")])
        store.store("aa", "exercise1", [row("one")], {}, 0, ())
        with pytest.raises(GraderError, match="no verdict yet"):
            store.settle("aa", "exercise1", {"one": "a:b", "two": "a:b"})
        assert [mark.points for mark in store.marks()] == [1]


def test_a_new_plan_keeps_keys_and_history(tmp_path: Path) -> None:
    """Students keep their key over runs, what is no longer handed in has no mark, and comes back with its verdicts."""
    with Results.open(tmp_path / "results") as store:
        store.plan([planned("ann", "aa"), planned("bob", "bb"), planned("bob", "bb", "exercise2")])
        store.store("aa", "exercise1", CONTENTS["aa"], {}, 0, ())
        first = {mark.student: mark.student_key for mark in store.marks()}
        assert all(len(key) == 16 and int(key, 16) >= 0 for key in first.values())
        only = Exercise("exercise1", "One", tmp_path, ())
        store.plan([planned("ann", "dd", name="", email="new@school.example")], [only])
        (ann, bob) = store.marks()
        assert (ann.student_key, ann.name, ann.email) == (first["ann"], "Ann", "new@school.example")
        assert (ann.verdict, ann.sha256, bob.exercise) == ("not graded", "dd", "exercise2")
        store.plan([planned("ann", "aa"), planned("bob", "bb")])
        assert [(mark.student_key, mark.points) for mark in store.marks()] == [(first["ann"], 1), (first["bob"], 0)]
        assert [mark.student for mark in store.marks("exercise2")] == []


def test_of_several_attempts_one_counts(tmp_path: Path) -> None:
    """The mark is that of the attempt that counts, and of the last one should several say so."""
    with Results.open(tmp_path / "results") as store:
        attempts = [planned("ann", sha, path=sha, attempt=number) for number, sha in enumerate(CONTENTS)]
        store.plan(attempts)
        assert [mark.sha256 for mark in store.marks()] == ["dd"]
        store.plan([dataclasses.replace(item, counts=item.sha256 == "bb", late=True) for item in attempts])
        assert [(mark.sha256, mark.attempt, mark.late) for mark in store.marks()] == [("bb", 1, True)]


def test_points_to_pass_are_the_exercises_own(tmp_path: Path) -> None:
    """A mark passes by the exercise's pass_points, without them only with all points."""
    with Results.open(tmp_path / "results") as store:
        for needed, verdict in ((None, "not passed"), (1, "passed"), (2, "not passed")):
            store.plan([planned("ann", "aa")], [Exercise("exercise1", "One", tmp_path, (), pass_points=needed)])
            store.store("aa", "exercise1", CONTENTS["aa"], {}, 0, ())
            assert [mark.verdict for mark in store.marks()] == [verdict]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_only_the_owner_may_look(tmp_path: Path, umask: int) -> None:
    """Folder 0700, files 0600 with the write-ahead log and its index, whatever the umask; others lose their rights."""
    folder = tmp_path / "results"
    wanted = {"results": 0o700, FILE: 0o600, f"{FILE}-wal": 0o600, f"{FILE}-shm": 0o600}
    before = os.umask(umask)
    try:
        with Results.open(folder) as store:
            store.plan(PLAN)
            assert modes(folder) == wanted
            for path in (folder, *folder.iterdir()):
                path.chmod(0o777)
            with Results.open(folder) as other:
                assert len(other.marks()) == len(PLAN)
                assert modes(folder) == wanted
    finally:
        os.umask(before)


def elsewhere(tmp_path: Path) -> Path:
    """A folder of another user that we can reach: root may give one away, anybody else knows the root folder."""
    if os.getuid():
        return Path("/")
    os.chown(tmp_path, 65534, 65534)
    return tmp_path


def other_program(tmp_path: Path) -> Path:
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("CREATE TABLE recipes (cake TEXT)")
    return tmp_path


def newer(tmp_path: Path) -> Path:
    later = (*STEPS, (2, ("CREATE TABLE later (what TEXT)",)))
    with Results.open(tmp_path / "results", steps=later) as store:
        store.plan(PLAN)
    return tmp_path / "results"


def no_database(tmp_path: Path) -> Path:
    (tmp_path / FILE).write_text("Dear diary, " * 999)
    return tmp_path


def link(tmp_path: Path) -> Path:
    (tmp_path / FILE).symlink_to("other.sqlite")
    return tmp_path


def shared(tmp_path: Path) -> Path:
    (tmp_path / "photo.png").write_bytes(b"")
    tmp_path.chmod(0o755)
    return tmp_path


def a_file(tmp_path: Path) -> Path:
    (tmp_path / "results").write_text("")
    return tmp_path / "results"


REFUSED = [
    (elsewhere, "another user"),
    (other_program, "another program"),
    (newer, "newer version"),
    (no_database, "no results file"),
    (link, "not an ordinary file"),
    (shared, "chmod 700"),
    (a_file, "no folder"),
    (lambda tmp_path: a_file(tmp_path) / "below", "cannot hold"),
]


@pytest.mark.parametrize(("make", "words"), REFUSED)
def test_what_is_not_ours_is_refused_and_not_touched(tmp_path: Path, make: Callable[[Path], Path], words: str) -> None:
    """A file of a newer version or another program, a folder that is not private: a sentence, and no byte changes."""
    folder = make(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match=words):
        Results.open(folder)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_reading_makes_no_results(tmp_path: Path) -> None:
    """Without `create` a folder without results is a mistake in the command, and stays as it is."""
    with pytest.raises(UsageError, match="no results in"):
        Results.open(tmp_path, create=False)
    with pytest.raises(UsageError, match="no results in"):
        Results.open(tmp_path / "none", create=False)
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    """A step of a newer version runs once, and everything is still there; a step that fails leaves the old file."""
    with Results.open(tmp_path / "results") as store:
        store.plan(PLAN)
        store.store("aa", "exercise1", CONTENTS["aa"], {}, 0, ())
        marks = store.marks()
    step = "ALTER TABLE runs ADD COLUMN machine TEXT"
    with pytest.raises(GraderError, match="syntax error"):
        Results.open(tmp_path / "results", steps=(*STEPS, (2, (step, "NONSENSE"))))
    with Results.open(tmp_path / "results") as store:
        assert store.marks() == marks
    for _ in range(2):
        with Results.open(tmp_path / "results", steps=(*STEPS, (2, (step,)))) as store:
            assert store.marks() == marks
    with pytest.raises(UsageError, match="newer"):
        Results.open(tmp_path / "results")


def test_an_interrupted_beginning_is_begun_again(tmp_path: Path) -> None:
    """A file that was made but not filled is taken for new."""
    tmp_path.chmod(0o700)
    (tmp_path / FILE).touch(0o600)
    with Results.open(tmp_path) as store:
        assert store.marks() == []


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """Where there is no room a sentence says so, what was stored stays, and with room again it goes on."""
    big = [row("one", output="x" * 200_000)]
    with Results.open(tmp_path / "results") as store:
        store.plan(PLAN)
        store.store("aa", "exercise1", CONTENTS["aa"], {}, 0, ())
        marks = store.marks()
        store._database.execute("PRAGMA max_page_count = 20")  # what SQLite answers with as to a full disk
        with pytest.raises(GraderError, match=r"disk is full.*Make room"):
            store.store("bb", "exercise1", big, {}, 0, ())
        assert store.marks() == marks
        store._database.execute("PRAGMA max_page_count = 1000000")
        store.store("bb", "exercise1", big, {}, 0, ())
        assert store.current("bb", "exercise1") == big


def test_a_disk_that_fails_loses_nothing(tmp_path: Path) -> None:
    """Where a file may not grow the write is an error of ours with a sentence, and the file stays whole."""

    def work() -> str:
        with Results.open(tmp_path / "results") as store:
            store.plan(PLAN)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
            try:
                store.store("bb", "exercise1", [row("one", output="x" * 500_000)], {}, 0, ())
            except GraderError as error:
                return f"{error} {len(store.marks())}"
        return "stored"

    answer = in_child(os.getuid(), work)
    assert "Everything stored before is safe" in answer
    assert answer.endswith(f" {len(PLAN)}")
    with Results.open(tmp_path / "results") as store:
        assert store.current("bb", "exercise1") == []


class Deadly(list[CheckRow]):
    """Rows that kill their process at the second one, in the middle of a transaction."""

    def __iter__(self) -> Iterator[CheckRow]:
        yield self[0]
        os.kill(os.getpid(), signal.SIGKILL)


MANY = {f"{number:064x}": [row(check, number % 2, output="x" * 3000) for check in "abc"] for number in range(40)}
CROWD = [planned(f"student{number}", sha256) for number, sha256 in enumerate(MANY)]
KEYS = dict.fromkeys("abc", "a:b")


def grade(folder: Path, told: int, deadly: int | None = None) -> None:
    """What `grade bulk` does, telling after each submission; with `deadly`, killed inside of the one after so many."""
    with Results.open(folder) as store:
        store.plan(CROWD)
        new = [sha256 for sha256 in MANY if not store.known(sha256, "exercise1", KEYS)]
        for number, sha256 in enumerate(new):
            rows = Deadly(MANY[sha256]) if number == deadly else MANY[sha256]
            store.store(sha256, "exercise1", rows, {}, 0, (), keys=KEYS)
            os.write(told, b".")


def killed(folder: Path, after: int, deadly: int | None = None) -> int:
    """How many submissions a process said it had stored until it was killed, after it had told of so many."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)
        try:
            grade(folder, write_end, deadly)
        finally:
            os._exit(0)
    os.close(write_end)
    with open(read_end, "rb", buffering=0) as pipe:
        heard = 0
        while (heard < after or deadly is not None) and pipe.read(1):
            heard += 1
        if deadly is None:
            os.kill(pid, signal.SIGKILL)
        while pipe.read(1):
            heard += 1
    os.waitpid(pid, 0)
    return heard


@pytest.mark.parametrize("afters", [(0, 1, 7), (3, 3, 30), (1, 1, 1)])
def test_killed_at_any_moment_nothing_is_lost(tmp_path: Path, afters: tuple[int, ...]) -> None:
    """Killed between and inside transactions and run again: what was told is there and not run again, marks are the
    same as undisturbed."""
    folder, undisturbed = tmp_path / "results", tmp_path / "undisturbed"
    told = killed(folder, 0, deadly=2)
    assert told == 2
    for after in afters:
        told += killed(folder, after)
        told += killed(folder, 0, deadly=2)
        with Results.open(folder) as store:
            stored = [sha256 for sha256 in MANY if store.current(sha256, "exercise1")]
            assert stored == list(MANY)[: len(stored)]
            assert told <= len(stored) <= told + len(afters)  # a commit may be done and not yet told of
            assert all(store.current(sha256, "exercise1") == MANY[sha256] for sha256 in stored)
    with open(os.devnull, "wb") as nobody:
        grade(folder, nobody.fileno())
        grade(undisturbed, nobody.fileno())
    with Results.open(folder) as store, Results.open(undisturbed) as other:
        assert facts(store.marks()) == facts(other.marks())
        runs = [database._database.execute("SELECT count(*) FROM runs").fetchone() for database in (store, other)]
        assert runs == [(40,), (40,)]


@pytest.mark.parametrize("time", range(8))
def test_many_may_open_at_once(tmp_path: Path, time: int) -> None:
    """Processes that make the same file at the same time all succeed, and all that they stored is there."""
    children = []
    for sha256 in list(MANY)[:6]:
        pid = os.fork()
        if pid == 0:
            signal.alarm(30)
            try:
                for _ in range(3):
                    with Results.open(tmp_path / "results") as store:
                        store.store(sha256, "exercise1", MANY[sha256], {}, 0, ())
                        store.marks()
                os._exit(0)
            finally:
                os._exit(1)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 6
    with Results.open(tmp_path / "results") as store:
        assert all(store.current(sha256, "exercise1") == MANY[sha256] for sha256 in list(MANY)[:6])


SECRET = b"my-own-secret"
SECRETS = (b"Wilhelmina", b"minna@school.example", b"m1234567", b"w_folder", SECRET)


def told_everything(store: Results) -> None:
    """Two students with one file in common, and one of them with another of her own that says much."""
    secret = SECRET.decode()
    texts = dict.fromkeys(("message", "call", "got", "expected", "mistake", "review", "output"), secret * 300)
    minna = planned("m1234567", "5ec7e7", name="Wilhelmina", email="minna@school.example", path="w_folder/1.py")
    store.plan([minna, dataclasses.replace(minna, sha256="bb", exercise="exercise2"), *PLAN])
    store.plan([minna, dataclasses.replace(minna, sha256="bb", path="w_folder/2.py"), *PLAN])
    store.store("5ec7e7", "exercise1", [row("one", **texts), row("two")], {"note": secret}, 0, [secret])
    for sha256, rows in CONTENTS.items():
        store.store(sha256, "exercise1", rows, {}, 0, ())


def found_in(folder: Path, words: Sequence[bytes]) -> set[bytes]:
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    return {word for word in words if word in everything}


@pytest.mark.parametrize("by", ["m1234567", "Wilhelmina", "minna@school.example", "key"])
def test_a_forgotten_person_is_nowhere(tmp_path: Path, by: str) -> None:
    """Name, id, address, paths, key and texts are in no byte of the folder; what others handed in as well is theirs."""
    folder = tmp_path / "results"
    with Results.open(folder) as store:
        told_everything(store)
        person = store.person("m1234567")
        marks = [mark for mark in store.marks() if mark.student != "m1234567"]
        assert (set(person.sha256s), person.alone) == ({"5ec7e7", "bb"}, ("5ec7e7",))
    secrets = (*SECRETS, b"5ec7e7", person.key.encode())
    assert found_in(folder, secrets) == set(secrets)
    with Results.open(folder) as store:
        rows = 1 + 3 + 2 + 2 + 1  # student, submissions, checks, what makes the mark, run
        assert store.forget(person.key if by == "key" else by) == rows
        assert found_after(folder, secrets) == ""
        assert store.marks() == marks
        assert store.current("bb", "exercise1") == CONTENTS["bb"]
        with pytest.raises(UsageError, match="No student"):
            store.forget("m1234567")
    assert found_in(folder, secrets) == set()


def found_after(folder: Path, words: Sequence[bytes]) -> str:
    """As `found_in`, while this process has the file open: by a child, as closing it here would drop our locks."""
    return in_child(os.getuid(), lambda: b" ".join(found_in(folder, words)).decode())


def test_a_name_of_two_is_not_enough(tmp_path: Path) -> None:
    """Who is to be forgotten must be one person: with a shared name the ids are listed and nobody is removed."""
    with Results.open(tmp_path / "results") as store:
        store.plan([planned("s1", "aa", name="Kim"), planned("s2", "bb", name="Kim"), planned("s3", "cc", name="")])
        with pytest.raises(UsageError, match="s1, s2"):
            store.forget("Kim")
        with pytest.raises(UsageError, match="No student"):
            store.forget("")
        assert len(store.marks()) == 3


def test_forgetting_is_finished_later_where_a_reader_is_in_the_way(tmp_path: Path) -> None:
    """While another reads the old pages the command says so, and the next opening empties them."""
    folder = tmp_path / "results"
    with Results.open(folder) as store:
        told_everything(store)
    with Results.open(folder, wait_s=0.05) as store, contextlib.closing(sqlite3.connect(folder / FILE)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM students").fetchone()
        with pytest.raises(GraderError, match="another process still reads"):
            store.forget("m1234567")
        assert "m1234567" not in {mark.student for mark in store.marks()}
        assert found_after(folder, SECRETS)
        reader.execute("COMMIT")
    Results.open(folder).close()
    assert found_in(folder, SECRETS) == set()


@pytest.mark.parametrize("moment", [1, 9, 15, 22, 29, 31, 50, 80])
def test_killed_while_forgetting_it_is_all_or_nothing(tmp_path: Path, moment: int) -> None:
    """Killed in the midst of forgetting, a person is still there with every mark, or after the next opening nowhere."""
    folder = tmp_path / "results"
    with Results.open(folder) as store:
        told_everything(store)
        marks = store.marks()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)
        store, steps = Results.open(folder), itertools.count(1)
        store._database.execute("PRAGMA secure_delete = OFF")  # it does not reach all that moved rows leave behind
        store._database.set_progress_handler(  # called after every 20 steps of SQLite's own machine
            lambda: os.kill(os.getpid(), signal.SIGKILL) if next(steps) == moment else None, 20
        )
        store.forget("m1234567")
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    with Results.open(folder) as store:
        left_over = store.marks()
    if left_over != marks:
        assert left_over == [mark for mark in marks if mark.student != "m1234567"]
        assert found_in(folder, SECRETS) == set()
