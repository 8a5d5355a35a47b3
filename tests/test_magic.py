"""`%grade` in a session: what was executed is graded as a file would be, and the kernel stays as it was."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from test_cli import RIGHT, ROOT, WRONG, course, grade  # noqa: F401 - `course` is a fixture

import grader
from grader import magic
from grader.course import find_exercise
from grader.errors import UsageError

Run = Callable[[str], Any]


class Session:
    """A real shell in this process. `run` executes a cell; `shown` is what was displayed, by type."""

    def __init__(self, folder: Path) -> None:
        module = types.ModuleType("session_under_test")  # not __main__, which is pytest's
        self.shell: Any = InteractiveShell(user_module=module, user_ns=vars(module), ipython_dir=str(folder))
        self.publisher = self.shell.display_pub = CapturingDisplayPublisher()
        self.run("%load_ext grader")

    def run(self, cell: str) -> Any:
        return self.shell.run_cell(cell, store_history=True)

    @property
    def shown(self) -> dict[str, str]:
        shown: dict[str, str] = self.publisher.outputs[-1]["data"]
        return shown


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ".state"))
    return Session(tmp_path / "ipython")


def test_the_extension_is_light() -> None:
    """Importing the package, which every `import grader` does, brings neither IPython nor anything else of ours."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import grader; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.splitlines()
    assert [name for name in loaded if name.startswith(("grader", "IPython", "torch", "rich"))] == ["grader"]
    assert callable(grader.load_ipython_extension)


def test_a_session_is_graded_like_a_file(session: Session, course: Path) -> None:  # noqa: F811 - the fixture
    """The last version of a function counts; the text is what `grade --plain` says of a file, and one line more."""
    for source in ("def double(numbers): pass", WRONG):
        session.run(source)
    session.run(f"%grade doubling --course {course}")
    (course.parent / "answer.py").write_text(WRONG)
    told = grade("doubling", "answer.py", "--plain", "--course", course, cwd=course.parent).stdout
    plain = session.shown["text/plain"].splitlines()
    assert plain[-1] == magic.PRACTICE
    assert "FAILED 0/3 doubles: double gives each number times two" in plain
    assert {line.replace("line 1", "cell 3, line 1") if "where" in line else line for line in told.splitlines()} <= set(
        plain
    )
    page = html.unescape(session.shown["text/html"])
    for part in ("double([0])", "[0, 0]", "[0]", "✗", "wrong", "0 of 3 points", "See cell 3, line 1.", magic.PRACTICE):
        assert part in page
    session.run(f"def double(numbers):\n    return [n + n for n in numbers]\n%grade doubling --course {course}")
    assert "3 of 3 points, passed" in session.shown["text/plain"]


def test_a_cell_is_run_and_then_graded(session: Session, course: Path) -> None:  # noqa: F811 - the fixture
    """`%%grade` runs its cell in the session first; what then does not run to its end is not graded."""
    session.run(f"%%grade doubling --course {course}\n{RIGHT}ran = double([4])")
    assert session.shell.user_ns["ran"] == [8]
    assert "3 of 3 points, passed" in session.shown["text/plain"]
    before = len(session.publisher.outputs)
    assert not session.run(f"%%grade doubling --course {course}\n1 / 0").success
    assert len(session.publisher.outputs) == before


def test_all_failures_are_shown_with_v(session: Session) -> None:
    """`-v` shows every failure in full; without it the first, and how many more there are."""
    session.run("def sigmoid(x):\n    return x\n\ndef gradient(f, x):\n    raise KeyError('k')")
    session.run("%grade exercise3")
    assert session.shown["text/html"].count("KeyError") == 1 and "more to look at: add -v" in session.shown["text/html"]
    session.run("%grade exercise3 -v")
    assert session.shown["text/html"].count("KeyError") > 1 and "add -v" not in session.shown["text/html"]


def test_notes_stand_below_the_table(session: Session, course: Path) -> None:  # noqa: F811 - the fixture
    """What `grade` notes about the cells, such as one that raised, is told in the table as well."""
    session.run("kept = 1 / 0\ndef double(numbers):\n    return kept")
    session.run(f"%grade doubling --all-cells --course {course}")
    assert "Cell 2 raised ZeroDivisionError: division by zero" in html.unescape(session.shown["text/html"])


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("exercise99", "There is no exercise 'exercise99' in .* The course has: exercise1, "),
        ("start", "There is no exercise 'start'"),
        ("exercise1 --nonsense", "%grade: unrecognized arguments: --nonsense"),
        ("exercise1 exercise2", "%grade: unrecognized arguments: exercise2"),
        ("'exercise1", "%grade: no closing quotation"),
        ("--course nowhere", "There is no course folder nowhere"),
        ("exercise1 --device cuda:7", "%grade: argument --device: invalid choice"),
    ],
)
def test_a_wrong_call_is_a_sentence(
    session: Session, capfd: pytest.CaptureFixture[str], line: str, sentence: str
) -> None:
    """What cannot be graded is told in a sentence, without a traceback, and counts as an error of the cell."""
    assert not session.run(f"%grade {line}").success
    said = capfd.readouterr()
    assert re.match(f"UsageError: {sentence}", said.err) and "Traceback" not in said.out + said.err


def test_without_a_name_the_exercises_are_listed(session: Session) -> None:
    """`%grade` alone names the exercises."""
    session.run("%grade")
    assert re.search(r"^exercise3 +Gradients$", session.shown["text/plain"], re.M)


