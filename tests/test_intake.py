"""From what an instructor has on disk to a plan: layouts, whose a file is, which exercise it is for, which counts."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import intake
from grader.errors import UsageError
from grader.intake import Plan, plan
from grader.layouts import by_content, seconds
from grader.values import Exercise, Name

EX3 = Exercise(
    "exercise3", "Gradients", Path(), tuple(Name(name, "") for name in ("gradient", "sigmoid", "mnist_loss"))
)
EX4 = Exercise("exercise4", "SGD", Path(), tuple(Name(name, "") for name in ("linear1", "mse", "BasicOptim", "fit")))
BOTH = (EX3, EX4)
PY3 = b"def gradient(f, x): ...\ndef sigmoid(x): ...\nimport torch\n"
PY4 = b"class BasicOptim: ...\ndef mse(a, b): ...\n"
NB4 = json.dumps({"cells": [{"cell_type": "code", "source": ["%matplotlib inline\n", "def linear1(x):\n", "  ..."]},
                            {"cell_type": "markdown", "source": "def sigmoid(x): ..."}]}).encode()  # fmt: skip
Tree = dict[str, bytes]


def packed(tree: Tree) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(tree.items()):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, number % 60, 0)), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def grown(root: Path, tree: Tree) -> Path:
    """The tree as files; each is a minute younger than the one before."""
    for number, (name, content) in enumerate(tree.items()):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (1_000_000 + 60 * number,) * 2)
    return root


def told(plan_: Plan) -> list[tuple[str, str, str]]:
    return [(item.student, item.exercise, item.path) for item in plan_.items]


def whys(plan_: Plan) -> dict[str, str]:
    return {ignored.path: ignored.why for ignored in plan_.ignored}


CANVAS = {
    "doejane_4711_900_exercise3.py": PY3,
    "doejane_LATE_4711_950_exercise3-1.py": PY3,
    "doejane_4712_910_homework.ipynb": NB4,
    "roejim_LATE_55_77_exercise_4-2.py": b"",
    "zip_1_2_work.zip": packed({"deep/exercise3.py": PY3, "doejane_4711_999_exercise3.py": PY3}),
}
MOODLE = {
    "Zoë Doe_123_assignsubmission_file_/exercise3.py": PY3,
    "Zoë Doe_124_assignsubmission_file_/my work.ipynb": NB4,
    "Jim_von Roe_9_assignsubmission_file_/work.zip": packed({"w/a.py": PY4}),
}
LAYOUTS: dict[str, tuple[Tree, list[tuple[str, str, str]]]] = {
    "flat": (
        {"alice_exercise3.py": b"", "exercise3_bob.ipynb": b"", "Exercise-04 cid.py": b"",
         "dan.py": PY4, "eve.ipynb": NB4},
        [("alice", "exercise3", "alice_exercise3.py"), ("bob", "exercise3", "exercise3_bob.ipynb"),
         ("cid", "exercise4", "Exercise-04 cid.py"), ("dan", "exercise4", "dan.py"), ("eve", "exercise4", "eve.ipynb")],
    ),
    "a folder per student": (
        {"alice/exercise3.py": b"", "alice/deep/er/homework.ipynb": NB4, "bob/exercise4/solution.py": b"",
         "bob/exercise3/tool.py": b"x = 1", "bob/exercise3/main.py": PY3, "cid_exercise3/a.py": b""},
        [("alice", "exercise3", "alice/exercise3.py"), ("alice", "exercise4", "alice/deep/er/homework.ipynb"),
         ("bob", "exercise3", "bob/exercise3/main.py"), ("bob", "exercise4", "bob/exercise4/solution.py"),
         ("cid", "exercise3", "cid_exercise3/a.py")],
    ),
    "nbgrader": (
        {"submitted/exercise3/exercise4/a.ipynb": b"",
         "submitted/exercise3/exercise4/timestamp.txt": b"2020-02-02 10:00:00 UTC",
         "submitted/bob/hw/exercise3.ipynb": b"", "source/exercise3/exercise3.ipynb": b""},
        [("bob", "exercise3", "submitted/bob/hw/exercise3.ipynb"),
         ("exercise3", "exercise4", "submitted/exercise3/exercise4/a.ipynb")],
    ),
    "clones": (
        {"homework-alice/.git/hooks/exercise3.py": b"", "homework-alice/exercise3.py": b"",
         "homework-alice/tests/test_exercise3.py": b"def test_gradient(): ...", "homework-bob/src/exercise3.py": b""},
        [("homework-alice", "exercise3", "homework-alice/exercise3.py"),
         ("homework-bob", "exercise3", "homework-bob/src/exercise3.py")],
    ),
    "canvas": (
        CANVAS,
        [("doejane_4711", "exercise3", "doejane_4711_900_exercise3.py"),
         ("doejane_4711", "exercise3", "doejane_LATE_4711_950_exercise3-1.py"),
         ("doejane_4712", "exercise4", "doejane_4712_910_homework.ipynb"),
         ("roejim_55", "exercise4", "roejim_LATE_55_77_exercise_4-2.py"),
         ("zip_1", "exercise3", "zip_1_2_work.zip/deep/exercise3.py"),
         ("zip_1", "exercise3", "zip_1_2_work.zip/doejane_4711_999_exercise3.py")],
    ),
    "moodle": (
        MOODLE,
        [("Jim_von Roe_9", "exercise4", "Jim_von Roe_9_assignsubmission_file_/work.zip/w/a.py"),
         ("Zoë Doe_123", "exercise3", "Zoë Doe_123_assignsubmission_file_/exercise3.py"),
         ("Zoë Doe_124", "exercise4", "Zoë Doe_124_assignsubmission_file_/my work.ipynb")],
    ),
    "a download in a folder": (
        {"submissions.zip": packed(MOODLE)},
        [("Jim_von Roe_9", "exercise4", "submissions.zip/Jim_von Roe_9_assignsubmission_file_/work.zip/w/a.py"),
         ("Zoë Doe_123", "exercise3", "submissions.zip/Zoë Doe_123_assignsubmission_file_/exercise3.py"),
         ("Zoë Doe_124", "exercise4", "submissions.zip/Zoë Doe_124_assignsubmission_file_/my work.ipynb")],
    ),
    "a zip per student": (
        {"alice.zip": packed({"x/exercise3.py": b"", "__MACOSX/x/._exercise3.py": b""}),
         "bob_exercise4.zip": packed({"main.py": b""}),
         "mallory.zip": packed({"alice_1_2_exercise3.py": b"", "exercise4.py": b""})},
        [("alice", "exercise3", "alice.zip/x/exercise3.py"), ("bob", "exercise4", "bob_exercise4.zip/main.py"),
         ("mallory", "exercise3", "mallory.zip/alice_1_2_exercise3.py"),
         ("mallory", "exercise4", "mallory.zip/exercise4.py")],
    ),
    "a folder per exercise": (
        {"exercise3/alice.py": b"", "exercise4/alice.py": b"", "exercise4/doe_1_2_a.py": b""},
        [("alice", "exercise3", "exercise3/alice.py"), ("alice", "exercise4", "exercise4/alice.py"),
         ("doe_1", "exercise4", "exercise4/doe_1_2_a.py")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_tells_students_and_exercises(name: str, tmp_path: Path) -> None:
    """Student and exercise come from the layout, then from the file's name, then from its content."""
    tree, expected = LAYOUTS[name]
    assert sorted(told(plan(grown(tmp_path, tree), BOTH))) == sorted(expected)


