"""What `grade bulk` is given may be unreadable, enormous, odd or gone, and the disk full: the rest is graded."""

from __future__ import annotations

import csv
import ctypes
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from children import in_child
from test_bulk import bulk, classroom, marks, runs  # noqa: F401  # a fixture
from test_cli import GRADE, RIGHT, WRONG, course, grade  # noqa: F401  # `course` is a fixture
from test_results import CONTENTS, PLAN, newer, row
from test_syscalls import needs_namespaces, own_namespaces

from grader import intake
from grader.course import exercises
from grader.errors import GraderError
from grader.results import Results
from grader.sandbox import syscalls

READ_ALL = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: with these root reads what nobody may
PR_CAPBSET_DROP = 24
SLOW = f"import time\ntime.sleep(0.5)\n{RIGHT}"


def handed_in(folder: Path, works: dict[str, str]) -> None:
    for name, source in works.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source)


def limited(course: Path, before: Callable[[], object], where: object = "class") -> subprocess.CompletedProcess[str]:  # noqa: F811 - a fixture
    """`grade bulk` in a process that has done something to itself before."""
    kept = {**os.environ, "HOME": str(course.parent), "XDG_STATE_HOME": str(course.parent / ".state")}
    command = [*GRADE, "bulk", str(where), "--course", str(course), "--out", "results", "--jobs", "2"]
    return subprocess.run(command, cwd=course.parent, env=kept, text=True, capture_output=True, timeout=120,
                          preexec_fn=before)  # fmt: skip


def as_anybody() -> None:
    """Root becomes one who may not read everything; anybody else is that already."""
    for capability in READ_ALL if os.geteuid() == 0 else ():
        if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError("root could not give up reading everything")


def a_sentence(done: subprocess.CompletedProcess[str], code: int) -> str:
    """What the command said before it ended with this code, which is one line; Click has its own before it."""
    assert done.returncode == code, done.stdout + done.stderr
    *usage, line = done.stderr.splitlines()
    assert line.startswith("Error: " if usage else "grade: ") and line.endswith(".")
    assert not usage or usage[0].startswith("Usage: grade bulk")
    return line


def a_socket(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.open(path.parent, os.O_RDONLY)  # a socket's whole path has 108 bytes at most
        try:
            made.bind(f"/proc/self/fd/{here}/{path.name}")
        finally:
            os.close(here)
    return path


def a_pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def locked(path: Path) -> Path:
    path.mkdir(0o700)
    (path / "inner").mkdir()
    path.chmod(0)
    return path


@pytest.fixture
def unlocked(tmp_path: Path) -> Iterator[None]:
    """Afterwards everything may be removed again."""
    yield
    for path in tmp_path.iterdir():
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)


BAD = [
    (a_pipe, "pipe", "cannot be graded"),
    (a_pipe, "pipe.py", "cannot be graded"),
    (a_pipe, "pipe.zip", "cannot be graded"),
    (a_pipe, "pipe.csv", "is no ordinary file"),
    (a_socket, "socket", "cannot be graded"),
    (a_socket, "socket.ipynb", "cannot be graded"),
    (lambda path: Path("/dev/zero"), "zero", "cannot be graded"),
    (locked, "locked", "is not readable"),
    (lambda path: locked(path) / "inner", "locked", "cannot be opened: Permission denied"),
]


@pytest.mark.parametrize(("make", "name", "words"), BAD)
@pytest.mark.usefixtures("unlocked")
def test_what_is_no_folder_is_refused(
    make: Callable[[Path], Path],
    name: str,
    words: str,
    course: Path,  # noqa: F811 - a fixture
) -> None:
    """A pipe, socket, device or locked folder in place of submissions is waited for by nobody: one sentence names it,
    and no results are made."""
    where = make(course.parent / name)
    said = a_sentence(limited(course, as_anybody, where), 2)
    assert str(where) in said or f" {name} " in said
    assert words in said
    assert not (course.parent / "results").exists()


