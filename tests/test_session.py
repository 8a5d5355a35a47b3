"""One suite for everything that answers as a guest does: live cells in each sandbox, plain processes, the fake."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from fakes import InProcessSession

from grader import course, submissions
from grader.guest.wire import Callback, GuestPath, Opaque
from grader.judge import Session
from grader.plain import PlainServer, PlainSession
from grader.server import exec_server
from grader.session import LiveSession
from grader.values import Call, Exercise, Limits, Missing, Raised, Returned, Stopped, Verdict

NAMES = ["same", "fails", "todo", "changes", "calls", "reads", "prints", "leaves", "sees", "twice", "opaque", "listing"]
TOML = 'id = "suite"\ntitle = "Suite"\n' + "".join(f'[[names]]\nname = "{n}"\nsignature = "(x)"\n' for n in NAMES)
SOURCE = b"""
import os, pathlib

def same(x): return x
def fails(x): return x["nothing"]
def todo(x): raise NotImplementedError
def changes(x): x += 1; return x.sum()
def calls(x): return [x(1), x(2)]
def reads(x): return pathlib.Path(x).read_bytes()
def prints(x): print("hello", x); return None
def leaves(x): pathlib.Path("left").write_text("here"); return True
def sees(x): return pathlib.Path("left").exists()
def twice(x, y): return "takes two"
def twice(x): return "takes one"
def twice(x, y): return "takes two"
opaque = lambda x: opaque
def listing(x): return sorted(os.listdir(x))
"""
KINDS = ["namespaces", "bubblewrap", "kernel", "plain", "fake"]
Loader = Callable[..., Session]


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return course.parse(TOML.encode(), Path("/nonexistent"))


@pytest.fixture(scope="module", params=KINDS)
def load(request: pytest.FixtureRequest) -> Iterator[Loader]:
    """Loads a source as a session of this kind."""
    if request.param == "fake":
        yield lambda source, exercise: InProcessSession(source, exercise)
        return
    if request.param == "plain":
        plain = PlainServer(("torch",))
        yield lambda source, exercise: PlainSession(plain, submissions.from_bytes(source, "suite.py"), exercise)
        return
    server = exec_server(request.param, ("torch", "numpy"))
    server.wait_ready()
    yield lambda source, exercise: LiveSession(server, submissions.from_bytes(source, "suite.py"), exercise)
    server.close()


@pytest.fixture(scope="module")
def live() -> Iterator[Loader]:
    """Loads a source in the full sandbox."""
    server = exec_server("namespaces", ("torch", "numpy"))
    server.wait_ready()
    yield lambda source, exercise: LiveSession(server, submissions.from_bytes(source, "suite.py"), exercise)
    server.close()


@pytest.fixture
def session(load: Loader, exercise: Exercise) -> Iterator[Session]:
    opened = load(SOURCE, exercise)
    yield opened
    opened.close()


def ask(session: Session, name: str, *args: object) -> object:
    guest = session.guest(Limits())
    try:
        return guest.ask(Call("call", name, args))
    finally:
        guest.close()


def test_a_tensor_comes_back_as_it_was(session: Session) -> None:
    """Values, shape and dtype survive the way there and back, and nothing counts as changed."""
    x = torch.rand(2, 3)
    outcome = ask(session, "same", x)
    assert isinstance(outcome, Returned) and torch.equal(outcome.value, x) and outcome.changed == ()


def test_an_exception_comes_with_the_students_own_lines(session: Session) -> None:
    """What a call raises arrives as names, text and the lines of the student's file."""
    outcome = ask(session, "fails", {})
    assert isinstance(outcome, Raised) and outcome.names[:2] == ("KeyError", "LookupError")
    assert [frame.source for frame in outcome.frames] == ['def fails(x): return x["nothing"]']


def test_a_stub_and_a_missing_name_are_missing(session: Session) -> None:
    """A bare NotImplementedError is a stub; a name that is not there comes with those that resemble it."""
    assert ask(session, "todo", 1) == Missing("todo", True)
    assert ask(session, "listings", 1) == Missing("listings", False, ("listing",))


def test_a_changed_argument_is_told(session: Session) -> None:
    """An argument changed in place is named by its position, with its value now."""
    outcome = ask(session, "changes", torch.zeros(2))
    assert isinstance(outcome, Returned) and outcome.changed[0][0] == 0
    assert torch.equal(outcome.changed[0][1], torch.ones(2))


def test_a_callback_is_evaluated_here(session: Session) -> None:
    """A function given to the student's code runs on the judge's side."""
    asked = []
    outcome = ask(session, "calls", Callback(1, "f", lambda value: asked.append(value) or value * 10))
    assert isinstance(outcome, Returned) and outcome.value == [10, 20] and asked == [1, 2]


