"""How our own command becomes a process fit to fork a warm server, and which sandbox it gets.

Theory of operation. Whatever is in this process's memory when it forks is in every guest's memory. So the command first
executes itself again with an empty environment, its real one waiting in an anonymous file (`with_empty_environment`);
then imports torch, forks the server, and only then reads the environment back and loads checks. Where the server cannot
be forked (other platforms, refused namespaces) it is executed, and the two imports run side by side.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Sequence

from grader.errors import SandboxError
from grader.guest import pages
from grader.guest import server as guest_server
from grader.plain import PlainServer
from grader.sandbox import view
from grader.server import Server, exec_server, fork_server, start_executed

_START = (
    "import sys; sys.argv[0] = 'grade'; sys.path[:] = {path!r}; from grader.cli import Start, main;"
    " main(Start({fd}, {trees!r}))"
)
KEPT = ("LD_LIBRARY_PATH",)  # torch's own libraries may need it to be found at all


def can_fork() -> bool:
    """Fork only where it is safe after importing torch: macOS's frameworks and Windows are not."""
    return sys.platform == "linux"


def with_empty_environment(environment: dict[str, str], trees: str = "") -> None:
    """Execute this command again with nothing in its environment, and tell it where `trees` are. Returns only where
    that is not possible."""
    if not can_fork() or not hasattr(os, "memfd_create"):
        return
    descriptor = os.memfd_create("environment", 0)
    os.write(descriptor, json.dumps(environment).encode("utf-8", "surrogateescape"))
    kept = {name: environment[name] for name in KEPT if name in environment}
    code = _START.format(path=[os.path.abspath(entry) for entry in sys.path if entry], fd=descriptor, trees=trees)
    arguments = [sys.executable, "-I", "-X", "utf8", "-c", code, *sys.argv[1:]]
    os.execve(sys.executable, arguments, {**kept, "OMP_NUM_THREADS": "1"})


def read_environment(descriptor: int) -> dict[str, str]:
    """The environment that `with_empty_environment` put aside."""
    size = os.fstat(descriptor).st_size
    text = os.pread(descriptor, size, 0).decode("utf-8", "surrogateescape")
    os.close(descriptor)
    return {str(key): str(value) for key, value in json.loads(text).items()}


def start(
    preload: Sequence[str], forked: bool, gpu: bool = False, trees: str = "", many: bool = False
) -> Server | PlainServer:
    """Start a server and do not wait for it: it builds its sandbox while we import the checks' tools.

    `forked` says that this process holds nothing a guest may not see; `trees` is what notebooks find in TREES;
    with `many` submissions ahead a fork has to be cheap, and starting may take a moment longer.
    """
    modules = tuple(preload)
    if not can_fork():
        return PlainServer(modules)
    if not forked:
        server = exec_server("namespaces", modules, trees, gpu, many)
        guest_server.preload(modules)
        return server
    guest_server.preload(modules)
    gc.freeze()
    if many:
        pages.gather()
    return fork_server(modules, view.of_this_process(trees, gpu), many)


def ready(
    server: Server | PlainServer,
    preload: Sequence[str],
    full: bool = False,
    gpu: bool = False,
    trees: str = "",
    many: bool = False,
) -> tuple[Server | PlainServer, list[str]]:
    """The server when it is ready, or the next best one with the reasons why.

    Raises:
        SandboxError: with `full`, when the full sandbox cannot be had.
    """
    if isinstance(server, PlainServer):
        if full:
            raise SandboxError("There is no sandbox on this platform. Run `grade doctor`.")
        return server, list(server.missing)
    try:
        server.wait_ready()
        return server, []
    except SandboxError as error:
        other, reasons = start_executed(tuple(preload), trees, full, gpu, many)
        return other, [str(error), *reasons]