@pytest.mark.parametrize("name", [name for name in LAYOUTS if "zip" not in name and "download" not in name])
@pytest.mark.parametrize("wrapper", ["", "wrapper/"])
def test_a_layout_in_a_zip_is_the_same_layout(name: str, wrapper: str, tmp_path: Path) -> None:
    """A zip of a layout gives the plan of the layout, with the zip's name before each path; one more folder around it
    changes nothing."""
    tree, expected = LAYOUTS[name]
    if wrapper and name not in ("canvas", "moodle", "a folder per student", "clones"):
        wrapper = ""
    (tmp_path / "all.zip").write_bytes(packed({wrapper + path: content for path, content in tree.items()}))
    paths = [(student, exercise, f"all.zip/{wrapper}{path}") for student, exercise, path in expected]
    assert sorted(told(plan(tmp_path / "all.zip", BOTH))) == sorted(paths)


def test_items_are_read_from_where_they_lie(tmp_path: Path) -> None:
    """Files, members and members of members have their own bytes."""
    tree = {"a/exercise3.py": b"1", "b.zip": packed({"exercise3.py": b"2", "in.zip": packed({"exercise4.py": b"3"})})}
    found = plan(grown(tmp_path, tree), BOTH)
    assert {item.path: item.read() for item in found.items} == {
        "a/exercise3.py": b"1",
        "b.zip/exercise3.py": b"2",
        "b.zip/in.zip/exercise4.py": b"3",
    }
    (tmp_path / "a" / "exercise3.py").unlink()
    with pytest.raises(UsageError, match=r"a/exercise3\.py cannot be read: No such file"):
        found.items[0].read()


