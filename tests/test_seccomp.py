"""The seccomp filter: its program run by a tiny interpreter, and its effect on real calls in forked children."""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import platform
import signal
import socket
import struct
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from children import NOBODY, USERS, ended_child, outcome
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SandboxError
from grader.sandbox import seccomp, syscalls
from grader.sandbox.seccomp import When

AVAILABLE, REASON = seccomp.available()
needs_seccomp = pytest.mark.skipif(not AVAILABLE, reason=REASON)

as_each_user = pytest.mark.parametrize("user", USERS)

PROGRAMS = {machine: seccomp.build(machine) for machine in seccomp.AUDIT_ARCH}


# --- The program, interpreted -------------------------------------------------------------------


def interpret(program: bytes, arch: int, number: int, arguments: tuple[int, ...]) -> int:
    """What the kernel would return for a call: classic BPF, as much of it as a filter may use."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments)
    lines: list[tuple[int, int, int, int]] = list(struct.iter_unpack("=HBBI", program))
    accumulator = counter = 0
    while True:
        code, if_true, if_false, constant = lines[counter]
        counter += 1
        if code == 0x20:  # load
            (accumulator,) = struct.unpack_from("<I", data, constant)
        elif code == 0x54:  # and
            accumulator &= constant
        elif code == 0x06:  # return
            return constant
        else:
            holds = {0x15: accumulator == constant, 0x25: accumulator > constant, 0x45: bool(accumulator & constant)}
            counter += if_true if holds[code] else if_false


def policy(machine: str, number: int, arguments: tuple[int, ...]) -> int:
    """What the tables say about a call, with no program in between: 0 or an errno."""
    name = {number: name for name, number in syscalls.NUMBERS[machine].items()}.get(number)
    if number > syscalls.LAST_REVIEWED:
        return errno.ENOSYS
    for group in seccomp.REFUSED:
        if name in group.names:
            return group.errno
    for rule in seccomp.CONDITIONS:
        if rule.name == name:
            low = arguments[rule.argument] % 2**32
            refuses = {
                When.ANY_BIT: any(low & value for value in rule.values),
                When.ALL_BITS: all(low & value == value for value in rule.values),
                When.ONE_OF: low in rule.values,
                When.NOT_ONE_OF: low not in rule.values,
            }[rule.when]
            return rule.errno if refuses else 0
    return 0


INTERESTING = sorted({value for rule in seccomp.CONDITIONS for value in rule.values} | {0, 1, 2, 0x20, 0x22, 17})
arguments_near_the_edge = st.builds(
    lambda low, flip, high: (low ^ flip) | high << 32,
    st.sampled_from(INTERESTING) | st.integers(0, 2**32 - 1),
    st.sampled_from([0, *(1 << bit for bit in range(32))]),
    st.sampled_from([0, 1, 2**32 - 1]),
)


@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
@given(data=st.data(), machine=st.sampled_from(sorted(PROGRAMS)), arguments=st.tuples(*[arguments_near_the_edge] * 6))
def test_the_program_decides_as_the_tables_say(data: st.DataObject, machine: str, arguments: tuple[int, ...]) -> None:
    """For any call with any arguments on either machine, the program answers what the tables promise."""
    conditional = [number for rule in seccomp.CONDITIONS if (number := syscalls.NUMBERS[machine].get(rule.name))]
    some_number = st.sampled_from(conditional) | st.integers(0, 600) | st.integers(0, 2**32 - 1)
    number = data.draw(some_number, label="number")
    expected = policy(machine, number, arguments)
    answer = interpret(PROGRAMS[machine], seccomp.AUDIT_ARCH[machine], number, arguments)
    assert answer == (seccomp.RET_ERRNO | expected if expected else seccomp.RET_ALLOW)


@pytest.mark.parametrize("machine", sorted(PROGRAMS))
def test_every_number_is_decided_as_the_tables_say(machine: str) -> None:
    """All numbers up to 1024, and those around x32's bit, are answered as promised."""
    for number in (*range(1025), *range(2**30 - 2, 2**30 + 600), 2**31, 2**32 - 1):
        expected = policy(machine, number, (0,) * 6)
        answer = interpret(PROGRAMS[machine], seccomp.AUDIT_ARCH[machine], number, (0,) * 6)
        assert answer == (seccomp.RET_ERRNO | expected if expected else seccomp.RET_ALLOW), number


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    machine=st.sampled_from(sorted(PROGRAMS)),
    arch=st.sampled_from([0x40000003, 0x40000028, *seccomp.AUDIT_ARCH.values()]) | st.integers(0, 2**32 - 1),
    number=st.integers(0, 2**32 - 1),
)
def test_a_call_of_another_architecture_ends_the_process(machine: str, arch: int, number: int) -> None:
    """Whatever its number, a call made through another architecture's entry is fatal."""
    answer = interpret(PROGRAMS[machine], arch, number, (0,) * 6)
    assert (answer == seccomp.RET_KILL_PROCESS) == (arch != seccomp.AUDIT_ARCH[machine])


