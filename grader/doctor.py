"""`grade doctor`: what is here, what is missing, and how to get it. Each layer of the sandbox is tried, not guessed."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from grader.errors import GraderError

PACKAGES = ("torch", "numpy", "pytest", "hypothesis", "pillow")


@dataclass(frozen=True)
class Fact:
    """One line: `good` is True, False, or None for what is neither; `cure` says how to get it."""

    what: str
    good: bool | None
    text: str
    cure: str = ""


def run(out: Any, data: Path | None) -> int:
    """Print everything; 0 when student code can be run with the full sandbox, else 3."""
    code = 0
    for title, facts in sections(data):
        out.print(f"\n{title}", style="bold", markup=False)
        for fact in facts:
            word, style = {True: ("yes", "good"), False: ("no", "bad"), None: ("-", "quiet")}[fact.good]
            out.print(f"  {fact.what:<22} [{style}]{word:<4}[/]", end="")
            out.print(fact.text, markup=False, soft_wrap=True)
            if fact.cure and not fact.good:
                out.print(f"{'':29}{fact.cure}", style="todo", markup=False, soft_wrap=True)
            if fact.what == "full sandbox" and not fact.good:
                code = 3
    return code


def sections(data: Path | None) -> Iterator[tuple[str, list[Fact]]]:
    """The examination, a section at a time."""
    yield "Here", [*_python(), *_device()]
    yield "MNIST", [_sample(), _data(data)]
    yield "Sandbox", list(_sandbox())


def _python() -> Iterator[Fact]:
    yield Fact("Python", sys.version_info >= (3, 10), f"{platform.python_version()}, {platform.platform()}")
    for name in PACKAGES:
        try:
            yield Fact(name, True, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Fact(name, False, "not installed", f"pip install {name}")


def _device() -> Iterator[Fact]:
    try:
        import torch
    except ImportError:
        return
    if torch.cuda.is_available():
        yield Fact("GPU", True, str(torch.cuda.get_device_name(0)))
    else:
        yield Fact("GPU", None, "none that torch can use; everything is graded on the CPU")


def _sample() -> Fact:
    from grader import sample

    try:
        found = sample.sample()
        return Fact("3s and 7s", True, f"{len(found.valid3) + len(found.valid7):,} images, shipped with the package")
    except GraderError as error:
        return Fact("3s and 7s", False, str(error), "Install tensor-grader again.")


def _data(folder: Path | None) -> Fact:
    from grader import data

    try:
        found = data.locate(folder)
    except GraderError as error:
        return Fact("full set", False, str(error), "grade data")
    if found is None:
        return Fact("full set", None, "not fetched; needed from exercise 4 on", "grade data")
    return Fact("full set", True, f"70,000 images in {found.folder}")


def _sandbox() -> Iterator[Fact]:
    if sys.platform != "linux":
        yield Fact("full sandbox", False, f"not on {platform.system()}: student code runs in a plain process.",
                   "Grade your own work only, or use Linux (WSL on Windows).")  # fmt: skip
        return
    from grader.sandbox import landlock, seccomp

    own = _try("namespaces")
    yield Fact("own namespaces", own is None, own or "private file system, processes and network, no helper needed",
               "On Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or install bubblewrap.")  # fmt: skip
    program = shutil.which("bwrap")
    other = _try("bubblewrap") if program else "not installed"
    yield Fact("bubblewrap", other is None, other or f"{program}, used where our own namespaces are refused",
               "apt-get install bubblewrap")  # fmt: skip
    for name, (have, why) in (("Landlock", landlock.available()), ("seccomp", seccomp.available())):
        yield Fact(name, have, why, "A newer kernel has it; in a container, allow it in the container's own filter.")
    yield Fact("limits", True, "CPU, wall time, memory, processes, file size and output are bounded per submission")
    full = own is None or other is None
    text = "student code is closed in" if full else "student code can see files and other processes"
    yield Fact("full sandbox", full, text, "One of the first two is needed. Without it grade only your own work.")


def _try(mode: str) -> str | None:
    """Start a server in this sandbox; None, or why it cannot be had."""
    from grader.server import exec_server

    try:
        server = exec_server(mode, ())
        server.wait_ready()
        server.close()
        return None
    except GraderError as error:
        return str(error)