def test_the_latest_attempt_counts_and_the_others_are_kept(tmp_path: Path) -> None:
    """Attempts are numbered from the earliest; Canvas's upload number goes before dates, dates before .py or .ipynb."""
    found = plan(
        grown(tmp_path, dict(reversed(CANVAS.items())) | {"bob/exercise3.ipynb": b"", "bob/exercise3.py": b""}), BOTH
    )
    of_jane = [item for item in found.items if item.student == "doejane_4711"]
    assert [(item.attempt, item.late, item.counts, item.name) for item in of_jane] == [
        (1, False, False, "doejane"),
        (2, True, True, "doejane"),
    ]
    of_bob = [item for item in found.items if item.student == "bob"]
    assert [(item.path, item.attempt, item.counts) for item in of_bob] == [
        ("bob/exercise3.ipynb", 1, False),
        ("bob/exercise3.py", 2, True),
    ]


def test_one_exercise_needs_no_name_in_the_file(tmp_path: Path) -> None:
    """With one exercise asked for, a student's only file is for it; among several, helpers are left out."""
    tree = {
        "alice.py": b"",
        "bob/tool.py": b"x = 1",
        "bob/work.py": PY3,
        "cid_exercise4.py": b"",
        "dan/a.py": b"",
        "dan/b.py": b"",
    }
    found = plan(grown(tmp_path, tree), [EX3])
    assert told(found) == [
        ("alice", "exercise3", "alice.py"),
        ("bob", "exercise3", "bob/work.py"),
        ("dan", "exercise3", "dan/a.py"),
        ("dan", "exercise3", "dan/b.py"),
    ]
    assert whys(found) == {
        "bob/tool.py": "defines none of the names of exercise3",
        "cid_exercise4.py": "is for 'exercise4', which is not asked for",
    }


def test_content_decides_by_the_share_of_names() -> None:
    """Half of the names makes an item for each such exercise; else the largest share decides, if there is any."""
    assert by_content(PY3 + PY4, ".py", BOTH) == ("exercise3", "exercise4")
    assert by_content(PY3 + b"def mse(): ...", ".py", BOTH) == ("exercise3",)
    assert by_content(b"if 1:\n  mse = linear = lambda: 0", ".py", BOTH) == ("exercise4",)
    assert by_content(b"def sigmoid(x):\n  return (", ".py", BOTH) == ("exercise3",)
    assert by_content(b"from mine import sigmoid\ndef f():\n  def mse(): ...", ".py", BOTH) == ()
    assert by_content(b"f = sigmoid\nprint(mse)", ".py", BOTH) == ()
    assert by_content(NB4, ".ipynb", BOTH) == ("exercise4",)
    assert by_content(NB4[:-1], ".ipynb", [EX4]) == ("exercise4",)
    assert by_content(b'"def mse(x):\\n"' + b" " * (16 << 20), ".ipynb", BOTH) == ("exercise4",)
    assert by_content(b"", ".py", BOTH) == by_content(b"\xff\0", ".ipynb", BOTH) == ()