@pytest.mark.parametrize(
    ("machine", "numbers"),
    [
        ("x86_64", {"ptrace": 101, "mount": 165, "clone": 56, "clone3": 435, "socket": 41, "mmap": 9, "ioctl": 16}),
        ("aarch64", {"ptrace": 117, "mount": 40, "clone": 220, "clone3": 435, "socket": 198, "mmap": 222, "ioctl": 29}),
    ],
)
def test_known_calls_are_decided_by_number(machine: str, numbers: dict[str, int]) -> None:
    """The worst calls are refused, and what programs live on is allowed, by numbers written out here."""
    private, shared = 0x22, 0x21
    thread, new_user = 0x3D0F00, 0x10000011
    unix, inet = 1, 2
    cases = [
        ("ptrace", (0,) * 6, errno.EPERM),
        ("mount", (0,) * 6, errno.EPERM),
        ("clone3", (0,) * 6, errno.ENOSYS),
        ("clone", (thread, 0, 0, 0, 0, 0), 0),
        ("clone", (new_user, 0, 0, 0, 0, 0), errno.EPERM),
        ("socket", (unix, 1, 0, 0, 0, 0), 0),
        ("socket", (inet, 1, 0, 0, 0, 0), errno.EACCES),
        ("mmap", (0, 4096, 3, private, 2**64 - 1, 0), 0),
        ("mmap", (0, 4096, 3, shared, 2**64 - 1, 0), errno.EPERM),
        ("mmap", (0, 4096, 3, 0x01, 5, 0), 0),
        ("ioctl", (0, 0x5412, 0, 0, 0, 0), errno.EPERM),
        ("ioctl", (0, 0x5401, 0, 0, 0, 0), 0),
    ]
    for name, arguments, number in cases:
        answer = interpret(PROGRAMS[machine], seccomp.AUDIT_ARCH[machine], numbers[name], arguments)
        assert answer == (seccomp.RET_ERRNO | number if number else seccomp.RET_ALLOW), (name, arguments)


def test_the_tables_hold_together() -> None:
    """Every name has a number on x86_64, none is listed twice, and every group says why."""
    names = [*seccomp.names_refused(), *(rule.name for rule in seccomp.CONDITIONS)]
    assert len(set(names)) == len(names)
    assert set(names) <= set(syscalls.NUMBERS["x86_64"])
    assert all([group.reason for group in seccomp.REFUSED] + [rule.reason for rule in seccomp.CONDITIONS])


def test_an_unknown_machine_gets_no_filter() -> None:
    """A machine without tables is an error that names it and says what to do, never an empty filter."""
    with pytest.raises(SandboxError, match=r"\(riscv64\): expected .*x86_64 or aarch64; run without the seccomp layer"):
        seccomp.build("riscv64")


# --- The filter, on the real kernel ---------------------------------------------------------------

PROGRAM = seccomp.build() if AVAILABLE else b""


def raw(number: int, *arguments: int) -> str:
    """The errno's name of a call made by number, or "ok"."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(*map(ctypes.c_long, (number, *arguments))) == -1:
        return errno.errorcode[ctypes.get_errno()]
    return "ok"


def test_available_says_why() -> None:
    """The sentence begins with the layer's name, and only machines with tables get a yes."""
    assert REASON.startswith("seccomp: filters work here" if AVAILABLE else "seccomp: ")
    assert not AVAILABLE or platform.machine() in seccomp.AUDIT_ARCH


