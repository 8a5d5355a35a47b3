"""The command as people and scripts meet it, run for real."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader import cli
from grader.values import Verdict

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GRADE = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = 'grade'; "
         "from grader.cli import main; main()"]  # fmt: skip
RIGHT = "def double(numbers):\n    return [2 * number for number in numbers]\n"
WRONG = "def double(numbers):\n    return numbers * 2\n"


def grade(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `grade` with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "MNIST_DIR")}
    kept |= {"HOME": str(cwd), "XDG_STATE_HOME": str(cwd / ".state"), **environment}
    command = [*GRADE, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=kept, text=True, encoding="utf-8", capture_output=True, timeout=120)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The README's own exercise, taken from its text."""
    folder = tmp_path / "my-course" / "doubling"
    folder.mkdir(parents=True)
    blocks = dict(re.findall(r"```(?:toml|python)\n# (exercise\.toml|checks\.py)\n(.*?)```", README, re.S))
    assert set(blocks) == {"exercise.toml", "checks.py"}
    assert sum(len([line for line in text.splitlines() if line.strip()]) for text in blocks.values()) <= 20
    for name, text in blocks.items():
        (folder / name).write_text(text)
    return folder.parent


def report(course: Path, source: str | bytes, *more: object, **environment: str) -> dict[str, Any]:
    file = course.parent / "answer.py"
    file.write_bytes(source.encode() if isinstance(source, str) else source)
    done = grade("doubling", file, "--course", course, "--json", "-", *more, cwd=course.parent, **environment)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == found["exit_code"]
    return found


def test_the_readmes_exercise_is_graded_without_torch(course: Path) -> None:
    """The 20-line exercise of the README grades a right and a wrong answer, and torch is not imported."""
    right = report(course, RIGHT)
    assert (right["points"], right["max_points"], right["passed"], right["exit_code"]) == (3, 3, True, 0)
    assert right["environment"]["torch"] == "not loaded"
    wrong = report(course, WRONG)
    assert (wrong["points"], wrong["exit_code"]) == (0, 1)
    (check,) = wrong["checks"]
    shown = check["call"], check["got"], check["expected"]
    assert (check["verdict"], check["line"], shown) == ("FAILED", 1, ("double([0])", "[0, 0]", "[0]"))


def test_pytest_gives_the_same_verdicts(course: Path) -> None:
    """`pytest --submission` on the same checks passes and fails as `grade` does, under xdist too."""
    for source, code in ((RIGHT, 0), (WRONG, 1)):
        (course.parent / "answer.py").write_text(source)
        for more in ([], ["-n", "1"]):
            command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--submission", "answer.py", *more]
            command += [] if _installed() else ["-p", "grader.plugin"]
            done = subprocess.run(
                [*command, str(course / "doubling" / "checks.py")], cwd=course.parent, text=True, capture_output=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
            assert done.returncode == code, done.stdout + done.stderr
            assert code == 0 or "double([0])" in done.stdout


def _installed() -> bool:
    from importlib.metadata import entry_points

    return any(point.name == "grader" for point in entry_points(group="pytest11"))


def test_nothing_of_the_environment_reaches_a_submission(course: Path) -> None:
    """A variable of the grader's environment is neither in os.environ nor in any memory the kernel shows."""
    source = """
import os, re
def double(numbers):
    planted, planted_found = bytes(reversed(b"detnalp-kram")), 0  # shows that the search finds what is there
    found = [value for value in os.environ.values() if "mark" in value]
    for name in ("environ", "cmdline"):
        found += re.findall("mark-s3[c]ret", open(f"/proc/self/{name}", errors="replace").read())
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            area, rights = line.split()[:2]
            if "rw" in rights and "[v" not in line:
                start, end = (int(part, 16) for part in area.split("-"))
                memory.seek(start)
                try:
                    data = memory.read(end - start)
                except OSError:
                    continue
                found += re.findall(b"mark-s3[c]ret", data)
                planted_found += len(re.findall(b"mark-plante[d]", data))
    if found or not planted_found:
        raise ValueError(str(found))
    return [2 * number for number in numbers]
"""
    assert report(course, source, TOKEN="mark-s3cret")["checks"][0]["verdict"] == "PASSED"


def test_output_is_plain_where_it_is_no_terminal(course: Path) -> None:
    """Into a pipe goes one line per check, without colour, box or spinner."""
    (course.parent / "answer.py").write_text(WRONG)
    done = grade("doubling", "answer.py", "--course", course, cwd=course.parent, PYTHONIOENCODING="cp1252")
    assert done.returncode == 1 and "\x1b" not in done.stdout
    assert "FAILED 0/3 doubles: double gives each number times two\n" in done.stdout


def test_json_goes_to_a_file_too(course: Path) -> None:
    """`--json FILE` writes the report and still shows it."""
    (course.parent / "answer.py").write_text(RIGHT)
    done = grade("doubling", "answer.py", "--course", course, "--json", "out.json", cwd=course.parent)
    assert done.returncode == 0 and "3 of 3 points" in done.stdout
    assert json.loads((course.parent / "out.json").read_text())["schema"] == 1


def test_other_seeds_give_the_same_verdicts(course: Path) -> None:
    """`--seed` draws other examples; right stays right."""
    assert report(course, RIGHT, "--seed", 7)["passed"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["exercise99"], "There is no exercise 'exercise99'"),
        (["doubling", "nowhere.py"], "There is no file nowhere.py"),
        (["doubling", "."], "is a folder"),
        (["doubling", "empty.py"], "is empty"),
        (["--nonsense"], "No such option"),
    ],
)
def test_a_wrong_call_is_told_and_ends_with_2(course: Path, arguments: list[str], words: str) -> None:
    """What cannot be graded because the command is wrong ends with exit code 2 and a sentence."""
    (course.parent / "empty.py").write_text("\n")
    done = grade(*arguments, "--course", course, cwd=course.parent)
    assert done.returncode == 2 and words in done.stderr