def test_what_cannot_be_read_costs_only_itself(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """Links, pipes, sockets and what is locked are told with the reason and not followed, everybody else's goes to the
    workers, and once unlocked so does the rest."""
    folder = tmp_path / "class"
    handed_in(folder, {f"{name}/doubling.py": RIGHT + f"# {name}" for name in ("right", "shut", "unread")})
    (folder / "etc").symlink_to("/etc")
    for name in ("link", "pipe", "socket"):
        (folder / name).mkdir()
    (folder / "link" / "doubling.py").symlink_to("/etc/passwd")
    a_pipe(folder / "pipe" / "doubling.py")
    a_socket(folder / "socket" / "doubling.py")
    (folder / "shut").chmod(0)
    (folder / "unread" / "doubling.py").chmod(0)
    try:
        done = limited(course, as_anybody)
    finally:
        (folder / "shut").chmod(0o700)
    assert done.returncode == 3 and done.stderr == ""
    for line in (
        "ignored: etc is a symbolic link, which is not followed.",
        "ignored: link/doubling.py is a symbolic link, which is not followed.",
        "ignored: pipe/doubling.py is no ordinary file.",
        "ignored: socket/doubling.py is no ordinary file.",
        "ignored: shut cannot be opened: Permission denied.",
        "cannot be read: unread/doubling.py cannot be read: Permission denied.",
    ):
        assert line in done.stdout.splitlines()
    assert "\n[1/1] right doubling: " in done.stdout
    (folder / "unread" / "doubling.py").chmod(0o600)
    assert marks(course) == {"right": 3, "shut": 3, "unread": 3}
    assert b"root:" not in (tmp_path / "results" / "results.sqlite").read_bytes()


def test_a_zip_that_breaks_off_inside_costs_only_its_student(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """A member whose bytes are not what its zip says is told, exit code 3, everybody else is graded, and marks stay as
    they were before."""
    handed_in(tmp_path / "class", {"right/doubling.py": RIGHT})
    archive = tmp_path / "class" / "zoe.zip"
    for wrong in (False, True):
        with zipfile.ZipFile(archive, "w") as made:
            made.writestr("doubling.py", WRONG)
        if wrong:
            archive.write_bytes(archive.read_bytes().replace(b"numbers * 2", b"numbers * 3", 1))
        done = bulk(course, "--csv", "marks.csv")
        assert done.returncode == (3 if wrong else 0) and done.stderr == ""
        assert ("cannot be read: zoe.zip/doubling.py is broken" in done.stdout) == wrong
        with (tmp_path / "marks.csv").open(encoding="utf-8", newline="") as lines:
            assert {row["student"]: row["points"] for row in csv.DictReader(lines)} == {"right": "3", "zoe": "0"}


def test_the_folder_itself_may_be_a_link(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """A link in place of submissions is what the instructor named and is followed, be it one to all of /etc."""
    handed_in(tmp_path / "there", {"right/doubling.py": RIGHT})
    (tmp_path / "class").symlink_to("there")
    assert marks(course) == {"right": 3}
    (tmp_path / "etc").symlink_to("/etc")
    done = grade("bulk", "etc", "--course", course, "--dry-run", cwd=tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    assert "ignored: passwd is neither .py nor .ipynb nor .zip." in done.stdout.splitlines()


def test_two_among_very_many_files_are_found(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """Of 20,000 files in one folder and below two are submissions, and each of the others is told with its reason."""
    folder = tmp_path / "class"
    handed_in(folder, {"one/doubling.py": RIGHT, "two/doubling.py": WRONG})
    for number in range(20_000):
        name = f"f{number}.dat" if number % 2 else f"one/f{number}.dat"
        os.close(os.open(f"{folder}/{name}", os.O_CREAT | os.O_WRONLY))
    plan = intake.plan(folder, exercises(course))
    assert [item.path for item in plan.items] == ["one/doubling.py", "two/doubling.py"]
    assert len(plan.ignored) == 20_000
    assert {ignored.why for ignored in plan.ignored} == {"is neither .py nor .ipynb nor .zip"}
    assert bulk(course).stdout.splitlines()[-2:] == [
        "doubling: 2 submissions, 1 passed, mean 1.5 of 3 points", "Results: results",
    ]  # fmt: skip


def test_the_longest_and_oddest_names_are_graded(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """Names of 255 bytes, of folders and of files, with line's ends, marks of writing direction and emoji in them, are
    students, told apart."""
    long = "\u202e\n\U0001f600" + "é" * 123 + "x"
    assert len(os.fsencode(long)) == 255
    files = [f"a\r\n\u2028b{'é' * 122}x.py", f"\u202e\U0001f600{'é' * 122}x.py", f"{'z' * 252}.py"]
    assert {len(os.fsencode(name)) for name in files} == {255}
    for name in (f"{long}/doubling.py", *files):
        handed_in(tmp_path / "class", {name: RIGHT})
    done = bulk(course, "--json", "marks.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\u202e" not in done.stdout and "\r" not in done.stdout
    entries = json.loads((tmp_path / "marks.json").read_text(encoding="utf-8"))["marks"]
    assert {entry["student"] for entry in entries} == {long, *(name[:-3] for name in files)}
    assert {entry["points"] for entry in entries} == {3}


def test_one_file_of_everybody_is_graded_once(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """The same bytes are run once and everybody who handed them in has their marks, two students of one name too."""
    works = {f"doejane_{4711 + number}_{number + 1}_doubling.py": RIGHT for number in range(30)}
    handed_in(tmp_path / "class", works | {"doejane_99_99_doubling.py": WRONG})
    expected = {f"doejane_{4711 + number}": 3 for number in range(30)} | {"doejane_99": 0}
    assert marks(course) == expected
    assert runs(tmp_path) == 2
    (tmp_path / "class" / "list.csv").write_text(
        "student,name,path\n" + "".join(f"{name[8:12]},Jane Doe,{name}\n" for name in works)
    )
    done = grade("bulk", "class/list.csv", "--course", course, "--out", "listed", "--csv", "m.csv", cwd=tmp_path)
    assert done.returncode == 0 and "30 submissions, 30 passed" in done.stdout
    assert (tmp_path / "m.csv").read_text().count("Jane Doe") == 30


def test_results_of_a_newer_version_are_left_alone(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """What a newer version stored is refused with a sentence, and no byte of it changes."""
    handed_in(tmp_path / "class", {"right/doubling.py": RIGHT})
    before = {path: path.read_bytes() for path in newer(tmp_path).iterdir()}
    said = a_sentence(bulk(course), 2)
    assert "newer version" in said and "results.sqlite" in said
    assert {path: path.read_bytes() for path in (tmp_path / "results").iterdir()} == before


@pytest.mark.parametrize("room", [0, 40_000, 140_000])
def test_a_full_disk_ends_it_with_a_sentence(room: int, course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """Where files may not grow any more, at the first byte or in the midst of results, a sentence says so with exit
    code 3, what was stored can be read, and with room the same command does the rest."""

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    handed_in(tmp_path / "class", {f"s{number:02}/doubling.py": f"{RIGHT}# {number}\n" for number in range(20)})
    done = limited(course, little_room)
    said = a_sentence(done, 3)
    assert "results/results.sqlite: The disk" in said and "safe" in said and "same command again" in said
    told = sum(line.endswith("3 of 3") for line in done.stdout.splitlines())
    with Results.open(tmp_path / "results") as store:
        assert sum(mark.points == 3 for mark in store.marks()) == told < 20
    assert marks(course) == {f"s{number:02}": 3 for number in range(20)}
    with sqlite3.connect(tmp_path / "results" / "results.sqlite") as database:
        counted = database.execute("SELECT count(*), count(DISTINCT sha256) FROM runs").fetchone()
    assert counted == (20, 20)


@needs_namespaces
def test_a_disk_that_is_really_full_loses_nothing(tmp_path: Path) -> None:
    """On a file system without room for the file or for one more row the sentence is the same, and after room was made
    it goes on where it was."""

    def work() -> list[str]:
        own_namespaces(syscalls.CLONE_NEWNS)
        syscalls.mount("none", tmp_path, "tmpfs", 0, "size=256k,mode=700,nr_inodes=1")
        said = []
        for folder in (tmp_path, tmp_path / "results"):
            try:
                Results.open(folder)
            except GraderError as error:
                said.append(f"{error.exit_code} {'disk is full' in str(error)}")
        syscalls.mount("none", tmp_path, "tmpfs", syscalls.MS_REMOUNT, "size=256k,nr_inodes=9")
        big = [row("one", output="x" * 200_000)]
        with Results.open(tmp_path) as store:
            store.plan(PLAN)
            store.store("aa", "exercise1", CONTENTS["aa"], {}, 0, ())
            try:
                store.store("bb", "exercise1", big, {}, 0, ())
            except GraderError as error:
                said.append(f"{error.exit_code} {'disk is full' in str(error)}")
        syscalls.mount("none", tmp_path, "tmpfs", syscalls.MS_REMOUNT, "size=9m,nr_inodes=9")
        with Results.open(tmp_path) as store:
            kept = store.current("aa", "exercise1") == CONTENTS["aa"] and not store.current("bb", "exercise1")
            store.store("bb", "exercise1", big, {}, 0, ())
            return [*said, str(kept), str(store.current("bb", "exercise1") == big)]

    assert in_child(os.getuid(), work) == str(["3 True"] * 3 + ["True", "True"])


def test_what_changes_meanwhile_is_not_graded(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """A file that vanishes, changes, or becomes a link or a pipe while others are graded gets no mark and is told, who
    comes after it is graded, and the same command then grades what there is."""
    folder = tmp_path / "class"
    handed_in(folder, {f"a{number}/doubling.py": f"{SLOW}# {number}\n" for number in range(8)})
    late = {name: folder / name / "doubling.py" for name in ("changed", "gone", "link", "pipe")}
    handed_in(folder, {f"{name}/doubling.py": f"{RIGHT}# {name}\n" for name in (*late, "zoe")})
    kept = {**os.environ, "HOME": str(course.parent), "XDG_STATE_HOME": str(course.parent / ".state")}
    command = [*GRADE, "bulk", "class", "--course", str(course), "--jobs", "1", "--json", "first.json"]
    process = subprocess.Popen(command, cwd=tmp_path, env=kept, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("[1/13]")
    late["changed"].write_text(WRONG)
    for name in ("gone", "link", "pipe"):
        late[name].unlink()
    late["link"].symlink_to("/etc/passwd")
    a_pipe(late["pipe"])
    rest = process.stdout.read()
    assert process.wait() == 3 and "13 submissions, 9 passed" in rest and "4 could not be graded" in rest
    told = {entry["student"]: entry for entry in json.loads((tmp_path / "first.json").read_text())["marks"]}
    for name in late:
        (check,) = told[name]["report"]["checks"]
        assert told[name]["points"] is None and "changed while others were graded" in check["message"]
    assert marks(course) == {f"a{number}": 3 for number in range(8)} | {"changed": 0, "zoe": 3}


def test_a_folder_without_a_submission_takes_no_marks_away(
    course: Path, classroom: Path, tmp_path: Path  # noqa: F811 - fixtures
) -> None:  # fmt: skip
    """Pointed at the wrong folder, the command says so with exit code 2, and the marks that are there stay."""
    before = marks(course)
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "notes.txt").write_text("nothing")
    done = grade("bulk", wrong, "--course", course, "--out", "results", cwd=tmp_path)
    assert done.returncode == 2 and "no submission" in done.stderr
    assert marks(course) == before


def test_a_name_is_never_a_line_of_ours(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """What ends a line in a student's name is shown, so that nobody's marks can be made up in the output."""
    for end in ("\n", "\u2028", "\r"):
        work = tmp_path / "class" / f"me{end}[9/9] ann doubling: 3 of 3" / "doubling.py"
        work.parent.mkdir(parents=True, exist_ok=True)
        work.write_text(RIGHT)
    done = bulk(course)
    assert done.returncode == 0 and not any(line.startswith("[9/9]") for line in done.stdout.splitlines())
