"""What a guest can see and do, asked from inside; and the parts of the sandbox that only work out lists."""

from __future__ import annotations

import ast
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import NOBODY, in_child

from grader import course, submissions
from grader.sandbox import bubblewrap, syscalls, view
from grader.server import Server, exec_server, fork_server
from grader.session import LiveSession
from grader.values import Call, Limits, Returned

SOURCE = b"""
import os, pathlib, socket

def can_read(path):
    try:
        if os.path.isdir(path):
            return sorted(os.listdir(path))
        return open(path, "rb").read(100) and True
    except OSError as error:
        return type(error).__name__

def can_write(path):
    try:
        pathlib.Path(path).write_text("x")
        return True
    except OSError as error:
        return type(error).__name__

def who(_):
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return [os.getuid(), status["CapEff"].strip(), status["CapBnd"].strip(), status["NoNewPrivs"].strip(),
            status["Seccomp"].strip(), sorted(int(pid) for pid in os.listdir("/proc") if pid.isdigit())[:3],
            sorted(os.listdir("/proc/self/fd"))]

def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        return True
    except OSError as error:
        return type(error).__name__
"""
TOML = b'id = "inside"\ntitle = "Inside"\n' + b"".join(
    b'[[names]]\nname = "%s"\nsignature = "(x)"\n' % name for name in (b"can_read", b"can_write", b"who", b"connects")
)


