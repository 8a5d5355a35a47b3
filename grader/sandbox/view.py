"""Which files a guest may see: the interpreter, its packages and the system's libraries, read-only, and nothing else.

Pure: works out lists of paths; `namespaces` and `bubblewrap` mount them, `confine` repeats them for Landlock.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/alternatives")
# No /dev/zero: mapping it shared gives writable memory that a fork keeps in common.
TREES = "/data"
DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")


@dataclass(frozen=True)
class View:
    """`folders` are shown read-only; `masked` are folders inside them that appear empty. `trees` is shown as TREES
    while a notebook's cells run, where there are namespaces to hide it in afterwards."""

    folders: tuple[str, ...]
    masked: tuple[str, ...] = ()
    devices: tuple[str, ...] = DEVICES
    trees: str = ""

    @property
    def readable(self) -> tuple[str, ...]:
        """Everything readable, for Landlock."""
        return (*self.folders, *self.devices, "/proc", *([TREES] if self.trees else []))


def for_python(path: Sequence[str], prefixes: Iterable[str], trees: str = "", gpu: bool = False) -> View:
    """The view for an interpreter with this `sys.path` and these prefixes.

    Our own package is masked where it lies among others: checks are in there.
    """
    wanted: list[str] = []
    masked: list[str] = []
    for entry in (*prefixes, *packages(path, prefixes)):
        wanted += [os.path.realpath(entry), os.path.abspath(entry)]
        ours = Path(entry) / "grader"
        if ours.is_dir():
            masked.append(str(ours))
    existing = [name for name in (*SYSTEM, *SETTINGS) if os.path.lexists(name)]
    devices = DEVICES + (tuple(_gpu_nodes()) if gpu else ())
    return View(tuple(outermost([*existing, *wanted])), tuple(dict.fromkeys(masked)), devices, trees)


def of_this_process(trees: str = "", gpu: bool = False) -> View:
    """The view for the running interpreter."""
    return for_python(sys.path, (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix), trees, gpu)


def outermost(paths: Iterable[str]) -> list[str]:
    """The paths without those that lie in another of them, in a stable order."""
    kept: list[str] = []
    for path in sorted(
        dict.fromkeys(os.path.normpath(path) for path in paths), key=lambda name: (name.count("/"), name)
    ):
        if path != "/" and not any(path.startswith(parent + "/") for parent in kept if not os.path.islink(parent)):
            kept.append(path)
    return kept


def packages(path: Sequence[str], prefixes: Iterable[str]) -> list[str]:
    """The entries of an import path that hold installed packages.

    A checkout, a script's folder or the folder that pytest runs in are none: they may hold checks and answers.
    """
    roots = [os.path.realpath(prefix) + "/" for prefix in prefixes if prefix not in ("", "/")]
    kept = []
    for entry in path:
        installed = Path(entry).name in ("site-packages", "dist-packages")
        if entry and os.path.isdir(entry) and (installed or any(os.path.realpath(entry).startswith(r) for r in roots)):
            kept.append(entry)
    return kept


def _gpu_nodes() -> list[str]:
    return [str(node) for node in Path("/dev").glob("nvidia*") if not node.is_dir()]
