"""A class is graded as a whole: nothing stops it, nothing is lost, nothing is graded twice."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from classroom import write
from test_cli import GRADE, RIGHT, WRONG, course, grade  # noqa: F401  # `course` is a fixture

HANGS = "def double(numbers):\n    while True:\n        pass\n"
KILLS = "import os\ndef double(numbers):\n    os._exit(0)\n"
BROKEN = "def double(numbers:\n"
MISSING = "x = 1\n"
KINDS = {"right": (RIGHT, 3), "wrong": (WRONG, 0), "kills": (KILLS, 0), "broken": (BROKEN, 0), "missing": (MISSING, 0)}
MORE = '''

@pytest.mark.points(2)
@pytest.mark.functions("double")
@pytest.mark.needs("doubles")
def test_gives_a_list(student):
    """double gives a list"""
    expect.exactly(student.double([1]), [2])
'''


@pytest.fixture
def classroom(tmp_path: Path) -> Path:
    """Two students of each kind, in a folder each."""
    folder = tmp_path / "class"
    for number in range(2):
        for kind, (source, _) in KINDS.items():
            work = folder / f"{kind}{number}" / "doubling.py"
            work.parent.mkdir(parents=True)
            work.write_text(f"{source}# {kind} {number}\n")
    return folder


def bulk(course: Path, *more: object, out: str = "results") -> subprocess.CompletedProcess[str]:  # noqa: F811 - a fixture
    folder = course.parent
    return grade("bulk", "class", "--course", course, "--out", out, "--jobs", 2, *more, cwd=folder)


def marks(course: Path, out: str = "results") -> dict[str, int]:  # noqa: F811 - a fixture
    """Points by student."""
    file = course.parent / f"{out}.csv"
    done = bulk(course, "--csv", file, out=out)
    assert done.returncode == 0, done.stderr
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["student"]: int(row["points"]) for row in csv.DictReader(lines)}


def runs(folder: Path) -> int:
    """How many submissions were graded so far."""
    with sqlite3.connect(folder / "results" / "results.sqlite") as database:
        return int(database.execute("SELECT count(*) FROM runs").fetchone()[0])


def test_everybody_gets_the_marks_they_should(course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """Right, wrong, missing, broken and hostile work each get their marks, and the run ends well."""
    done = bulk(course, "--json", "marks.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 submissions, 2 passed" in done.stdout
    expected = {f"{kind}{number}": points for kind, (_, points) in KINDS.items() for number in range(2)}
    assert marks(course) == expected
    entries = json.loads((course.parent / "marks.json").read_text())["marks"]
    verdicts = {entry["student"]: entry["report"]["checks"][0]["verdict"] for entry in entries}
    assert verdicts["kills0"] == "CRASHED" and verdicts["broken1"] == "RAISED" and verdicts["missing0"] == "MISSING"


def test_what_is_known_is_not_graded_again(course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """A second run grades nothing, a changed file is graded, and so is everything with --fresh."""
    bulk(course)
    assert runs(course.parent) == 10
    assert bulk(course).returncode == 0 and runs(course.parent) == 10
    (classroom / "wrong0" / "doubling.py").write_text(RIGHT)
    assert marks(course)["wrong0"] == 3 and runs(course.parent) == 11
    bulk(course, "--fresh", "--only", "right0", "--csv", "some.csv")
    assert runs(course.parent) == 12
    assert len((course.parent / "some.csv").read_text().splitlines()) == 11  # the others' marks stay


def test_a_changed_check_alone_is_run_again(course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """A new check joins what is known, the others are not run again, and `grade diff` says what changed."""
    checks = course / "doubling" / "checks.py"
    bulk(course)
    shutil.copytree(course.parent / "results", course.parent / "before")
    checks.write_text(checks.read_text() + MORE)
    assert marks(course)["right0"] == 5
    with sqlite3.connect(course.parent / "results" / "results.sqlite") as database:
        found = database.execute("SELECT id, count(*) FROM checks GROUP BY id").fetchall()
    assert dict(found) == {"doubles": 10, "gives_a_list": 10}
    checks.write_text(checks.read_text().replace("points(2)", "points(1)"))
    assert marks(course)["right0"] == 4
    done = grade("diff", "results", "before", cwd=course.parent)
    assert done.returncode == 0 and "gives_a_list" in done.stdout and "doubles" not in done.stdout


def test_skipped_checks_know_what_was_graded_before(course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """A check that is added later is skipped where the one it needs has failed before, as if both had been run."""
    checks = course / "doubling" / "checks.py"
    bulk(course)
    checks.write_text(checks.read_text() + MORE)
    bulk(course, "--json", "later.json")
    bulk(course, "--json", "fresh.json", out="fresh")
    later, fresh = (json.loads((course.parent / name).read_text())["marks"] for name in ("later.json", "fresh.json"))
    told = [
        {
            entry["student"]: [(check["verdict"], check["message"]) for check in entry["report"]["checks"]]
            for entry in one
        }
        for one in (later, fresh)
    ]
    assert told[0] == told[1]
    assert [verdict for verdict, _ in told[0]["wrong0"]] == ["FAILED", "SKIPPED"]


def said(check: dict[str, Any]) -> tuple[str, str | None]:
    return check["verdict"], check["message"]


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_run_goes_on_where_it_was(seed: int, course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """kill -9 at random moments and the same command again: nothing lost, nothing twice, the same marks."""
    draw = random.Random(seed)
    kept = {**os.environ, "HOME": str(course.parent), "XDG_STATE_HOME": str(course.parent / ".state")}
    command = [*GRADE, "bulk", "class", "--course", str(course), "--jobs", "2"]
    for _ in range(4):
        process = subprocess.Popen(command, cwd=course.parent, env=kept, stdout=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.1, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
    expected = {f"{kind}{number}": points for kind, (_, points) in KINDS.items() for number in range(2)}
    assert marks(course) == expected
    with sqlite3.connect(course.parent / "results" / "results.sqlite") as database:
        found = database.execute("SELECT sha256, count(*) FROM runs GROUP BY sha256").fetchall()
    assert len(found) == 10 and {count for _, count in found} == {1}


def test_ctrl_c_finishes_what_is_running(course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """One Ctrl-C ends the run with what was running, exit code 130; the next run does the rest."""
    for number in range(30):
        work = classroom / f"more{number}" / "doubling.py"
        work.parent.mkdir()
        work.write_text(f"{RIGHT}# {number}\n")
    kept = {**os.environ, "HOME": str(course.parent), "XDG_STATE_HOME": str(course.parent / ".state")}
    command = [*GRADE, "bulk", "class", "--course", str(course), "--jobs", "2"]
    process = subprocess.Popen(
        command, cwd=course.parent, env=kept, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().startswith("[1/40]")
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait() == 130 and "Stopping" in rest
    assert 1 <= runs(course.parent) < 40
    assert len(marks(course)) == 40


def test_the_plan_is_shown_without_grading(course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """--dry-run lists what would be graded and what is ignored and why, and makes nothing."""
    (classroom / "right0" / "notes.txt").write_text("later")
    done = bulk(course, "--dry-run")
    assert done.returncode == 0 and "right0  doubling  right0/doubling.py" in done.stdout
    assert "notes.txt" in done.stdout and "10 submissions of 10 students" in done.stdout
    assert not (course.parent / "results").exists()


def test_jobs_and_order_do_not_matter(course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """One worker or four, and another name for the folder: the same marks and texts."""
    outputs = []
    for jobs in (1, 4):
        grade("bulk", "class", "--course", course, "--out", f"r{jobs}", "--jobs", jobs, "--json", f"{jobs}.json",
              cwd=course.parent)  # fmt: skip
        entries = json.loads((course.parent / f"{jobs}.json").read_text())["marks"]
        outputs.append([(entry["student"], entry["report"]["checks"]) for entry in entries])
    assert outputs[0] == outputs[1]


def test_a_hung_submission_holds_nobody_up(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """A function that never ends is timed out, and the others have their marks."""
    (course / "doubling" / "exercise.toml").write_text(
        (course / "doubling" / "exercise.toml").read_text() + "\n[limits]\ncpu_s = 0.5\n"
    )
    for name, source in (("hangs", HANGS), ("right", RIGHT)):
        work = tmp_path / "class" / name / "doubling.py"
        work.parent.mkdir(parents=True)
        work.write_text(source)
    done = bulk(course)
    assert done.returncode == 0, done.stdout + done.stderr
    assert marks(course) == {"hangs": 0, "right": 3}


def test_nobody_is_left_behind_by_forget(course: Path, classroom: Path) -> None:  # noqa: F811 - a fixture
    """`grade forget` removes a student; the others stay."""
    bulk(course)
    done = grade("forget", "results", "right0", cwd=course.parent)
    assert done.returncode == 0 and "right0 is removed from results: 5 rows" in done.stdout
    data = b"".join(path.read_bytes() for path in (course.parent / "results").iterdir() if path.is_file())
    assert b"right0" not in data and b"right1" in data


def test_names_of_any_kind_are_graded(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """A name with a line's end, right-to-left marks, an emoji, 200 bytes, or no Unicode at all is a student's name."""
    names = [
        "two\nlines",
        "\u202eright",
        "\U0001f600",
        "é" * 100,
        os.fsdecode(b"not \xff unicode"),
        "=cmd()",
        "::error::x",
    ]
    for name in names:
        work = tmp_path / "class" / name / "doubling.py"
        work.parent.mkdir(parents=True)
        work.write_text(RIGHT)
    done = bulk(course, "--csv", "marks.csv")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(names)} submissions, {len(names)} passed" in done.stdout
    assert not any(line.startswith("::") for line in done.stdout.splitlines()) and "\u202e" not in done.stdout
    text = (tmp_path / "marks.csv").read_text(encoding="utf-8")
    assert "\U0001f600" in text and '"=cmd()"' not in text and "'=cmd()" in text


def test_bad_input_is_one_sentence(course: Path, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """A folder that is missing or empty is a usage error, exit code 2."""
    done = bulk(course)
    assert done.returncode == 2 and "class" in done.stderr
    (tmp_path / "class").mkdir()
    done = bulk(course)
    assert done.returncode == 2 and "nothing in class" in done.stderr and "Traceback" not in done.stderr


def test_a_made_up_class_gets_its_marks(tmp_path: Path) -> None:
    """Files and notebooks of a class of exercise 2 have the marks that are known for them."""
    for notebooks in (False, True):
        work = tmp_path / ("notebooks" if notebooks else "files")
        expected = write(work, 12, seed=3, notebooks=notebooks)
        file = tmp_path / f"{work.name}.csv"
        done = grade(
            "bulk", work, "--out", tmp_path / f"{work.name}.out", "--exercise", "exercise2", "--csv", file, cwd=tmp_path
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with file.open(encoding="utf-8", newline="") as lines:
            found = {
                row["student"]: int(row["points"]) for row in csv.DictReader(lines) if row["exercise"] == "exercise2"
            }
        assert found == expected