def test_what_the_command_says_is_passed_on(course: Path) -> None:  # noqa: F811 - the fixture
    """Where the command gives no report, its own sentence is the error's."""
    exercise = find_exercise(course, "doubling")
    with pytest.raises(UsageError, match="There is no course folder nowhere"):
        magic.graded(exercise, [RIGHT], ["--course", "nowhere"])
    with pytest.raises(UsageError, match=r"No such option.*--nonsense"):
        magic.graded(exercise, [RIGHT], ["--nonsense"])


LINES = st.sampled_from(
    ["%grade exercise3", "    %grade exercise3 -v", "%load_ext grader", "%reload_ext grader", "x = 1", "", "    y = 2",
     "%%time", "# %grade exercise3", "grade = 3", "%graded", "%load_ext autoreload", "z = '%grade'"]
)  # fmt: skip
OURS = re.compile(r"\s*%%?(grade( |$)|(re)?load_ext grader)")


@given(st.lists(LINES, min_size=1, max_size=6), st.booleans())
def test_our_magics_alone_are_taken_out(lines: list[str], of_cell: bool) -> None:
    """Lines keep their places, and all but our magics their text; no cell becomes blank, so that numbers stay."""
    lines = ["%%grade exercise3 -v", *lines] if of_cell else lines
    left = magic.without_magics("\n".join(lines))
    assert left.strip()
    if left != "pass":
        assert len(left.split("\n")) == len(lines)
        for before, after in zip(lines, left.split("\n"), strict=True):
            assert after == before or (OURS.match(before) and after.strip() in ("", "pass"))
    assert not any(OURS.match(line) for line in left.split("\n"))


@pytest.mark.parametrize(
    "text", ["grade exercise3", "grade exercise3 -v\n", "load_ext grader", "grade", "%%grade e\n\n"]
)
def test_magics_without_their_sign_are_taken_out(text: str) -> None:
    """IPython also takes `grade exercise3` alone in a cell for the magic; what is left does nothing."""
    assert magic.without_magics(text) == "pass"


def notebook(*cells: str) -> Any:
    """The notebook after a real kernel ran these cells."""
    first = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (first, *cells)])
    NotebookClient(made, kernel_name="python3", timeout=120, allow_errors=True).execute()
    return made


STATE = """
import random, signal, threading
state = (random.getstate(), [signal.getsignal(number) for number in (2, 15, 17)], threading.active_count(),
         sorted({name.split(".")[0] for name in sys.modules}), sys.path[:], dict(__import__("os").environ))
"""


def test_a_notebook_in_a_real_kernel(tmp_path: Path) -> None:
    """In a Jupyter kernel a wrong submission gets the verdicts, calls and values that the command gives its file, as an
    HTML table; no judge, no torch and nothing else comes into the kernel or is changed there."""
    source = (ROOT / "solutions" / "exercise2.py").read_text(encoding="utf-8")
    wrong = source.replace(".abs()", "", 1).replace('"L"', '"1"', 1)
    assert wrong.count("abs") < source.count("abs")
    (tmp_path / "exercise2.py").write_text(wrong, encoding="utf-8")
    done = grade("exercise2", "--json", "-", cwd=tmp_path)
    checks = json.loads(done.stdout)["checks"]
    failures = [check for check in checks if check["verdict"] == "FAILED"]
    assert len(failures) >= 2
    made = notebook("%load_ext grader", STATE + "before = state", "%grade exercise2",
                    STATE + "print([before[i] == state[i] for i in range(6)], 'torch' in sys.modules)", wrong,
                    "%grade exercise2 -v", "%%grade exercise2\nimport asyncio\nawait asyncio.sleep(0)")  # fmt: skip
    outputs = [cell["outputs"] for cell in made["cells"]]
    assert outputs[4][0]["text"] == "[True, True, True, True, True, True] False\n"
    (table,) = outputs[6]
    page = html.unescape(table["data"]["text/html"])
    assert re.findall(r"</span> (\w[\w ]*)</span>", page) == [
        {"PASSED": "passed", "FAILED": "wrong", "RAISED": "raised"}[check["verdict"]] for check in checks
    ]
    for check in failures:
        for part in ("title", "message", "call", "got", "expected"):
            assert check[part] in page
    assert magic.PRACTICE in page and table["data"]["text/plain"].endswith(magic.PRACTICE)
    assert "`await` outside functions cannot run under %%grade" in outputs[7][0]["text"]


if sys.platform == "linux":

    def test_an_interrupt_ends_the_grading(course: Path) -> None:
        """Interrupting the kernel stops the command that it waits for, and every process of it."""
        code = f"""
            import sys; sys.path.insert(0, {str(ROOT)!r})
            from IPython.core.interactiveshell import InteractiveShell
            shell = InteractiveShell(ipython_dir={str(course.parent / "ipython")!r})
            for cell in ("%load_ext grader", "def double(numbers):\\n    while True: pass",
                         "%grade doubling --course {course}"):
                shell.run_cell(cell, store_history=True)
        """
        command = [sys.executable, "-c", textwrap.dedent(code)]
        kernel = subprocess.Popen(command, stdout=-1, stderr=-1, text=True, start_new_session=True)
        until(lambda: any("check" in words and "doubling" in words for words in commands(kernel.pid)))
        os.kill(kernel.pid, signal.SIGINT)
        assert kernel.communicate(timeout=60)[1] == "UsageError: Stopped; nothing was graded.\n"
        until(lambda: not commands(kernel.pid))


def commands(session: int) -> list[list[str]]:
    """The command lines of the processes of a session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == session:
                found.append((folder / "cmdline").read_text().split("\0"))
        except OSError:
            continue  # it ended meanwhile
    return found


def until(true: Callable[[], bool]) -> None:
    """Wait for what has to become true; a minute is far more than it takes."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
