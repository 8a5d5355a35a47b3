"""The system call wrappers, tried on the real kernel in forked children."""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from children import in_child

from grader.sandbox import syscalls

pytestmark = pytest.mark.skipif(syscalls.machine() is None, reason="these calls are Linux's")


def own_namespaces(flags: int) -> None:
    """New namespaces with all capabilities in them, for root and ordinary users alike."""
    user, group = os.getuid(), os.getgid()
    syscalls.unshare(syscalls.CLONE_NEWUSER | flags)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


needs_namespaces = pytest.mark.skipif(
    sys.platform != "linux" or in_child(os.getuid(), lambda: own_namespaces(syscalls.CLONE_NEWNS)) != "None",
    reason="this machine lets nobody make namespaces, so what works inside them can't be shown",
)


def status_field(name: str) -> str:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith(f"{name}:"))


@pytest.mark.parametrize(
    ("call", "number", "name"),
    [
        (lambda: syscalls.unshare(1), errno.EINVAL, "unshare"),
        (lambda: syscalls.setns(-1), errno.EBADF, "setns"),
        (lambda: syscalls.mount("x", "/no/such/place", "tmpfs"), errno.ENOENT, "mount"),
        (lambda: syscalls.set_pdeathsig(1000), errno.EINVAL, "prctl(PR_SET_PDEATHSIG)"),
        (lambda: syscalls.syscall("capset", None, None), errno.EFAULT, "capset"),
        (lambda: syscalls.syscall("no_such_call"), errno.ENOSYS, "no_such_call"),
    ],
)
def test_an_error_has_the_errno_and_the_name_of_the_call(call: Callable[[], object], number: int, name: str) -> None:
    """A call that fails raises OSError with its errno and its name, and with the path where there is one."""
    with pytest.raises(OSError) as caught:
        call()
    assert caught.value.errno == number
    assert str(caught.value).startswith(f"[Errno {number}] {name}: {os.strerror(number)}")
    assert caught.value.filename == ("/no/such/place" if name == "mount" else None)


def test_no_call_has_two_numbers_or_shares_one() -> None:
    """On each machine every name of the table has its own number, none newer than what was reviewed."""
    for numbers in syscalls.NUMBERS.values():
        assert len(set(numbers.values())) == len(numbers)
        assert max(numbers.values()) <= syscalls.LAST_REVIEWED
    shared = [name for name, number in syscalls.NUMBERS["x86_64"].items() if number >= 424]
    assert {syscalls.NUMBERS["x86_64"][name] == syscalls.NUMBERS["aarch64"][name] for name in shared} == {True}


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", [name for name, header in HEADERS.items() if header.exists()])
def test_the_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    """Each number is the one in Linux's own header, as far as the header installed here knows the call."""
    text = HEADERS[machine].read_text()
    lines = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", text, re.MULTILINE)
    header = {name: int(number) for name, number in lines}
    ours = {name: number for name, number in syscalls.NUMBERS[machine].items() if name in header}
    assert len(ours) > 80
    assert ours == {name: header[name] for name in ours}


def test_no_new_privs_holds() -> None:
    """After set_no_new_privs the kernel reports the process as unable to gain rights."""

    def work() -> tuple[bool, str]:
        syscalls.set_no_new_privs()
        return syscalls.get_no_new_privs(), status_field("NoNewPrivs")

    assert in_child(os.getuid(), work) == "(True, '1')"


def test_dumpable_is_set_both_ways() -> None:
    """set_dumpable closes the process to its own user and opens it again."""

    def work() -> list[bool]:
        seen = []
        for wanted in (False, True):
            syscalls.set_dumpable(wanted)
            seen.append(syscalls.get_dumpable())
        return seen

    assert in_child(os.getuid(), work) == "[False, True]"