@given(st.binary(max_size=200), st.sampled_from([".py", ".ipynb"]))
def test_any_content_tells_exercises_or_none(source: bytes, suffix: str) -> None:
    """No content of a file stops the plan."""
    assert set(by_content(source, suffix, BOTH)) <= {"exercise3", "exercise4"}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("comma", [",", ";"])
def test_a_list_names_students_and_files(comma: str, mark: str, tmp_path: Path) -> None:
    """A list's paths are relative to it; what leads elsewhere, is missing or is not asked for is ignored."""
    grown(tmp_path, {"w/a.py": PY3, "w/b.zip": packed({"exercise4.py": b""}), "w/c.ipynb": NB4})
    (tmp_path / "w" / "link.py").symlink_to("/etc/passwd")
    (tmp_path / "w" / "also").symlink_to(tmp_path / "w")
    rows = ["Student,path,exercise,email,name", "alice,a.py,,a@x.org,Alice A", "Bob B,a.py,Exercise 3,,",
            "cid,b.zip,,,", 'dan,"./c.ipynb",exercise9,,', "eve,../w/a.py,,,", "fay,/etc/passwd,,,", "gus,link.py,,,",
            "hal,no.py,,,", ",,,,", "ida,,,,", "joe,also/a.py,exercise3,,"]  # fmt: skip
    (tmp_path / "w" / "list.csv").write_text(mark + "\n".join(rows).replace(",", comma), encoding="utf-8")
    found = plan(tmp_path / "w" / "list.csv", BOTH)
    assert [(item.student, item.exercise, item.path, item.email, item.name) for item in found.items] == [
        ("Bob B", "exercise3", "a.py", "", ""),
        ("alice", "exercise3", "a.py", "a@x.org", "Alice A"),
        ("cid", "exercise4", "b.zip/exercise4.py", "", ""),
    ]
    assert sorted(whys(found)) == [
        "also/a.py",
        "c.ipynb",
        "link.py",
        "list.csv, line 11",
        "list.csv, line 6",
        "list.csv, line 7",
        "no.py",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"name,path\n", "no column 'student'"), (b"\xff\xfe", "not UTF-8"), (b"", "no column"),
     (b"student,path\n", "nothing in"), (b"student,path\n" + b"a" * 200_000, "line 2: field larger")],
)  # fmt: skip
def test_a_list_that_is_none_is_a_sentence(content: bytes, message: str, tmp_path: Path) -> None:
    """A list without its columns, rows or encoding says what is wrong."""
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        plan(tmp_path / "list.csv", BOTH)