@needs_seccomp
def test_a_container_that_refuses_filters_is_a_no() -> None:
    """Where the call itself is refused, available says no and install raises."""
    number = syscalls.NUMBERS[syscalls.machine() or ""]["seccomp"]
    lines = [
        (0x20, 0, 0, 0),
        (0x15, 0, 1, number),
        (6, 0, 0, seccomp.RET_ERRNO | errno.EPERM),
        (6, 0, 0, seccomp.RET_ALLOW),
    ]

    def work() -> str:
        seccomp.install(b"".join(struct.pack("=HBBI", *line) for line in lines))
        return f"{outcome(lambda: seccomp.install(PROGRAM))} {seccomp.available()}"

    answer, status = ended_child(os.getuid(), work)
    assert status == 0
    assert answer.startswith("EPERM (False, 'seccomp: this kernel, or the container around it, refuses filters")


@needs_seccomp
def test_every_listed_call_is_refused_by_the_kernel() -> None:
    """Under the filter, each name of the table that this machine has fails with the errno of its group."""
    numbers = syscalls.NUMBERS[syscalls.machine() or ""]
    wanted = {
        name: errno.errorcode[group.errno] for group in seccomp.REFUSED for name in group.names if name in numbers
    }

    def work() -> str:
        seccomp.install(PROGRAM)
        return json.dumps({name: raw(numbers[name], 0, 0, 0, 0, 0, 0) for name in wanted})

    # As an ordinary user even when root runs the tests, so that a broken filter reboots nothing.
    answer, status = ended_child(NOBODY if os.getuid() == 0 else os.getuid(), work)
    assert status == 0
    assert json.loads(answer) == wanted


@needs_seccomp
@as_each_user
def test_calls_are_refused_by_their_arguments(user: int) -> None:
    """Networks, namespaces, shared anonymous memory and typing into a terminal are refused, their harmless kin not."""
    numbers = syscalls.NUMBERS[syscalls.machine() or ""]

    def ioctl(command: int) -> str:
        read_end, _ = os.pipe()  # ENOTTY is the pipe's own answer: the filter let the call through
        return raw(numbers["ioctl"], read_end, command, 0)

    def work() -> str:
        seccomp.install(PROGRAM)
        families = [family for family in range(50) if family != socket.AF_UNIX]
        return json.dumps(
            {
                "networks": sorted({outcome(partial(socket.socket, f, kind)) for f in families for kind in (1, 2, 3)}),
                "pairs": sorted({raw(numbers["socketpair"], f, 1, 0, 0) for f in families}),
                "unix": outcome(socket.socketpair),
                "shared": outcome(lambda: mmap.mmap(-1, 4096)),
                "private": outcome(lambda: mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)),
                "namespaces": sorted(
                    {raw(numbers["clone"], 1 << bit | 17, 0, 0, 0, 0) for bit in (17, *range(25, 31))}
                ),
                "typing": [ioctl(0x5412), ioctl(0x541C), ioctl(0x5412 | 1 << 32)],
                "asking": [ioctl(0x5401), ioctl(0x5413)],
                "personality": [raw(numbers["personality"], p) for p in (0xFFFFFFFF, 0, 0x0040000, 0x0400000)],
                "x32 and later": [raw(2**30 | 39), raw(syscalls.LAST_REVIEWED + 1)],
            }
        )

    answer, status = ended_child(user, work)
    assert status == 0
    assert json.loads(answer) == {
        "networks": ["EACCES"],
        "pairs": ["EACCES"],
        "unix": "ok",
        "shared": "EPERM",
        "private": "ok",
        "namespaces": ["EPERM"],
        "typing": ["EPERM", "EPERM", "EPERM"],
        "asking": ["ENOTTY", "ENOTTY"],
        "personality": ["ok", "ok", "EPERM", "EPERM"],
        "x32 and later": ["ENOSYS", "ENOSYS"],
    }


@needs_seccomp
def test_the_filter_stays_on_children_and_can_only_be_narrowed() -> None:
    """A child, and a program it executes, are refused too; a second filter that allows all changes nothing."""
    allow_all = struct.pack("=HBBI", 6, 0, 0, seccomp.RET_ALLOW)
    script = "import socket\ntry: socket.socket()\nexcept PermissionError: print('refused')"

    def work() -> str:
        seccomp.install(PROGRAM)
        seccomp.install(allow_all)
        return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout

    assert ended_child(os.getuid(), work) == ("refused\n", 0)


