"""Every file in tests/students misbehaves, or is honest in an odd way, and pins what it gets: graded by the real thing.

A file opens with comment lines `# key: value`, then says in its docstring what it does. Keys:

    exercise   the exercise it is graded on
    base       "solution": the reference solution stands before the file, which then holds its misbehaviour only
    select     which checks are run, as pytest's -k
    limits     limits other than those of `LIMITS`, as `cpu_s=1, wall_s=3`
    expect     `function=VERDICT` or `check=VERDICT`, several with commas, alternatives with |; `all=VERDICT`. Checks of
               functions that are not named have to pass: a misbehaviour costs no other check its points
    message    words that a student reads about a check that did not pass
    never      words that must not be read anywhere in the report
"""

from __future__ import annotations

import codecs
import dataclasses
import io
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader import course, grading, report_json, server, submissions
from grader.guest.warden import alive, descendants
from grader.server import Server
from grader.terminal import Terminal, console
from grader.values import CheckResult, Exercise, Limits, Report, Verdict

FOLDER = Path(__file__).parent / "students"
SOLUTIONS = Path(__file__).parent.parent / "solutions"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix == ".py")
LIMITS = Limits(cpu_s=4.0, wall_s=12.0, memory_mib=512, processes=32, output_kib=256)
KEYS = {"exercise", "base", "select", "limits", "expect", "message", "never"}
CANARY = "CANARY_IN_THE_ENVIRONMENT"


@dataclass
class Pinned:
    """What the comment lines at the top of a file say."""

    exercise: str = ""
    base: str = ""
    select: str = ""
    limits: dict[str, float] = field(default_factory=dict)
    expect: dict[str, set[str]] = field(default_factory=dict)
    message: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)


def read_pinned(source: bytes) -> Pinned:
    """Read the comment lines; the rest of the file may be anything."""
    encoding = "utf-16" if source.startswith(codecs.BOM_UTF16) else "latin-1"
    pinned = Pinned()
    for line in source.decode(encoding).splitlines():
        match = re.fullmatch(r"(?:ï»¿)?# (\w+): (.*)", line)
        if match is None or match[1] == "coding":
            if not line.startswith("#") and "coding:" not in line:
                break
            continue
        key, value = match[1], match[2].strip()
        assert key in KEYS, f"{key!r} is not a key"
        if key in ("message", "never"):
            getattr(pinned, key).append(value)
        elif key == "limits":
            pinned.limits = {name.strip(): float(number) for name, number in _pairs(value)}
        elif key == "expect":
            pinned.expect = {name: set(verdicts.split("|")) for name, verdicts in _pairs(value)}
        else:
            setattr(pinned, key, value)
    return pinned


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = [part.strip().split("=") for part in text.split(",")]
    return [(name, value) for name, value in parts]


@dataclass
class Workbench:
    """One warm server for the whole module, and what was running when it had nothing to do."""

    server: Server
    storage: Path
    idle: set[int]
    checks: dict[tuple[str, str], list[str]]

    def grade(self, exercise: Exercise, source: bytes, name: str, select: str = "") -> Report:
        options = grading.Options(self.storage, select=select)
        return grading.grade(exercise, submissions.from_bytes(source, name), self.server, options)

    def selected(self, exercise: Exercise, select: str) -> list[str]:
        """The checks that `select` stands for, all of which the reference solution passes."""
        key = (exercise.id, select)
        if key not in self.checks:
            source = (SOLUTIONS / f"{exercise.id}.py").read_bytes()
            results = self.grade(exercise, source, "solution.py", select).results
            assert all(result.verdict is Verdict.PASSED for result in results)
            self.checks[key] = [result.id for result in results]
        return self.checks[key]

    def left_running(self) -> list[str]:
        """What still runs beside the idle server; waits for a cell that is about to end."""
        deadline = time.monotonic() + 10
        while True:
            extra = [pid for pid in descendants(self.server.pid) if pid not in self.idle and alive(pid)]
            if not extra or time.monotonic() > deadline:
                return [_command_line(pid) for pid in extra]
            time.sleep(0.005)


def _command_line(pid: int) -> str:
    try:
        return f"{pid}: {Path(f'/proc/{pid}/cmdline').read_bytes()!r} {Path(f'/proc/{pid}/wchan').read_text()}"
    except OSError:
        return str(pid)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_SECRET", CANARY)
        running, _ = server.start_executed(("torch", "numpy", "PIL.Image", "PIL.PngImagePlugin"))
    found = Workbench(running, tmp_path_factory.mktemp("hypothesis"), set(descendants(running.pid)), {})
    yield found
    running.close()


