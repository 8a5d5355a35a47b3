"""`grade watch`: which saves are noticed, and a real run that checks again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from grader import course
from grader.watching import saves

ROOT = Path(__file__).resolve().parents[1]
TOML = b'id = "one"\ntitle = "One"\n[[names]]\nname = "f"\nsignature = "(x)"\n'
CHECKS = "from grader import expect\ndef test_a(student):\n    expect.exactly(student.f(1), 2)\n"


def test_each_save_is_noticed_once(tmp_path: Path) -> None:
    """A file is graded at first, then after each change of its time or size, also one that replaces it by renaming."""
    exercise, file = course.parse(TOML, tmp_path), tmp_path / "one.py"
    file.write_text("a")
    looks = saves({exercise: file}, pause_s=0)
    assert next(looks) is exercise
    os.utime(file, ns=(1, 1))
    assert next(looks) is exercise
    (tmp_path / "new").write_text("longer")
    os.replace(tmp_path / "new", file)
    assert next(looks) is exercise


def test_a_file_that_is_away_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    """While an editor has removed the file nothing is graded; when it is back, it is."""
    exercise, file = course.parse(TOML, tmp_path), tmp_path / "one.py"
    file.write_text("a")
    looks = saves({exercise: file}, pause_s=0)
    next(looks)
    file.unlink()
    file.write_text("back")
    assert next(looks) is exercise


def test_watch_checks_again_after_a_save(tmp_path: Path) -> None:
    """A real `grade watch` shows the failure, and after the save that it is mended; the checks may change too."""
    folder = tmp_path / "course" / "one"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_bytes(TOML)
    (folder / "checks.py").write_text(CHECKS)
    file = tmp_path / "one.py"
    file.write_text("def f(x): return 1\n")
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'grade'; from grader.cli import main; main()"]
    command += ["watch", "one", str(file), "--course", str(folder.parent), "--plain"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path)
    try:
        assert "FAILED 0/1" in _report(process)
        file.write_text("def f(x): return 1 + 1\n")
        assert "PASSED 1/1" in _report(process)
        (folder / "checks.py").write_text(CHECKS.replace("2)", "3)  # changed"))
        file.write_text("def f(x): return 1 + 1  # again\n")
        assert "FAILED 0/1" in _report(process)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _report(process: subprocess.Popen[str]) -> str:
    """What is printed up to the line that says what is watched."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        if line.startswith("Watching"):
            return "".join(lines)
        lines.append(line)
    raise AssertionError("grade watch ended: " + "".join(lines))