def test_files_are_written_where_the_path_says(session: Session) -> None:
    """A path given to the student's code holds the bytes that were sent, and only those."""
    outcome = ask(session, "reads", GuestPath("a/b.bin", (("a/b.bin", b"\x00\xff"),)))
    assert isinstance(outcome, Returned) and outcome.value == b"\x00\xff"
    missing = ask(session, "reads", GuestPath("nowhere.bin"))
    assert isinstance(missing, Raised) and "FileNotFoundError" in missing.names
    listing = ask(session, "listing", GuestPath("d", (("d/2", b""), ("d/1", b""))))
    assert isinstance(listing, Returned) and listing.value == ["1", "2"]


def test_the_last_version_that_fits_is_called(session: Session) -> None:
    """Of several definitions the last that takes the exercise's arguments is graded."""
    outcome = ask(session, "twice", 1)
    assert isinstance(outcome, Returned) and outcome.value == "takes one"


def test_what_cannot_cross_is_described(session: Session) -> None:
    """A function as a result arrives as its description, never as code."""
    outcome = ask(session, "opaque", 1)
    assert isinstance(outcome, Returned) and isinstance(outcome.value, Opaque) and outcome.value.type_name == "function"


def test_lines_of_definitions_are_known(load: Loader, exercise: Exercise) -> None:
    """A session says where each name is defined."""
    if load(SOURCE, exercise).__class__ is not InProcessSession:
        opened = load(SOURCE, exercise)
        assert opened.loaded.places["same"] == (0, 4, 0)
        opened.close()


def test_a_file_that_raises_is_a_failure_to_load(load: Loader, exercise: Exercise) -> None:
    """What a submission raises while it is imported becomes the session's failure."""
    opened = load(b"import os\n1 / 0\n", exercise)
    assert isinstance(opened.failure, Raised) and opened.failure.names[0] == "ZeroDivisionError"
    assert [frame.line for frame in opened.failure.frames] == [2]
    opened.close()


def test_output_is_kept(live: Loader, exercise: Exercise) -> None:
    """What student code prints comes back when the guest is closed."""
    opened = live(SOURCE, exercise)
    guest = opened.guest(Limits())
    guest.ask(Call("call", "prints", ("you",)))
    assert guest.close() == "hello you\n"
    opened.close()


def test_checks_do_not_see_each_others_files(live: Loader, exercise: Exercise) -> None:
    """What one check's process leaves in its folder is gone for the next."""
    opened = live(SOURCE, exercise)
    for _ in range(2):
        seen, left = ask(opened, "sees", 1), ask(opened, "leaves", 1)
        assert isinstance(seen, Returned) and isinstance(left, Returned)
        assert (seen.value, left.value) == (False, True)
    opened.close()


BY_ITSELF = {
    "threads": b"import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n",
    "an open file": b"file = open('/tmp/mine', 'w+')\n",
    "a file left behind": b"open('/tmp/mine', 'w').write('x')\n",
    "a helper process": b"import subprocess\nchild = subprocess.Popen(['sleep', '60'])\n",
}


@pytest.mark.parametrize("what", BY_ITSELF)
def test_what_a_fork_would_share_gets_cells_of_its_own(live: Loader, exercise: Exercise, what: str) -> None:
    """A submission that leaves something shareable when loaded is loaded anew for each check, and still answers."""
    opened = live(BY_ITSELF[what] + b"count = []\ndef same(x):\n    count.append(x)\n    return len(count)\n", exercise)
    assert opened.failure is None
    for _ in range(2):
        outcome = ask(opened, "same", 1)
        assert isinstance(outcome, Returned) and outcome.value == 1
    opened.close()