@pytest.fixture(scope="module")
def exercise_of() -> Callable[[str, dict[str, float]], Exercise]:
    def find(exercise_id: str, limits: dict[str, float]) -> Exercise:
        exercise = course.find_exercise(course.default_course(), exercise_id)
        kinds = {item.name: type(getattr(LIMITS, item.name)) for item in dataclasses.fields(Limits)}
        changed = {name: kinds[name](value) for name, value in limits.items()}
        return dataclasses.replace(exercise, limits=dataclasses.replace(LIMITS, **changed))

    return find


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_submission_gets_what_its_file_says(
    path: Path, bench: Workbench, exercise_of: Callable[..., Exercise]
) -> None:
    """A behaviour has the verdict its file pins, costs no other check its points and leaves nothing running."""
    source = path.read_bytes()
    pinned = read_pinned(source)
    exercise = exercise_of(pinned.exercise, pinned.limits)
    assert pinned.base in ("", "solution")
    if pinned.base:
        source = (SOLUTIONS / f"{pinned.exercise}.py").read_bytes() + b"\n\n" + source
    report = bench.grade(exercise, source, path.name, pinned.select)

    assert [result.id for result in report.results] == bench.selected(exercise_of(pinned.exercise, {}), pinned.select)
    problems = [problem for result in report.results for problem in unexpected(result, pinned)]
    problems += unreadable(report, pinned)
    assert not problems, "\n".join(problems)
    assert_harmless_to_show(report)
    assert not (left := bench.left_running()), f"still running: {left}"


def unexpected(result: CheckResult, pinned: Pinned) -> Iterator[str]:
    """Complaints about one check's verdict."""
    asked = pinned.expect.get(result.id) or pinned.expect.get(result.functions[0]) or pinned.expect.get("all")
    message = result.finding.message if result.finding else ""
    if str(result.verdict) not in (asked or {"PASSED"}):
        yield f"{result.id}: {result.verdict}, not {'|'.join(sorted(asked or {'PASSED'}))}: {message!r:.500}"
    if result.verdict is Verdict.UNGRADABLE:
        yield f"{result.id}: a submission made it UNGRADABLE: {message!r:.500}"
    if (result.points == result.max_points) != (result.verdict is Verdict.PASSED):
        yield f"{result.id}: {result.verdict} with {result.points} of {result.max_points} points"
    if result.verdict is not Verdict.PASSED and not message:
        yield f"{result.id}: {result.verdict} without a word"
    frames = result.finding.frames if result.finding else ()
    for text in (message, *(text for frame in frames for text in (frame.file, frame.function, frame.source))):
        if len(text) > 2500:
            yield f"{result.id}: a text of {len(text)} characters"


def unreadable(report: Report, pinned: Pinned) -> Iterator[str]:
    """Complaints about what a student would read."""
    messages = [result.finding.message for result in report.results if result.finding]
    for words in pinned.message:
        if not any(words in message for message in messages):
            yield f"{words!r} is in none of the messages {sorted(set(messages))!r:.1500}"
    shown = "\n".join(f"{finding.message}\n{finding.got}" for result in report.results if (finding := result.finding))
    for words in [*pinned.never, CANARY, "Malformed", "/submission/", "grader/guest", "Opaque"]:
        if words in shown:
            yield f"{words!r} must not be read: {shown!r:.1500}"


def assert_harmless_to_show(report: Report) -> None:
    """What is shown in a terminal and as JSON is text without control characters and without workflow commands."""
    for plain in (True, False):
        stream = io.StringIO()
        terminal = Terminal(console(stream, colour=False), plain, verbose=True)
        terminal.begin(report.exercise.title, report.submission.path)
        for result in report.results:
            terminal.result(result)
        terminal.end(report)
        text = stream.getvalue()
        text.encode("utf-8")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
        assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)
    written = report_json.dumps(report)
    written.encode("utf-8")
    assert json.loads(written)["points"] == report.score.points
    assert "\x1b" not in written


def test_files_are_found() -> None:
    """Every file pins a known exercise and an expectation, and says in one docstring what it does."""
    assert len(FILES) > 50
    for path in FILES:
        source = path.read_bytes()
        pinned = read_pinned(source)
        assert pinned.exercise and pinned.expect, f"{path.name} pins nothing"
        known = {"all"} | {name for verdicts in pinned.expect.values() for name in verdicts}
        assert all(name in Verdict.__members__ for name in known - {"all"}), f"{path.name}: a verdict is unknown"
        quotes = '"""'.encode("utf-16-le") if source.startswith(codecs.BOM_UTF16) else b'"""'
        assert source.count(quotes) >= 2, f"{path.name} has no docstring"


@pytest.mark.parametrize("name", ["torch.py", "random.py", "grader.py", "__main__.py", "a b-c.py", "exercise1"])
def test_a_file_may_be_called_anything(name: str, bench: Workbench, exercise_of: Callable[..., Exercise]) -> None:
    """A right submission passes whatever its file is called, also like a module that is in use."""
    source = (SOLUTIONS / "exercise1.py").read_bytes()
    report = bench.grade(exercise_of("exercise1", {}), source, name, "rank or center")
    assert [result.verdict for result in report.results] == [Verdict.PASSED] * 2


def test_two_submissions_share_no_file(bench: Workbench, exercise_of: Callable[..., Exercise]) -> None:
    """What one submission writes to the folders it may write to, the next one does not find."""
    write = b"for name in ('/tmp/left', '/dev/shm/left'):\n    open(name, 'w').write('x')\n"
    find = b"import os\nassert not any(os.path.exists(f) for f in ('/tmp/left', '/dev/shm/left'))\n"
    solution = (SOLUTIONS / "exercise1.py").read_bytes()
    for extra in (write, find):
        report = bench.grade(exercise_of("exercise1", {}), solution + extra, "exercise1.py", "rank")
        assert [result.verdict for result in report.results] == [Verdict.PASSED]


def test_the_environment_is_the_servers_own() -> None:
    """The variable that students look for is not left in the environment of the tests."""
    assert "GRADER_SECRET" not in os.environ