def test_a_process_hears_of_its_parents_end() -> None:
    """A process that asked for it gets the signal when its parent ends."""
    read_end, write_end = os.pipe()

    def grandchild() -> None:
        signal.alarm(30)  # ends it in silence, so that a missing signal is a missing word
        signal.signal(signal.SIGTERM, lambda *_: (os.write(write_end, b"told"), os._exit(0)))
        syscalls.set_pdeathsig(signal.SIGTERM)
        ready_write.send(b"1")
        while True:
            signal.pause()

    def parent() -> str:
        if os.fork() == 0:
            grandchild()
        return ready_read.recv(1).decode()

    ready_read, ready_write = socket.socketpair()
    with ready_read, ready_write:
        assert in_child(os.getuid(), parent) == "1"
    os.close(write_end)
    with open(read_end, "rb") as pipe:
        assert pipe.read() == b"told"


@needs_namespaces
def test_a_private_root_holds_only_what_was_put_there(tmp_path: Path) -> None:
    """Mount, pivot_root and umount2 together leave a process with a file system of its own."""

    def work() -> list[str]:
        own_namespaces(syscalls.CLONE_NEWNS)
        syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
        syscalls.mount("tmpfs", tmp_path, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "size=1m,mode=755")
        (tmp_path / "only").write_text("x")
        (tmp_path / "old").mkdir()
        syscalls.pivot_root(tmp_path, tmp_path / "old")
        os.chdir("/")
        syscalls.umount2("/old", syscalls.MNT_DETACH)
        os.rmdir("/old")
        return os.listdir("/")

    assert in_child(os.getuid(), work) == "['only']"
    assert list(tmp_path.iterdir()) == []


@needs_namespaces
def test_setns_goes_back_to_a_namespace_left() -> None:
    """A namespace kept open by a descriptor can be entered again."""

    def work() -> list[bool]:
        own_namespaces(syscalls.CLONE_NEWUTS)
        first = os.readlink("/proc/self/ns/uts")
        fd = os.open("/proc/self/ns/uts", os.O_RDONLY)
        syscalls.unshare(syscalls.CLONE_NEWUTS)
        second = os.readlink("/proc/self/ns/uts")
        syscalls.setns(fd, syscalls.CLONE_NEWUTS)
        return [second == first, os.readlink("/proc/self/ns/uts") == first]

    assert in_child(os.getuid(), work) == "[False, True]"


@needs_namespaces
def test_dropped_capabilities_are_gone_for_good() -> None:
    """With every set emptied, a process that owned its namespaces can mount nothing."""

    def work() -> str:
        own_namespaces(syscalls.CLONE_NEWNS)
        before = syscalls.effective_capabilities()
        syscalls.drop_bounding_set()
        syscalls.clear_ambient_set()
        syscalls.drop_capabilities()
        sets = {name: int(status_field(name), 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
        try:
            syscalls.mount("tmpfs", "/tmp", "tmpfs")
        except PermissionError as error:
            return f"{before > 0} {syscalls.effective_capabilities()} {set(sets.values())} {error.errno == errno.EPERM}"
        return "mounted"

    assert in_child(os.getuid(), work) == "True 0 {0} True"


@needs_namespaces
def test_ambient_capabilities_are_cleared() -> None:
    """A capability that was set to survive an exec no longer does."""

    def work() -> list[bool]:
        own_namespaces(0)
        header = struct.pack("Ii", 0x20080522, 0)
        all_but_inherit_one = struct.pack("6I", 2**32 - 1, 2**32 - 1, 1 << 21, 0, 0, 0)
        syscalls.syscall("capset", header, all_but_inherit_one)
        syscalls._prctl("PR_CAP_AMBIENT", 47, 2, 21)  # PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN
        before = int(status_field("CapAmb"), 16)
        syscalls.clear_ambient_set()
        return [before == 1 << 21, int(status_field("CapAmb"), 16) == 0]

    assert in_child(os.getuid(), work) == "[True, True]"


def test_giving_up_capabilities_needs_none() -> None:
    """An ordinary user, who has no capability, can call drop_capabilities; the bounding set asks for a right."""

    def work() -> str:
        syscalls.drop_capabilities()
        syscalls.drop_capabilities()
        try:
            syscalls.drop_bounding_set()
        except PermissionError as error:
            return f"{syscalls.effective_capabilities()} {error.strerror}"
        return "dropped"

    assert in_child(os.getuid(), work) == "0 prctl(PR_CAPBSET_DROP): Operation not permitted"