STOPPED = {
    "cpu": (b"def same(x):\n    while True: pass\n", Limits(cpu_s=0.5, wall_s=20), Verdict.TIMED_OUT),
    "wall": (b"import time\ndef same(x): time.sleep(60)\n", Limits(wall_s=0.5), Verdict.TIMED_OUT),
    "children's cpu": (
        b"import subprocess, sys\ndef same(x): subprocess.run([sys.executable, '-c', 'while True: pass'])\n",
        Limits(cpu_s=0.5, wall_s=20),
        Verdict.TIMED_OUT,
    ),
    "output": (b"def same(x):\n    while True: print('x' * 1000)\n", Limits(output_kib=64), Verdict.OUTPUT_LIMIT),
    "exit": (b"import os\ndef same(x): os._exit(0)\n", Limits(), Verdict.CRASHED),
    "kill": (b"import os\ndef same(x): os.kill(os.getpid(), 9)\n", Limits(), Verdict.CRASHED),
    "closes": (b"import os\ndef same(x): os.closerange(0, 100)\n", Limits(), Verdict.CRASHED),
    "garbage": (b"import os\ndef same(x): os.write(3, b'x' * 100)\n", Limits(), Verdict.CRASHED),
    "memory of many": (
        b"import os, time\ndef same(x):\n    for _ in range(4): os.fork()\n"
        b"    held = bytearray(b'x') * (60 << 20)\n    time.sleep(20)\n",
        Limits(memory_mib=256, wall_s=15),
        Verdict.OUT_OF_MEMORY,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", STOPPED)
def test_a_guest_over_its_limits_is_stopped(live: Loader, exercise: Exercise, what: str) -> None:
    """CPU, wall time, output and memory are bounded, for all processes together, and the next guest is unharmed."""
    source, limits, verdict = STOPPED[what]
    exercise = Exercise(exercise.id, exercise.title, exercise.folder, exercise.names, limits)
    opened = live(source + b"\ndef prints(x): return 1\n", exercise)
    guest = opened.guest(limits)
    outcome = guest.ask(Call("call", "same", (1,)))
    assert isinstance(outcome, Stopped) and outcome.verdict is verdict
    assert guest.ask(Call("call", "prints", (1,))) == outcome
    guest.close()
    after = ask(opened, "prints", 1)
    assert isinstance(after, Returned) and after.value == 1
    opened.close()


def test_nothing_is_left_running(live: Loader, exercise: Exercise) -> None:
    """Processes that student code started and left are gone when its session is closed."""
    marker = f"3{os.getpid():07d}.125"
    source = f"import subprocess\ndef same(x): subprocess.Popen(['sleep', '{marker}'], start_new_session=True)\n"
    opened = live(source.encode(), exercise)
    ask(opened, "same", 1)
    assert _running(marker) == []
    ask(opened, "same", 1)
    opened.close()
    assert _running(marker) == []


def _running(marker: str) -> list[str]:
    """Command lines that hold the marker; looked for until they are gone, for two seconds at most."""
    deadline, found = time.monotonic() + 2, ["?"]
    while found and time.monotonic() < deadline:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    text = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
                except OSError:
                    continue
                found += [text] if marker in text and "sleep" in text else []
    return found


def test_a_session_says_failed_only_in_its_own_words(live: Loader, exercise: Exercise) -> None:
    """A submission that pretends the sandbox failed does not become our fault."""
    forged = b"import sys\nsys.path.insert(0, '/')\nfrom grader.guest import wire\nimport socket\n"
    forged += b"wire.send(socket.socket(fileno=3), ['failed', 'the sandbox'])\n"
    opened = live(forged, exercise)
    assert isinstance(opened.failure, (Stopped, Raised))
    assert getattr(opened.failure, "verdict", Verdict.CRASHED) is Verdict.CRASHED
    opened.close()


def test_a_guest_near_its_budget_is_known(live: Loader, exercise: Exercise) -> None:
    """One that answers within a tenth over its CPU budget is told apart from one that stays below."""
    source = (
        b"import time\ndef same(x):\n    start = time.process_time()\n    while time.process_time() - start < x: pass\n"
    )
    limits = Limits(cpu_s=2.0, wall_s=60)
    opened = live(source, Exercise(exercise.id, exercise.title, exercise.folder, exercise.names, limits))
    budget = opened._server.budgets(limits).cpu_s  # type: ignore[attr-defined]  # the calibrated budget is the server's
    for share, over in ((0.5, False), (1.04, True)):
        guest = opened.guest(limits)
        outcome = guest.ask(Call("call", "same", (budget * share,)))
        guest.close()
        assert isinstance(outcome, Returned) and guest.overtime() is over
    opened.close()


def test_limits_hold_where_the_snapshot_is_the_check(live: Loader, exercise: Exercise) -> None:
    """A submission that cannot be forked is stopped by its CPU budget as soon as one that can."""
    source = BY_ITSELF["threads"] + b"def same(x):\n    while True: pass\n"
    limits = Limits(cpu_s=0.5, wall_s=60)
    opened = live(source, Exercise(exercise.id, exercise.title, exercise.folder, exercise.names, limits))
    guest, start = opened.guest(limits), time.monotonic()
    outcome = guest.ask(Call("call", "same", (1,)))
    assert isinstance(outcome, Stopped) and outcome.verdict is Verdict.TIMED_OUT and time.monotonic() - start < 30
    guest.close()
    opened.close()


def test_a_submission_is_loaded_once_for_all_its_checks(live: Loader, exercise: Exercise) -> None:
    """Checks are forks of one loaded submission: it is not loaded anew for each, as long as nothing is shared."""
    source = b"import os\nloaded_in = os.getpid()\ndef same(x): return [loaded_in, os.getppid()]\n"
    opened = live(source, exercise)
    parents = []
    for _ in range(5):
        outcome = ask(opened, "same", 1)
        assert isinstance(outcome, Returned) and outcome.value[0] == outcome.value[1]
        parents.append(id(opened._cell))  # type: ignore[attr-defined]  # whether it is the same cell is inside only
    assert len(set(parents)) == 1
    opened.close()