def test_a_broken_course_is_told(course: Path) -> None:
    """A malformed exercise.toml ends with 2; checks that cannot be imported with 3: nobody's marks suffer."""
    checks = course / "doubling" / "checks.py"
    checks.write_text("import nothing_like_this\n")
    assert report(course, RIGHT)["exit_code"] == 3
    (course / "doubling" / "exercise.toml").write_text("id = 3")
    (course.parent / "answer.py").write_text(RIGHT)
    done = grade("doubling", "answer.py", "--course", course, cwd=course.parent)
    assert done.returncode == 2 and "id has to be" in done.stderr


def test_a_session_from_start_to_overview(tmp_path: Path) -> None:
    """start copies, an untouched stub earns nothing, hint goes on, and the overview names what is next."""
    done = grade("start", "exercise1", cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "exercise1.py").is_file()
    overview = grade(cwd=tmp_path)
    assert overview.returncode == 1
    assert re.search(r"exercise1 +to do +0/\d+", overview.stdout) and "Next: grade exercise1" in overview.stdout
    hints = [grade("hint", "exercise1", cwd=tmp_path).stdout for _ in range(2)]
    assert hints[0].startswith("double_evens: ") and hints[0] != hints[1]


def test_start_writes_notebooks_too(tmp_path: Path) -> None:
    """`grade start --notebook` gives notebooks that are graded as they lie there, and says which file goes first."""
    done = grade("start", "exercise1", "--notebook", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "exercise1.ipynb: new\n")
    assert [path.name for path in tmp_path.glob("exercise*")] == ["exercise1.ipynb"]
    assert grade("start", "exercise1", cwd=tmp_path).stdout == "exercise1.py: new\n"
    again = grade("start", "exercise1", "--notebook", cwd=tmp_path).stdout
    assert "exercise1.ipynb: kept" in again and "grade exercise1 exercise1.ipynb" in again


def test_explain_and_doctor_answer(tmp_path: Path) -> None:
    """explain knows a word of the course; doctor names each layer and ends with 0 where the sandbox is full."""
    assert "shape" in grade("explain", "broadcasting", cwd=tmp_path).stdout
    done = grade("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    for layer in ("own namespaces", "bubblewrap", "Landlock", "seccomp", "full sandbox"):
        assert layer in done.stdout


def test_version_and_help(tmp_path: Path) -> None:
    """--version and --help answer without grading anything."""
    assert re.fullmatch(r"grade, version \d+\.\d+\.\d+\n", grade("--version", cwd=tmp_path).stdout)
    assert "Exit codes" in grade("--help", cwd=tmp_path).stdout


def test_every_command_and_option_is_in_the_readme() -> None:
    """The README's tables name each command and each option."""
    for name, command in cli.cli.commands.items():
        assert name == "check" or f"`grade {name}" in README, name
        for parameter in command.params:
            for option in parameter.opts:
                documented = option.startswith("--") is False or f"`{option}" in README or option in README
                assert documented, f"{name} {option}"


def test_every_verdict_is_in_the_readme() -> None:
    """The README says what each verdict means."""
    for verdict in Verdict:
        assert f"| {verdict.value} |" in README
