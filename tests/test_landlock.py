"""Landlock, tried on the real kernel in forked children, as the user who runs the tests and as an ordinary one."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from children import USERS, in_child, outcome
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SandboxError
from grader.sandbox import landlock, seccomp, syscalls

AVAILABLE, REASON = landlock.available()
needs_landlock = pytest.mark.skipif(not AVAILABLE, reason=REASON)
ABI = syscalls.syscall("landlock_create_ruleset", None, 0, 1) if AVAILABLE else 0

as_each_user = pytest.mark.parametrize("user", USERS)


@pytest.fixture
def tree() -> Iterator[Path]:
    """A folder open to every user, with `shown`, `own` and `secret` in it, each with a `file`."""
    root = Path(tempfile.mkdtemp())  # pytest's own tmp_path is closed to other users
    root.chmod(0o755)
    for name in ("shown", "own", "secret"):
        folder = root / name
        folder.mkdir()
        folder.chmod(0o777)
        (folder / "file").write_text("text")
        (folder / "file").chmod(0o777)
    yield root
    shutil.rmtree(root)


def test_available_says_which_version_or_why_not() -> None:
    """The sentence names the kernel's ABI version where there is one."""
    assert REASON.startswith(f"landlock: ABI version {ABI} (files" if AVAILABLE else "landlock: ")
    assert (ABI >= 1) == AVAILABLE


@pytest.mark.skipif(syscalls.machine() is None, reason="needs a filter, which this machine has not")
def test_where_there_is_no_landlock_building_says_so() -> None:
    """Where the kernel knows no Landlock, available says no, and build's error says what to do."""
    number = syscalls.NUMBERS[syscalls.machine() or ""]["landlock_create_ruleset"]
    load, if_equal, refuse, allow = (
        (0x20, 0, 0, 0),
        (0x15, 0, 1, number),
        (6, 0, 0, 0x50000 | errno.ENOSYS),
        (6, 0, 0, 0x7FFF0000),
    )
    without_landlock = b"".join(struct.pack("=HBBI", *line) for line in (load, if_equal, refuse, allow))

    def work() -> str:
        seccomp.install(without_landlock)
        try:
            landlock.build(read=["/"], write=[])
        except SandboxError as error:
            return f"{landlock.available()} {error}"
        return "built"

    answer = in_child(os.getuid(), work)
    assert answer.startswith("(False, 'landlock: this kernel has none")
    assert answer.endswith("run without the landlock layer, or grade on such a machine")


@needs_landlock
@as_each_user
def test_what_is_shown_can_be_read_and_nothing_else(tree: Path, user: int) -> None:
    """Beneath a read path files can be read and listed, not changed; beside it nothing can be opened."""
    rules = landlock.build(read=[tree / "shown"], write=[tree / "own"])
    shown, secret = tree / "shown", tree / "secret"

    def work() -> list[str]:
        landlock.restrict(rules)
        return [
            outcome((shown / "file").read_text),
            outcome(lambda: os.listdir(shown)),
            outcome(lambda: (shown / "file").write_text("x")),
            outcome(lambda: (shown / "new").write_text("x")),
            outcome((shown / "file").unlink),
            outcome((secret / "file").read_text),
            outcome(lambda: os.listdir(secret)),
            outcome(lambda: (secret / "new").mkdir()),
            outcome(lambda: os.link(secret / "file", tree / "own" / "link")),
            outcome(lambda: os.listdir("/")),
            outcome(lambda: os.truncate(shown / "file", 0)),
        ]

    answer = in_child(user, work).strip("[]").replace("'", "").split(", ")
    assert answer[:8] == ["ok", "ok", "EACCES", "EACCES", "EACCES", "EACCES", "EACCES", "EACCES"]
    assert answer[8] in ("EXDEV", "EPERM")  # EPERM: the distribution protects links to the files of others
    assert answer[9:] == ["EACCES", "EACCES" if ABI >= 3 else "ok"]


@needs_landlock
@as_each_user
def test_a_write_path_takes_all_that_programs_do_with_files(tree: Path, user: int) -> None:
    """Beneath a write path files can be made, cut short, renamed across folders, linked and removed."""
    own = tree / "own"
    rules = landlock.build(read=[], write=[own])

    def work() -> list[str]:
        landlock.restrict(rules)
        return [
            outcome(lambda: (own / "new").write_text("abc")),
            outcome(lambda: os.truncate(own / "new", 1)),
            outcome((own / "folder").mkdir),
            outcome(lambda: os.rename(own / "new", own / "folder" / "new")) if ABI > 1 else "ok",
            outcome(lambda: (own / "link").symlink_to("file")),
            outcome(lambda: os.mkfifo(own / "pipe")),
            outcome((own / "link").read_text),
            outcome(lambda: shutil.rmtree(own / "folder")) if ABI > 1 else "ok",
        ]

    assert in_child(user, work) == str(["ok"] * 8)


@needs_landlock
@as_each_user
def test_a_single_file_can_be_given(tree: Path, user: int) -> None:
    """A path that is a file or a device opens that file alone."""
    rules = landlock.build(read=[tree / "secret" / "file"], write=["/dev/null", tree / "own" / "file"])

    def work() -> list[str]:
        landlock.restrict(rules)
        return [
            outcome((tree / "secret" / "file").read_text),
            outcome(lambda: Path("/dev/null").write_text("x")),
            outcome(lambda: (tree / "own" / "file").write_text("x")),
            outcome(lambda: (tree / "own" / "other").write_text("x")),
            outcome(lambda: Path("/dev/zero").open("rb")),
        ]

    assert in_child(user, work) == str(["ok", "ok", "ok", "EACCES", "EACCES"])