def test_links_and_special_files_are_ignored_with_reasons(tmp_path: Path) -> None:
    """Nothing outside the folder is seen, and nothing that is skipped goes unmentioned."""
    grown(tmp_path, {"exercise3_ok.py": b"", "bob/notes.pdf": b"", "cid/venv/pyvenv.cfg": b"",
                     "cid/venv/exercise3.py": b"", "dan/.ipynb_checkpoints/exercise3.ipynb": b"",
                     "broken.zip": b"PK", "hollow.zip": packed({}), "fay.py": b"x = 1"})  # fmt: skip
    (tmp_path / "empty").mkdir()
    (tmp_path / "etc").symlink_to("/etc")
    (tmp_path / "exercise3_eve.py").symlink_to(tmp_path / "exercise3_ok.py")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "exercise3_pipe.py")
    with (tmp_path / "exercise3_big.py").open("wb") as file:
        file.truncate((16 << 20) + 1)
    found = plan(tmp_path, BOTH)
    assert told(found) == [("ok", "exercise3", "exercise3_ok.py")]
    assert whys(found) == {
        "bob/notes.pdf": "is neither .py nor .ipynb nor .zip",
        "broken.zip": "is no zip that can be read: it is broken, or was not copied whole",
        "cid/venv": "is an environment of installed packages",
        "dan/.ipynb_checkpoints": "is hidden, or not the student's own",
        "empty": "is an empty folder",
        "etc": "is a symbolic link, which is not followed",
        "exercise3_big.py": "has more than 16 MiB",
        "exercise3_eve.py": "is a symbolic link, which is not followed",
        "exercise3_pipe.py": "is no ordinary file",
        "fay.py": "defines none of the names of the exercises",
        "hollow.zip": "is an empty zip",
        "loop": "is a symbolic link, which is not followed",
    }


def test_folders_that_cannot_be_opened_are_ignored_with_the_reason(tmp_path: Path) -> None:
    """A path too long to be opened costs what lies there, not the plan."""
    grown(tmp_path, {"alice/exercise3.py": b""})
    handles = [os.open(tmp_path / "alice", os.O_RDONLY)]
    try:
        for _ in range(20):
            os.mkdir("d" * 250, dir_fd=handles[-1])
            handles.append(os.open("d" * 250, os.O_RDONLY, dir_fd=handles[-1]))
    finally:
        for handle in handles:
            os.close(handle)
    found = plan(tmp_path, BOTH)
    assert told(found) == [("alice", "exercise3", "alice/exercise3.py")]
    assert [one.why for one in found.ignored] == ["cannot be opened: File name too long"]


def test_zips_are_opened_one_in_another_and_no_further(tmp_path: Path) -> None:
    """A third level is refused, and hidden members are no submissions."""
    three = packed({"exercise4.py": b""})
    tree = {"all.zip": packed({"a_1_2_x.zip": packed({"y.zip": three, "exercise3.py": b"", ".git/exercise3.py": b""})})}
    found = plan(grown(tmp_path, tree), BOTH)
    assert told(found) == [("a_1", "exercise3", "all.zip/a_1_2_x.zip/exercise3.py")]
    assert whys(found)["all.zip/a_1_2_x.zip/y.zip"].startswith("is a zip in a zip in a zip")


def test_each_zip_in_a_zip_is_looked_into_by_itself(tmp_path: Path) -> None:
    """Files of one name in two students' zips are for the exercises that each of them defines."""
    one, two = packed({"u.py": b"x = 1", "w.py": PY3}), packed({"u.py": b"x = 1", "w.py": PY4})
    found = plan(grown(tmp_path, {"all.zip": packed({"a_1_2_x.zip": one, "b_3_4_x.zip": two})}), BOTH)
    assert [(item.student, item.exercise) for item in found.items] == [("a_1", "exercise3"), ("b_3", "exercise4")]


@pytest.mark.parametrize("name", ["moodle", "canvas", "flat", "a folder per student"])
def test_a_folder_called_submitted_need_not_be_nbgraders(name: str, tmp_path: Path) -> None:
    """The name of the folder alone does not make its layout."""
    tree, expected = LAYOUTS[name]
    assert sorted(told(plan(grown(tmp_path / "submitted", tree), BOTH))) == sorted(expected)
    found = plan(grown(tmp_path / "nb" / "submitted", {"exercise4/hw/exercise3.ipynb": b""}), BOTH)
    assert told(found) == [("exercise4", "exercise3", "exercise4/hw/exercise3.ipynb")]


