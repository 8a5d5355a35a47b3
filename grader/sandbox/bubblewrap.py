"""The command line that starts the warm server inside bubblewrap, for machines that refuse our own namespaces to us
but have the `bwrap` program (https://github.com/containers/bubblewrap)."""

from __future__ import annotations

import os
from pathlib import Path

from grader.sandbox.view import View

GUEST_PARTS = ("__init__.py", "errors.py", "values.py", "guest", "sandbox")


def command(view: View, package: Path, inner: list[str]) -> list[str]:
    """`inner` run by bwrap with the view and, of our own package, only what runs beside student code."""
    options = ["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--hostname", "student"]
    options += ["--setenv", "OMP_NUM_THREADS", "1", "--setenv", "PYTHONUTF8", "1", "--setenv", "LANG", "C.UTF-8"]
    options += ["--tmpfs", "/tmp"]  # first: what is shown below may itself lie under /tmp
    for path in view.folders:
        options += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind", path, path]
    for path in view.masked:
        options += ["--tmpfs", path]
    for part in GUEST_PARTS:
        options += ["--ro-bind", str(package / part), str(package / part)]
    options += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm", "--chdir", "/tmp"]
    for node in view.devices:
        options += ["--dev-bind-try", node, node]
    return ["bwrap", *options, "--", *inner]
