"""Every file in tests/attacks/escaping tries one way out of the sandbox, and is graded by the real thing.

A file has the comment lines of tests/students (see test_students.py), and tells by RuntimeError("ESCAPED: …") that it
got out. What lies outside is made here and told to it by place-holders: `@HOME_FILE@` and others (`Outside.told`), and
`@NR_mount@` for the number of a system call (-1 where this machine has no such call).

A file with `# control: plain` is also run without any sandbox, where it has to get out: its attempt is a real one.
These only read, write, connect and send signals to what is made here.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from test_students import (
    SOLUTIONS,
    Pinned,
    Workbench,
    bench,  # noqa: F401  # a fixture is found by its name
    exercise_of,  # noqa: F401  # a fixture is found by its name
    read_pinned,
    unexpected,
    unreadable,
)

from grader import report_json
from grader.sandbox import syscalls
from grader.values import Exercise, Verdict

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).parent / "attacks" / "escaping"
FILES = sorted(FOLDER.glob("*.py"))
CONTROL = b"# control: plain\n"
CONTROLLED = [path for path in FILES if CONTROL in path.read_bytes()]
VARIABLE = "GRADER_SECRET"  # the fixture `bench` sets it while the server is started
SECRET = "CANARY_OF_A_PROCESS"
TEXTS = ("CANARY_AT_HOME", "CANARY_OF_A_STUDENT", "CANARY_OF_RESULTS", "CANARY_TO_KEEP", SECRET)
# Where an attempt would leave something that begins with "escaped", were it let.
PLACES = ("/", "/etc", "/usr", "/usr/bin", "/usr/lib", "/tmp", "/dev", "/dev/shm", "/var/tmp", "/run", "/home", "/root")
RUN = "import sys; exec(compile(sys.stdin.read(), 'attack.py', 'exec')); rank(type('Image', (), {'ndim': 2}))"


@dataclass
class Outside:
    """What an attempt could reach, were there no sandbox; `contacts` and `changes` tell whether one did."""

    folder: Path
    server: int

    def __post_init__(self) -> None:
        self.watched = self.folder / "results" / "another"
        self.watched.mkdir(parents=True)
        self.home = self.folder / "home" / ".profile"
        self.home.parent.mkdir()
        self.home.write_text("CANARY_AT_HOME")
        (self.watched / "exercise1.py").write_text("CANARY_OF_A_STUDENT")
        (self.watched.parent / "results.sqlite").write_text("CANARY_OF_RESULTS")
        self.kept = self.watched / "kept.txt"
        self.kept.write_text("CANARY_TO_KEEP")
        self.name = f"outside-{secrets.token_hex(8)}"
        self.unix = str(self.folder / "s")
        self.sockets = {
            "PORT": socket.create_server(("127.0.0.1", 0)),
            "PORT6": socket.create_server(("::1", 0), family=socket.AF_INET6),
            "PORT_UDP": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            "UNIX_PATH": socket.socket(socket.AF_UNIX),
            "UNIX_NAME": socket.socket(socket.AF_UNIX),
        }
        self.sockets["PORT_UDP"].bind(("127.0.0.1", 0))
        self.sockets["UNIX_PATH"].bind(self.unix)
        self.sockets["UNIX_NAME"].bind(f"\0{self.name}")
        for name, listening in self.sockets.items():
            listening.setblocking(False)
            if name.startswith("UNIX"):
                listening.listen()
        # A group of its own, so that a signal to the group finds nobody else.
        self.sleeper = subprocess.Popen(["sleep", "987654"], env={VARIABLE: SECRET}, start_new_session=True)
        self.at_first = self.state()

    def told(self, source: bytes) -> bytes:
        """The source with every place-holder replaced."""
        words = {
            "HOME_FILE": self.home,
            "OTHER_SUBMISSION": self.watched / "exercise1.py",
            "RESULTS": self.watched.parent / "results.sqlite",
            "KEPT_FILE": self.kept,
            "WATCHED": self.watched,
            "REPOSITORY": REPOSITORY,
            "UNIX_PATH": self.unix,
            "UNIX_NAME": self.name,
            "SLEEPER": self.sleeper.pid,
            "JUDGE": os.getpid(),
            "SERVER": self.server,
            "VARIABLE": VARIABLE,
            **{name: self.sockets[name].getsockname()[1] for name in ("PORT", "PORT6", "PORT_UDP")},
        }
        numbers = syscalls.NUMBERS[syscalls.machine() or "x86_64"]

        def word(match: re.Match[bytes]) -> bytes:
            name = match[1].decode()
            return str(numbers.get(name[3:], -1) if name.startswith("NR_") else words[name]).encode()

        return re.sub(rb"@([A-Z]\w+)@", word, source)

    def state(self) -> dict[str, tuple[int, int, int, int, bytes]]:
        """Every file below our folder with its mode, links, times and content; and what attempts leave elsewhere."""
        found = {}
        for path in [*self.folder.rglob("*"), *(p for place in PLACES for p in Path(place).glob("escaped*"))]:
            facts = path.lstat()
            content = path.read_bytes() if path.is_file() else b""
            found[str(path)] = (facts.st_mode, facts.st_nlink, facts.st_mtime_ns, facts.st_ctime_ns, content)
        for folder in (REPOSITORY, REPOSITORY / "solutions", *(REPOSITORY / "exercises").iterdir()):
            found.update({str(path): (0, 0, 0, 0, b"") for path in folder.iterdir() if path.suffix != ".pyc"})
        return found

    def contacts(self) -> list[str]:
        """The listeners that somebody called."""
        called = []
        for name, listening in self.sockets.items():
            with contextlib.suppress(BlockingIOError):
                if name == "PORT_UDP":
                    listening.recv(100)
                else:
                    listening.accept()[0].close()
                called.append(name)
        return called

    def close(self) -> None:
        for listening in self.sockets.values():
            listening.close()
        self.sleeper.kill()
        self.sleeper.wait()


@pytest.fixture(scope="module")
def outside(bench: Workbench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:  # noqa: F811  # a fixture
    made = Outside(tmp_path_factory.mktemp("outside"), bench.server.pid)
    yield made
    made.close()


SHARED = "a fork of the loaded submission shares it, so that one check of a student's own can reach another"
SUCCEEDS = {  # attempts that do get past something, and why; whoever stops one takes it from here
    "bombs_with_socket_buffers": "memory of sockets lies in the kernel and is not counted",
    "changes_the_limits_of_what_it_was_forked_from": SHARED,
    "changes_the_priority_of_what_it_was_forked_from": SHARED,
    "computes_in_one_child_after_another": "CPU time of children that ended is not counted, only wall time ends them",
    "keeps_a_file_as_standard_input": SHARED,
    "keeps_a_mapping_for_later": SHARED,
    "leaves_a_child_of_what_it_was_forked_from": SHARED,
    "marks_its_private_folders": SHARED,
    "marks_the_standard_streams": SHARED,
    "signals_what_it_was_forked_from": SHARED,
}


def attempt(path: Path) -> ParameterSet:
    """A case that has to fail as long as its attempt is known to succeed."""
    reason = SUCCEEDS.get(path.stem)
    marks = [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)] if reason else []
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("path", [attempt(path) for path in FILES])
def test_an_attempt_to_get_out_fails(
    path: Path,
    bench: Workbench,  # noqa: F811  # a fixture
    exercise_of: Callable[..., Exercise],  # noqa: F811  # a fixture
    outside: Outside,
) -> None:
    """An attempt reaches and changes nothing outside, leaves nothing running, and costs nobody else a mark."""
    source, pinned = read(path)
    solution = (SOLUTIONS / f"{pinned.exercise}.py").read_bytes()
    exercise = exercise_of(pinned.exercise, pinned.limits)
    report = bench.grade(exercise, solution + b"\n\n" + outside.told(source), path.name, pinned.select)

    assert [result.id for result in report.results] == bench.selected(exercise_of(pinned.exercise, {}), pinned.select)
    problems = [problem for result in report.results for problem in unexpected(result, pinned)]
    problems += unreadable(report, pinned)
    written = report_json.dumps(report)
    problems += [f"{words!r} is in the report" for words in ("ESCAPED: ", *TEXTS) if words in written]
    problems += [f"{name} was called" for name in outside.contacts()]
    problems += [f"still running: {left}" for left in bench.left_running()]
    state = outside.state()
    changed = {name for name in {*state, *outside.at_first} if state.get(name) != outside.at_first.get(name)}
    problems += [f"{name} was changed" for name in sorted(changed)]
    if outside.sleeper.poll() is not None:
        problems.append(f"the process outside ended with {outside.sleeper.returncode}")
    after = bench.grade(exercise_of("exercise1", {}), solution, "solution.py", "rank")
    problems += [f"afterwards the reference has {r.verdict}" for r in after.results if r.verdict is not Verdict.PASSED]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("path", CONTROLLED, ids=lambda path: path.stem)
def test_an_attempt_succeeds_where_there_is_no_sandbox(path: Path, tmp_path: Path) -> None:
    """The same attempt gets out of a plain process: what stops it elsewhere is the sandbox, not a mistake in it."""
    outside = Outside(tmp_path / "outside", os.getpid())
    try:
        source = outside.told(read(path)[0])
        done = subprocess.run(
            [sys.executable, "-c", RUN], input=source, capture_output=True, cwd=REPOSITORY,
            env={"PATH": os.environ["PATH"], VARIABLE: SECRET}, timeout=60,
        )  # fmt: skip
    finally:
        outside.close()
    assert b"RuntimeError: ESCAPED: " in done.stderr, done.stderr.decode()


def read(path: Path) -> tuple[bytes, Pinned]:
    """A file's source and what its comment lines pin; the line that `read_pinned` does not know is left out."""
    source = path.read_bytes().replace(CONTROL, b"")
    return source, read_pinned(source)


def test_attempts_are_found() -> None:
    """There are many attempts, each says what it tries and never to have got out, and many are tried for real."""
    assert len(FILES) >= 40 and len(CONTROLLED) >= 12
    for path in FILES:
        source, pinned = read(path)
        assert pinned.exercise and pinned.base == "solution" and pinned.expect and pinned.select, path.name
        assert "ESCAPED" in pinned.never, path.name
        assert re.search(rb'^"""[A-Z][^"]+\."""$', source, re.MULTILINE), (
            f"{path.name} has no docstring of one sentence"
        )