@needs_landlock
def test_programs_run_from_read_paths_only(tree: Path) -> None:
    """A program beneath a read path runs and is itself held to the rules; one elsewhere does not run."""
    rules = landlock.build(read=["/usr", "/bin", "/lib", "/lib64"], write=["/dev/null"])
    script = tree / "secret" / "script"
    script.write_text("#!/bin/sh\nexit 7\n")
    script.chmod(0o755)

    def work() -> list[object]:
        landlock.restrict(rules)
        inside = subprocess.run(["/bin/sh", "-c", f"exec 2>/dev/null; cat {script} || exit 5"])
        return [inside.returncode, outcome(lambda: subprocess.run([script]))]

    assert in_child(os.getuid(), work) == "[5, 'EACCES']"


@needs_landlock
@as_each_user
def test_missing_paths_are_skipped_and_no_descriptor_stays(tree: Path, user: int) -> None:
    """Paths that do not exist open nothing, and restrict closes every descriptor it opened."""
    missing = [tree / "nothing", tree / "shown" / "file" / "beneath"]
    rules = landlock.build(read=[*missing, tree / "shown", "/proc"], write=missing)

    def work() -> list[object]:
        before = os.listdir("/proc/self/fd")
        landlock.restrict(rules)
        return [os.listdir("/proc/self/fd") == before, outcome((tree / "shown" / "file").read_text)]

    assert in_child(user, work) == "[True, 'ok']"


@needs_landlock
def test_a_path_that_cannot_be_opened_restricts_nothing_and_leaks_nothing(tree: Path) -> None:
    """When a path fails for another reason than being missing, restrict raises and leaves no descriptor behind."""
    (tree / "loop").symlink_to(tree / "loop")
    rules = landlock.build(read=[tree / "loop"], write=[])

    def work() -> list[object]:
        before = os.listdir("/proc/self/fd")
        return [outcome(lambda: landlock.restrict(rules)), os.listdir("/proc/self/fd") == before]

    assert in_child(os.getuid(), work) == "['ELOOP', True]"


@needs_landlock
@as_each_user
def test_tcp_signals_and_abstract_sockets_stop_at_the_edge(user: int) -> None:
    """A kernel that can refuses TCP, and signals and abstract sockets that reach out of the restricted processes."""
    rules = landlock.build(read=[], write=[])
    address = f"\0grader-test-{os.getpid()}-{user}"
    outside = os.fork()
    if outside == 0:  # a process of the same user that is not restricted
        if user != os.getuid():
            os.setresuid(user, user, user)
        signal.alarm(30)
        signal.pause()
        os._exit(0)

    def tcp(method: str, port: int) -> str:
        with socket.socket() as sock:
            return outcome(lambda: getattr(sock, method)(("127.0.0.1", port)))

    def abstract() -> str:
        with socket.socket(socket.AF_UNIX) as sock:
            return outcome(lambda: sock.connect(address))

    def work() -> list[str]:
        landlock.restrict(rules)
        inside = os.fork()
        if inside == 0:
            signal.pause()
        own_child = outcome(lambda: os.kill(inside, signal.SIGKILL))
        os.waitpid(inside, 0)
        return [tcp("bind", 0), tcp("connect", 1), own_child, outcome(lambda: os.kill(outside, 0)), abstract()]

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(1)
        answer = in_child(user, work)
    os.kill(outside, signal.SIGKILL)
    os.waitpid(outside, 0)
    net = ["EACCES", "EACCES"] if ABI >= 4 else ["ok", "ECONNREFUSED"]
    edge = ["EPERM", "EPERM"] if ABI >= 6 else ["ok", "ok"]
    assert answer == str([*net, "ok", *edge])


@needs_landlock
def test_every_older_version_still_walls_off_files(tree: Path) -> None:
    """Rules made for any ABI version up to the kernel's are taken, and refuse what is not listed."""
    for abi in range(1, ABI + 1):
        rules = landlock.build(read=[tree / "shown"], write=[tree / "own"], abi=abi)

        def work(rules: landlock.Rules = rules) -> list[str]:
            landlock.restrict(rules)
            files = (tree / name / "file" for name in ("shown", "own", "secret"))
            return [outcome(file.read_text) for file in files]

        assert in_child(os.getuid(), work) == "['ok', 'ok', 'EACCES']", f"ABI version {abi}"
        assert bool(rules.handled_net) == (abi >= 4)
        assert bool(rules.scoped) == (abi >= 6)


FOLDERS = ("a", "a/b", "a/b/c", "d", "d/e")


@needs_landlock
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(read=st.sets(st.sampled_from(FOLDERS)), write=st.sets(st.sampled_from(FOLDERS)))
def test_a_file_opens_exactly_where_a_rule_lies_above_it(read: set[str], write: set[str]) -> None:
    """For any choice of nested paths, a file can be read (changed) if and only if it lies beneath a path for that."""

    def beneath(folder: str, roots: set[str]) -> bool:
        return any(f"{folder}/".startswith(f"{root}/") for root in roots)

    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for folder in FOLDERS:
            (root / folder).mkdir()
            (root / folder / "file").write_text("x")
        rules = landlock.build(read=[root / folder for folder in read], write=[root / folder for folder in write])

        def work() -> list[tuple[bool, bool]]:
            landlock.restrict(rules)
            files = [root / folder / "file" for folder in FOLDERS]
            return [(outcome(f.read_text) == "ok", outcome(partial(f.write_text, "y")) == "ok") for f in files]

        expected = [(beneath(folder, read | write), beneath(folder, write)) for folder in FOLDERS]
        assert in_child(os.getuid(), work) == str(expected)