@pytest.fixture(scope="module", params=["namespaces", "bubblewrap"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    started = exec_server(request.param, ("numpy",))
    started.wait_ready()
    yield started
    started.close()


def ask(server: Server, name: str, argument: object) -> object:
    exercise = course.parse(TOML, Path("/nonexistent"))
    session = LiveSession(server, submissions.from_bytes(SOURCE, "inside.py"), exercise)
    guest = session.guest(Limits())
    outcome = guest.ask(Call("call", name, (argument,)))
    guest.close()
    session.close()
    assert isinstance(outcome, Returned), outcome
    return outcome.value


def test_only_the_interpreter_and_the_system_can_be_read(server: Server, tmp_path: Path) -> None:
    """Repository, solutions, checks, home and other files do not exist for a guest."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    root = Path(__file__).resolve().parents[1]
    for path in (secret, root / "README.md", root / "solutions", root / "exercises", Path.home() / ".bashrc",
                 Path("/etc/shadow"), Path("/etc/hostname"), Path("/var/log"), Path("/sys/kernel")):  # fmt: skip
        assert ask(server, "can_read", str(path)) in ("FileNotFoundError", "PermissionError"), path
    assert ask(server, "can_read", os.__file__) is True
    seen = ask(server, "can_read", "/tmp")
    assert isinstance(seen, list)
    assert {name for name in seen if not name.startswith("cell-")} <= _environment_below("/tmp")


def _environment_below(folder: str) -> set[str]:
    """What of this interpreter's own files lies below a folder: a virtual environment made under /tmp stays visible."""
    ours = str(Path(bubblewrap.__file__).resolve().parent)  # bubblewrap shows the guest's own code where it lies
    inside = [path for path in (*view.of_this_process().folders, ours) if path.startswith(folder + "/")]
    return {path[len(folder) + 1 :].split("/")[0] for path in inside}


def test_only_tmp_can_be_written(server: Server) -> None:
    """A guest writes to /tmp and /dev/shm and nowhere else."""
    assert ask(server, "can_write", "/tmp/mine") is True
    assert ask(server, "can_write", "/dev/shm/mine") is True
    for path in ("/mine", "/usr/mine", "/etc/passwd", str(Path(sys.prefix) / "mine"), "/dev/mine", "/proc/mine"):
        assert ask(server, "can_write", path) in ("PermissionError", "OSError", "FileNotFoundError"), path


def test_a_guest_has_no_rights_and_sees_only_itself(server: Server) -> None:
    """No capabilities, no way to gain any, a filter on system calls, own processes and descriptors only."""
    uid, effective, bounding, no_new_privs, seccomp, pids, descriptors = ask(server, "who", 0)  # type: ignore[misc]  # a list of known form
    assert effective == "0000000000000000" and no_new_privs == "1" and seccomp == "2"
    assert uid != 0 or server.mode == "bubblewrap"
    assert bounding == "0000000000000000" or os.getuid() != 0 or server.mode == "bubblewrap"
    assert pids[0] == 1 and len(descriptors) == 5  # 0 to 3, and the one that lists them


def test_the_network_is_cut(server: Server) -> None:
    """A server on this machine's loopback cannot be reached from inside."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert ask(server, "connects", listening.getsockname()[1]) in ("PermissionError", "OSError")


REFUSED = """
import sys
from pathlib import Path
from grader.sandbox import seccomp
seccomp.install(seccomp.build())  # a machine that grants no namespaces, as some containers do
from grader import course, submissions
from grader.errors import SandboxError
from grader.server import start_executed
from grader.session import LiveSession
from grader.values import Call, Limits
try:
    start_executed((), full=True)
    raise SystemExit("a full sandbox was promised")
except SandboxError as error:
    print(error)
server, reasons = start_executed(())
exercise = course.parse(sys.argv[1].encode(), Path("/nonexistent"))
session = LiveSession(server, submissions.from_bytes(sys.argv[2].encode(), "inside.py"), exercise)
guest = session.guest(Limits())
print(server.mode, guest.ask(Call("call", "can_read", ("/etc/hostname",))).value)
print(guest.ask(Call("call", "can_write", ("/tmp/../usr/mine",))).value)
server.close()
"""


def test_where_namespaces_are_refused_nothing_runs_unless_it_may() -> None:
    """With `full`, no student code runs; without, Landlock and seccomp still keep it from files and from writing."""
    command = [sys.executable, "-c", REFUSED, TOML.decode(), SOURCE.decode()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).resolve().parents[1])
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stdout + done.stderr
    assert "full sandbox cannot be set up" in lines[0] and "grade doctor" in lines[0]
    assert lines[1:] == ["kernel PermissionError", "PermissionError"]


def test_the_view_shows_packages_and_hides_checkouts(tmp_path: Path) -> None:
    """Of an import path, installed packages are shown; folders of scripts and checkouts are not; ours is masked."""
    packages = tmp_path / "env" / "lib" / "site-packages"
    (packages / "grader" / "guest").mkdir(parents=True)
    (packages / "grader" / "guest" / "wire.py").touch()
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    found = view.for_python([str(checkout), "", str(packages)], [])
    assert str(packages) in found.folders and str(packages / "grader") in found.masked
    assert not any(path.startswith(str(checkout)) for path in found.folders)


def test_outermost_keeps_what_covers_the_rest() -> None:
    """A path inside another is dropped; a sibling with the same beginning is not."""
    assert view.outermost(["/a/b", "/a", "/ab", "/a/b/c", "/"]) == ["/a", "/ab"]


def test_bubblewraps_command_shows_only_what_runs_beside_student_code() -> None:
    """Of our package the guest's parts are bound, not judge, checks or answers; the network is unshared."""
    package = Path("/somewhere/grader")
    command = bubblewrap.command(view.of_this_process(), package, ["python"])
    bound = [command[place + 2] for place, word in enumerate(command) if word == "--ro-bind"]
    ours = {Path(path).name for path in bound if path.startswith(str(package))}
    assert ours == {"__init__.py", "errors.py", "values.py", "guest", "sandbox"}
    assert "--unshare-all" in command and "--clearenv" in command and command[-2:] == ["--", "python"]


def test_an_ordinary_user_gets_the_full_sandbox() -> None:
    """Without root the same namespaces are made, cells included, and a guest has no rights in them."""

    def work() -> object:
        folders = tuple(name for name in view.SYSTEM if os.path.lexists(name))
        syscalls.set_dumpable(True)  # a change of user clears it, and with it the rights over /proc/self
        server = fork_server((), view.View(folders))
        server.wait_ready()
        answer = ask(server, "who", 0), ask(server, "can_write", "/tmp/mine"), ask(server, "can_read", "/etc/hostname")
        server.close()
        return answer

    user = NOBODY if os.getuid() == 0 else os.getuid()
    uid_and_more, writes, reads = ast.literal_eval(in_child(user, work))
    assert uid_and_more[:5] == [user, "0" * 16, uid_and_more[2], "1", "2"]
    assert uid_and_more[5][0] == 1 and (writes, reads) == (True, "FileNotFoundError")