@pytest.mark.parametrize("only", ["doejane_4711", "4711", "4711".upper(), "JANE_4711"])
def test_only_takes_an_id_or_a_part_that_one_student_has(only: str, tmp_path: Path) -> None:
    """The exact id, or part of an id or name whatever its case, selects that student."""
    found = plan(grown(tmp_path, CANVAS), BOTH, only)
    assert {item.student for item in found.items} == {"doejane_4711"}


def test_only_prefers_the_exact_id_and_refuses_what_several_have(tmp_path: Path) -> None:
    """An id that is part of another one still selects; a part of two is refused with both, of none with a sentence."""
    grown(tmp_path, {"al_exercise3.py": b"", "alice_exercise3.py": b"", "bob_exercise3.py": b""})
    assert [item.student for item in plan(tmp_path, BOTH, "al").items] == ["al"]
    with pytest.raises(UsageError, match="could be 'al', 'alice'"):
        plan(tmp_path, BOTH, "a")
    with pytest.raises(UsageError, match="no student 'zoe' among the 3"):
        plan(tmp_path, BOTH, "zoe")


@pytest.mark.parametrize(
    ("make", "message"),
    [("missing", "There is no file or folder"), ("folder", "There is nothing in"), ("empty.zip", "is an empty zip"),
     ("broken.zip", "is no zip"), ("a.txt", "cannot be graded"), ("nested", "There is nothing in")],
)  # fmt: skip
def test_nothing_to_grade_is_a_sentence(make: str, message: str, tmp_path: Path) -> None:
    """What is missing, empty or of another kind is refused with what to give instead."""
    grown(tmp_path, {"empty.zip": packed({}), "broken.zip": b"PK\3\4", "a.txt": b""})
    (tmp_path / "folder").mkdir()
    (tmp_path / "nested" / "deep" / "er").mkdir(parents=True)
    with pytest.raises(UsageError, match=message):
        plan(tmp_path / make, BOTH)


def test_one_file_is_a_plan_of_one(tmp_path: Path) -> None:
    """A single file of Python or notebook may be given."""
    grown(tmp_path, {"alice/exercise3.py": b""})
    assert told(plan(tmp_path / "alice" / "exercise3.py", BOTH)) == [("exercise3", "exercise3", "exercise3.py")]
    assert told(plan(tmp_path / "alice", BOTH)) == [("alice", "exercise3", "exercise3.py")]


def test_nbgraders_timestamp_is_the_time(tmp_path: Path) -> None:
    """timestamp.txt goes before the file's own date, with its zone; without a time in it the date stays."""
    tree = LAYOUTS["nbgrader"][0]
    found = plan(grown(tmp_path, tree), BOTH)
    assert [item.when for item in found.items] == [1_000_120.0, 1580637600.0]
    own = grown(tmp_path / "other", {"alice/exercise3.py": b"", "alice/timestamp.txt": b"2020-02-02 10:00:00"})
    assert [item.when for item in plan(own, BOTH).items] == [1_000_000.0]
    assert seconds("2020-02-02 10:00:00.5 +0130") == 1580637600.0 - 5400
    assert seconds("2020-02-02 10:00:00 No/Where") == 1580637600.0
    assert seconds("2020-02-02 10:00:00 ../../etc/passwd") == 1580637600.0
    assert seconds("2020-99-02 10:00:00") is seconds("soon") is None


def test_names_stay_as_they_are(tmp_path: Path) -> None:
    """Line breaks, marks of writing direction, emoji, invalid UTF-8 and the longest names are kept in `student`."""
    names = ["a\nb", "\u202eevil", "🙂", "x" * 255, "CON", "-rf", os.fsdecode(b"\xff\xfe")]
    grown(tmp_path, {f"{name}/exercise3.py": name.encode("utf-8", "surrogateescape") for name in names})
    found = plan(tmp_path, BOTH)
    assert [item.student for item in found.items] == sorted(names)
    assert all(item.read() == item.student.encode("utf-8", "surrogateescape") for item in found.items)


