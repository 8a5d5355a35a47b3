"""What a guest does to itself last, before student code: limits, no rights, Landlock, seccomp. There is no way back.

Everything is prepared in the warm server (`prepare`), so that a fresh fork imports nothing and spends under 2 ms.
"""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass

from grader.errors import SandboxError
from grader.sandbox import landlock, seccomp, syscalls
from grader.sandbox.view import View
from grader.values import Limits

MIB = 1 << 20
LARGEST_FILE_MIB = 128
FILES = 512
WRITABLE = ("/tmp", "/dev/shm", "/dev/null")


@dataclass(frozen=True)
class Confinement:
    """Prepared layers; None where the kernel has no such thing. `owner` is the uid and gid to become, None to stay."""

    rules: landlock.Rules | None
    filter: bytes | None
    missing: tuple[str, ...]


def prepare(view: View, writable: tuple[str, ...] = WRITABLE) -> Confinement:
    """Build the Landlock rules and the seccomp program, as far as this kernel knows them."""
    missing = []
    rules, program = None, None
    have, why = landlock.available()
    if have:
        rules = landlock.build(read=view.readable, write=writable)
    else:
        missing.append(why)
    have, why = seccomp.available()
    if have:
        program = seccomp.build()
    else:
        missing.append(why)
    return Confinement(rules, program, tuple(missing))


def confine(confinement: Confinement, limits: Limits, owner: tuple[int, int] | None, loads: int = 1) -> None:
    """Give up everything. Raises SandboxError where a prepared layer cannot be set up: no student code may run then.

    `loads` is how many times the CPU limit this process may use up by loading, which for a notebook is its many cells.
    """
    try:
        set_limits(limits, loads)
        if owner is not None:
            syscalls.drop_bounding_set()
            os.setgroups([])
            os.setresgid(owner[1], owner[1], owner[1])
            os.setresuid(owner[0], owner[0], owner[0])
        syscalls.drop_capabilities()
        syscalls.set_dumpable(True)  # a change of user hides a process from itself: its own /proc/self/fd, for one
        syscalls.set_no_new_privs()
        if confinement.rules is not None:
            landlock.restrict(confinement.rules)
        if confinement.filter is not None:
            seccomp.install(confinement.filter)
    except OSError as error:
        raise SandboxError(f"a layer of the sandbox could not be set up: {error}") from None


def set_limits(limits: Limits, loads: int = 1) -> None:
    """rlimits for one process of student code; the warden bounds the group as a whole.

    The address space gets the memory limit on top of what the warm server has mapped already. The CPU limit is a
    backstop behind the warden's, which counts all processes.
    """
    space = address_space() + limits.memory_mib * MIB
    cpu = int(limits.cpu_s * (3 + loads)) + 5
    for what, value in (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, LARGEST_FILE_MIB * MIB),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        hard = resource.getrlimit(what)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))


def address_space() -> int:
    """Bytes of address space this process has mapped."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
