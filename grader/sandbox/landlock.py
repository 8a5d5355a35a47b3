"""Landlock: the kernel's own list of what a process may reach in the file system, with no right needed to set it.

`build` (once, in the server) says what may be read and written; `restrict` (in each child) opens those paths in the
child's own mount namespace and gives up the rest for good. It covers a second wall behind the mounts, and all of the
file wall where namespaces are forbidden. After it, mounting is refused too: mount first.
What it does not cover: descriptors already open, stat, chmod and chdir. UDP and other sockets are seccomp's part.
Constants: include/uapi/linux/landlock.h; Documentation/userspace-api/landlock.rst.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass

from grader.errors import SandboxError
from grader.sandbox import syscalls

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REFER = 1 << 13
TRUNCATE = 1 << 14
IOCTL_DEV = 1 << 15

_FIRST_ABI_RIGHTS = (1 << 13) - 1
_RIGHTS_SINCE = {2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
_READ_RIGHTS = EXECUTE | READ_FILE | READ_DIR
# On a rule whose path is no folder, the kernel takes only the rights that make sense there (EINVAL otherwise).
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_NET_BIND_TCP_CONNECT_TCP, _NET_ABI = 0b11, 4
_SCOPE_ABSTRACT_UNIX_AND_SIGNALS, _SCOPE_ABI = 0b11, 6

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1


class _RulesetAttr(ctypes.Structure):
    _fields_ = [("handled_fs", ctypes.c_uint64), ("handled_net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneathAttr(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


@dataclass(frozen=True)
class Rules:
    """What to handle (bit masks as in landlock.h) and each path with the rights beneath it."""

    handled_fs: int
    handled_net: int
    scoped: int
    paths: tuple[tuple[str, int], ...]


def available() -> tuple[bool, str]:
    """Whether this kernel restricts, and a sentence with the ABI version, or why not."""
    if syscalls.machine() is None:
        return False, "landlock: needs 64-bit Linux on x86_64 or aarch64, which this machine is not"
    try:
        abi = _abi_version()
    except OSError as error:
        return False, f"landlock: this kernel has none, or the container around it refuses it ({error.strerror})"
    covers = ["files", *(["TCP"] if abi >= _NET_ABI else []), *(["signals"] if abi >= _SCOPE_ABI else [])]
    return True, f"landlock: ABI version {abi} ({', '.join(covers)})"


def build(
    read: Iterable[str | os.PathLike[str]], write: Iterable[str | os.PathLike[str]], *, abi: int | None = None
) -> Rules:
    """Rules that let files beneath `read` be read and run, and beneath `write` everything; all else is refused.

    `abi` is the version to aim at, for tests (default and upper bound: the kernel's). Raises SandboxError where the
    kernel has no Landlock.
    """
    try:
        kernel_abi = _abi_version()
    except OSError as error:
        raise SandboxError(
            f"Landlock is not to be had here ({error.strerror}): expected Linux 5.13 or later with Landlock on;"
            " run without the landlock layer, or grade on such a machine"
        ) from error
    abi = kernel_abi if abi is None else min(abi, kernel_abi)
    handled = _FIRST_ABI_RIGHTS
    for since, right in _RIGHTS_SINCE.items():
        handled |= right if abi >= since else 0
    return Rules(
        handled_fs=handled,
        handled_net=_NET_BIND_TCP_CONNECT_TCP if abi >= _NET_ABI else 0,
        scoped=_SCOPE_ABSTRACT_UNIX_AND_SIGNALS if abi >= _SCOPE_ABI else 0,
        paths=(
            *((os.fspath(path), _READ_RIGHTS) for path in read),
            *((os.fspath(path), handled) for path in write),
        ),
    )


def restrict(rules: Rules) -> None:
    """Hold this thread, and every thread and process it starts, to the rules. Can't be undone, only narrowed.

    A path that does not exist is skipped: nothing beneath it is allowed. Sets no-new-privs. Raises OSError where a
    step fails: then nothing is restricted, and no student code may run.
    """
    # Older kernels take the longer struct as long as what they don't know is zero.
    attr = _RulesetAttr(rules.handled_fs, rules.handled_net, rules.scoped)
    ruleset = syscalls.syscall("landlock_create_ruleset", ctypes.byref(attr), ctypes.sizeof(attr), 0)
    try:
        for path, rights in rules.paths:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                _allow(ruleset, path, rights)
        syscalls.set_no_new_privs()
        syscalls.syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _FILE_RIGHTS
        rule = ctypes.byref(_PathBeneathAttr(rights, fd))
        syscalls.syscall("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, rule, 0, path=path)
    finally:
        os.close(fd)


def _abi_version() -> int:
    return syscalls.syscall("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)