PART = st.sampled_from(["alice", "bob", "exercise3", "exercise4", "submitted", "a_1_2_exercise3",
                        "A B_7_assignsubmission_file_", "..", "🙂", "x", "C:", ".git", "\u202e", "LATE"])  # fmt: skip
PATHS = st.tuples(st.lists(PART, max_size=3), PART, st.sampled_from([".py", ".ipynb", ".txt", ".zip", ""])).map(
    lambda made: "/".join([*made[0], made[1] + made[2]])
)
MEMBERS = st.dictionaries(PATHS, st.sampled_from([b"", PY3, PY4, NB4]) | st.binary(max_size=30), max_size=6)


def planned(where: Path) -> Plan | None:
    try:
        return plan(where, BOTH)
    except UsageError as error:
        assert str(error).endswith(".")
        return None


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@given(outer=MEMBERS, inner=MEMBERS)
def test_no_item_reads_outside_its_zip(folder: Path, outer: Tree, inner: Tree) -> None:
    """Whatever the names in a zip, each item's bytes are those of a member, and every member is an item or ignored."""
    made = outer | {"mallory_1_2_in.zip": packed(inner)}
    (folder / "all.zip").write_bytes(packed(made))
    found = planned(folder / "all.zip")
    assert found is not None
    allowed = {*outer.values(), *inner.values()}
    for item in found.items:
        assert item.read() in allowed
        assert item.path.startswith("all.zip/")
    for item in found.items:
        if "mallory_1_2_in.zip/" in item.path:
            assert item.student == "mallory_1"
    paths = {item.path for item in found.items} | {ignored.path for ignored in found.ignored}
    for name in outer:
        assert f"all.zip/{name}" in paths or name.endswith((".zip", "timestamp.txt"))
    assert os.listdir(folder) == ["all.zip"]


@given(st.binary(max_size=400))
def test_any_bytes_as_a_zip_are_a_plan_or_a_sentence(folder: Path, content: bytes) -> None:
    """Bytes that call themselves a zip never end the command in another way."""
    (folder / "all.zip").write_bytes(content)
    assert planned(folder / "all.zip") is None or content


@given(st.permutations(sorted(LAYOUTS["a folder per student"][0])))
def test_a_plan_does_not_depend_on_the_order_of_files(order: list[str]) -> None:
    """Files created in another order give the same plan, and items are in theirs."""
    tree = LAYOUTS["a folder per student"][0]
    with tempfile.TemporaryDirectory() as name:
        grown(Path(name), {path: tree[path] for path in order})
        for path in tree:
            os.utime(Path(name) / path, (5, 5))
        found = plan(Path(name), BOTH)
    keys = [(item.student, item.exercise, item.attempt) for item in found.items]
    assert keys == sorted(keys)
    assert sorted(told(found)) == sorted(LAYOUTS["a folder per student"][1])


def test_a_student_cannot_make_the_plan_look_at_files_without_end(tmp_path: Path) -> None:
    """Beyond a number of one student's files their content is not looked at, and the plan says so."""
    members = {f"f{number:04}.py": b"" for number in range(intake.MOST_LOOKS + 5)}
    found = plan(grown(tmp_path, {"mallory.zip": packed(members), "bob_exercise3.py": b""}), BOTH)
    assert [item.student for item in found.items] == ["bob"]
    assert sum("is beyond" in ignored.why for ignored in found.ignored) == 5


def test_a_plan_does_not_depend_on_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path gives the items that the absolute one gives, readable from anywhere."""
    grown(tmp_path, {"in/alice_exercise3.py": b"1"})
    whole = plan(tmp_path / "in", BOTH)
    monkeypatch.chdir(tmp_path)
    relative = plan(Path("in"), BOTH)
    monkeypatch.chdir("/")
    assert relative == whole
    assert relative.items[0].read() == b"1"