@needs_seccomp
def test_a_damaged_filter_is_an_error() -> None:
    """A program the kernel does not take raises; nothing is installed and nothing pretends to be."""
    jump_out = struct.pack("=HBBI", seccomp._IF_EQUAL, 200, 200, 0) + PROGRAM[-8:]

    def work() -> str:
        failures = [outcome(partial(seccomp.install, bad)) for bad in (b"", PROGRAM[:-8], jump_out)]
        return str([*failures, outcome(lambda: socket.socket(socket.AF_UNIX))])

    assert ended_child(os.getuid(), work) == ("['EINVAL', 'EINVAL', 'EINVAL', 'ok']", 0)


@needs_seccomp
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the other entry, int 0x80, is x86's")
def test_the_32_bit_entry_is_fatal() -> None:
    """A call through int 0x80, whose numbers mean other calls, ends the process."""

    def work() -> str:
        code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
        code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
        getpid = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
        seccomp.install(PROGRAM)
        return f"still here: {getpid()}"

    answer, status = ended_child(os.getuid(), work)
    assert answer == ""
    # A kernel built without the 32-bit entry says SIGSEGV before the filter is asked.
    assert os.WTERMSIG(status) in (signal.SIGSYS, signal.SIGSEGV)


HONEST_WORK = """
import json, multiprocessing, os, subprocess, sys, tempfile, threading, time
from grader.sandbox import seccomp
seccomp.install(seccomp.build())

import numpy, torch
from PIL import Image
from torch.utils.data import DataLoader, TensorDataset

done = {}
a = torch.arange(250_000.0).reshape(500, 500).requires_grad_()
(a @ a).mean().backward()
done["backward"] = list(a.grad.shape)
done["conv2d"] = list(torch.nn.functional.conv2d(torch.ones(2, 1, 28, 28), torch.ones(4, 1, 3, 3)).shape)
torch.set_num_threads(2)
done["two torch threads"] = float((torch.ones(600, 600) @ torch.ones(600, 600))[0, 0])
done["numpy"] = float(numpy.linalg.inv(numpy.eye(300) * 2)[0, 0]) + float((numpy.ones((600, 600)) @ numpy.ones(600))[0])
done["image"] = Image.fromarray(numpy.zeros((28, 28), numpy.uint8)).resize((14, 14)).size

seen = []
threads = [threading.Thread(target=seen.append, args=(i,)) for i in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
done["threads"] = sorted(seen)

run = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, text=True)
done["subprocess"] = [run.stdout, run.returncode]
done["shell"] = os.system("exit 3") >> 8
with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:
    torch.save(torch.ones(3), folder + "/t.pt")
    done["files"] = [file.write(b"x"), torch.load(folder + "/t.pt", weights_only=True).sum().item()]
    mapped = numpy.memmap(folder + "/m", "float32", "w+", shape=(10,))
    done["memmap"] = mapped.sum().item()

data = TensorDataset(torch.arange(8.0).reshape(8, 1))
done["loader"] = [batch[0].sum().item() for batch in DataLoader(data, batch_size=4, num_workers=1)]
torch.multiprocessing.set_sharing_strategy("file_system")
done["loader by name"] = [batch[0].sum().item() for batch in DataLoader(data, batch_size=4, num_workers=2)]
with multiprocessing.get_context("fork").Pool(2) as pool:
    done["pool"] = pool.map(abs, [-1, -2, -3])
value = multiprocessing.Value("i", 5)
with value.get_lock():
    done["value"] = value.value
done["sleep"] = time.sleep(0.001)
print(json.dumps(done))
"""


@needs_seccomp
def test_honest_work_is_left_alone() -> None:
    """torch, numpy, PIL, threads, programs, files and DataLoader workers do under the filter what they always do."""
    root = Path(seccomp.__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", HONEST_WORK], capture_output=True, text=True, timeout=120, cwd=root)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert json.loads(run.stdout) == {
        "backward": [500, 500],
        "conv2d": [2, 4, 26, 26],
        "two torch threads": 600.0,
        "numpy": 600.5,
        "image": [14, 14],
        "threads": [0, 1, 2, 3],
        "subprocess": ["1\n", 0],
        "shell": 3,
        "files": [1, 3.0],
        "memmap": 0.0,
        "loader": [6.0, 22.0],
        "loader by name": [6.0, 22.0],
        "pool": [1, 2, 3],
        "value": 5,
        "sleep": None,
    }
