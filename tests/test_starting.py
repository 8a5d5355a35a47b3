"""`grade start` puts stubs where a student works, and no work is ever lost by it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import notebooks, starting
from grader.errors import CourseError, UsageError
from grader.values import Exercise

STUB = b"def f(x):\n    raise NotImplementedError\n"


def an_exercise(folder: Path, stub: bytes = STUB) -> Exercise:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.py").write_bytes(stub)
    return Exercise("one", "One", folder, ())


def test_a_stub_is_copied_byte_for_byte(tmp_path: Path) -> None:
    """Into a folder that need not exist yet goes the stub as it is, and nothing else."""
    exercise, to = an_exercise(tmp_path / "course", STUB + b"\r\n\xff"), tmp_path / "a" / "b"
    assert starting.copy(exercise, to) == starting.Copied(to / "one.py", "written")
    assert [path.name for path in to.iterdir()] == ["one.py"]
    assert (to / "one.py").read_bytes() == STUB + b"\r\n\xff"


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    """Without --reset an existing file is left as it is."""
    exercise = an_exercise(tmp_path / "course")
    (tmp_path / "one.py").write_bytes(b"my work")
    assert starting.copy(exercise, tmp_path) == starting.Copied(tmp_path / "one.py", "kept")
    assert (tmp_path / "one.py").read_bytes() == b"my work"


def test_reset_keeps_the_old_file_beside(tmp_path: Path) -> None:
    """--reset brings the stub back and keeps what was there as .old, .old2, .old3; an untouched stub needs no copy."""
    exercise = an_exercise(tmp_path / "course")
    to = tmp_path / "work"
    starting.copy(exercise, to)
    assert starting.copy(exercise, to, reset=True) == starting.Copied(to / "one.py", "kept")
    for work, name in ((b"first", "one.py.old"), (b"second", "one.py.old2"), (b"third", "one.py.old3")):
        (to / "one.py").write_bytes(work)
        assert starting.copy(exercise, to, reset=True) == starting.Copied(to / "one.py", "reset", to / name)
        assert (to / name).read_bytes() == work
        assert (to / "one.py").read_bytes() == STUB


def test_a_backup_is_no_second_name_of_the_file(tmp_path: Path) -> None:
    """Writing into the new file, or into the old one through a link to it, leaves the backup alone."""
    exercise = an_exercise(tmp_path / "course")
    real = tmp_path / "elsewhere.py"
    real.write_bytes(b"my work")
    (tmp_path / "one.py").symlink_to(real)
    copied = starting.copy(exercise, tmp_path, reset=True)
    real.write_bytes(b"changed")
    (tmp_path / "one.py").write_bytes(b"changed too")
    assert copied.backup is not None
    assert copied.backup.read_bytes() == b"my work"


def test_a_notebook_is_started_like_a_file(tmp_path: Path) -> None:
    """With `notebook` the stub's cells are written as .ipynb; what is there is kept, and --reset puts it aside."""
    exercise, to = an_exercise(tmp_path / "course"), tmp_path / "work"
    target = to / "one.ipynb"
    assert starting.copy(exercise, to, notebook=True) == starting.Copied(target, "written")
    fresh = target.read_bytes()
    assert [cell.kind for cell in notebooks.cells_of(fresh, "one.ipynb")].count("code") == 3
    assert starting.copy(exercise, to, reset=True, notebook=True) == starting.Copied(target, "kept")
    target.write_bytes(b"my work")
    assert starting.copy(exercise, to, notebook=True) == starting.Copied(target, "kept")
    assert target.read_bytes() == b"my work"
    backup = to / "one.ipynb.old"
    assert starting.copy(exercise, to, reset=True, notebook=True) == starting.Copied(target, "reset", backup)
    assert (backup.read_bytes(), target.read_bytes()) == (b"my work", fresh)
    assert starting.copy(exercise, to) == starting.Copied(to / "one.py", "written")


@pytest.mark.parametrize("stub", [b"def f(:\n", b"x = '\xff'\n", b"x = 1\0\n"])
def test_a_stub_that_is_no_python_makes_no_notebook(tmp_path: Path, stub: bytes) -> None:
    """A course whose stub cannot be read is told so, and no file is left."""
    exercise = an_exercise(tmp_path / "course", stub)
    with pytest.raises(CourseError, match=r"one\.py is not Python"):
        starting.copy(exercise, tmp_path / "work", notebook=True)
    assert not list((tmp_path / "work").glob("*"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A place where nothing can be written is a UsageError that names the file."""
    exercise = an_exercise(tmp_path / "course")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match=r"one\.py cannot be written: "):
        starting.copy(exercise, tmp_path / "file")
    (tmp_path / "one.py").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        starting.copy(exercise, tmp_path, reset=True)


EDITS = st.binary(max_size=3).map(lambda text: ("edit", text))
STEPS = st.lists(EDITS | st.sampled_from([("copy", b""), ("reset", b""), ("delete", b"")]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_work_is_never_lost(steps: list[tuple[str, bytes]]) -> None:
    """Over any sequence of copies, resets and edits, what a student had in the file before is still in the folder."""
    with tempfile.TemporaryDirectory() as name:
        exercise, to = an_exercise(Path(name) / "course"), Path(name) / "work"
        to.mkdir()
        target = to / "one.py"
        for step, text in steps:
            before = target.read_bytes() if target.exists() else None
            kept = {path.name: path.read_bytes() for path in to.iterdir() if path != target}
            if step == "edit":
                target.write_bytes(text)
            elif step == "delete":
                target.unlink(missing_ok=True)
            else:
                starting.copy(exercise, to, reset=step == "reset")
                contents = [path.read_bytes() for path in to.iterdir()]
                assert before is None or before in contents
                assert step == "copy" or target.read_bytes() == STUB
                assert step == "reset" or target.read_bytes() == (STUB if before is None else before)
            for other, content in kept.items():
                assert (to / other).read_bytes() == content
