"""The warm server: a process with torch imported that forks a cell for each submission.

Theory of operation. The server runs trusted code only, as process 1 of the outer namespaces, with rights enough to make
cells. Over `control` the judge sends ["load", ...] with three descriptors: a channel to the cell's warden, a channel to
the snapshot, and the pipe for what student code prints. For each it forks:

    server ── fork ──▶ warden   process 1 of the cell; trusted: counts CPU and memory, ends processes, empties /tmp
                          └─ fork ─▶ snapshot   gives up all rights, then loads the submission: student code
                                        └─ fork ─▶ check   one for each check, answers its calls

The server holds nothing secret: it was forked (or executed) before any check was read, with an empty environment.
It ends when `control` is closed. Where there are no namespaces (mode "kernel") the warden is an ordinary process, the
parent of the snapshot, and /tmp is a folder made for the cell.
"""

from __future__ import annotations

import builtins
import ctypes
import functools
import gc
import os
import signal
import socket
import sys
import tempfile
import time
import types
from pathlib import Path
from typing import Any, NoReturn

from grader.errors import GraderError
from grader.guest import pages, snapshot, warden, wire
from grader.guest.answer import SEED, Answerer, seed
from grader.guest.loader import load
from grader.guest.plan import Plan, import_modules
from grader.sandbox import confine, namespaces, syscalls
from grader.values import WHOLE_NOTEBOOK, Limits

OWNER_BASE = 1_610_612_736  # far above the ids that systems hand out; each cell started by root gets its own
SELF = 3
REFERENCE_STEP_S = 0.00046  # on the machine that the figures in README.md are from
SLOWEST, FASTEST = 16.0, 0.25


def serve(control: socket.socket, plan: Plan) -> NoReturn:
    """Become the warm server; never returns. The first frame sent is ["ready", facts] or ["failed", why]."""
    status = 1
    try:
        control = _only_descriptor(control)
        _forget_environment()
        os.setsid()
        preload(plan.preload)
        if plan.mode == "namespaces":
            namespaces.isolate(plan.view, lambda why: wire.send(control, ["failed", why]))
        _Server(control, plan).run()
        status = 0
    except (EOFError, BrokenPipeError, ConnectionResetError):
        status = 0
    except Exception as error:  # the process ends here; the judge is told why
        wire.send(control, ["failed", f"{type(error).__name__}: {error}"])
    finally:
        os._exit(status)


def preload(modules: tuple[str, ...]) -> None:
    """Import what the course asks for; one thread each, since parallel guests are faster than parallel kernels."""
    import_modules((*modules, "grader.guest.adapting"))  # probes may use it, and soon our files cannot be read any more
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def speed() -> float:
    """How many times slower than the reference machine this one is, by a fixed convolution step; 1 without torch.

    CPU seconds of one forward and backward pass (64 images, 16 channels of 3 × 3), the fastest of eight: what else the
    machine does can only slow a step down.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return 1.0
    weight = torch.zeros(16, 1, 3, 3, requires_grad=True)
    images = torch.zeros(64, 1, 28, 28)
    times = []
    for _ in range(8):
        start = time.process_time()
        torch.nn.functional.conv2d(images, weight, padding=1).sum().backward()
        times.append(time.process_time() - start)
    return min(SLOWEST, max(FASTEST, min(times) / REFERENCE_STEP_S))


def rehearse() -> None:
    """Do once what every cell does, so that what Python and torch load at first use is loaded before the forks."""
    modules = set(sys.modules)
    seed(SEED)
    definitions = load(b"def same(x):\n    return x\n", "rehearsal.py", {"same": 1})
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    given = [1, torch.zeros(2) if torch is not None else None, numpy.zeros(2) if numpy is not None else None]
    answerer = Answerer(definitions, {}, Path("/tmp"), lambda number, args: None)
    sent = wire.load(*_received(wire.dump(given)))
    snapshot.pack_answer(1, answerer.answer("call", "same", (sent,), {}))
    snapshot.pack_answer(1, answerer.answer("call", "same", (), {}))
    if "grader.guest.cells" in sys.modules:
        _rehearse_cells()
    for name in set(sys.modules) - modules:
        if name.startswith(("rehearsal", "submission_")):
            del sys.modules[name]


def _rehearse_cells() -> None:
    """As `rehearse`, for notebooks; what IPython leaves among the builtins is taken out again."""
    from grader.guest.shell import CellShell

    shell = CellShell.of(types.ModuleType("rehearsal_cells"))
    shell.run(1, "def same(x):\n    return x\nsame(1)")
    for name in ("__IPYTHON__", "display", "get_ipython"):
        vars(builtins).pop(name, None)


def _received(parts: list[bytes | memoryview]) -> tuple[bytes, list[bytearray]]:
    return bytes(parts[1]), [bytearray(part) for part in parts[2:]]


class _Server:
    def __init__(self, control: socket.socket, plan: Plan) -> None:
        self.control = control
        self.view = plan.view
        self.namespaces = plan.mode == "namespaces"
        self.root = os.getuid() == 0
        self.own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC) if self.namespaces else -1
        writable = confine.WRITABLE if plan.mode != "kernel" else (tempfile.gettempdir(), "/dev/shm", "/dev/null")
        self.confinement = confine.prepare(plan.view, writable)
        self.ids = (os.getuid(), os.getgid())
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        slowness = speed()
        rehearse()
        gc.enable()
        gc.collect()
        gc.freeze()
        if plan.many:
            pages.gather()
        wire.send(control, ["ready", {"missing": list(self.confinement.missing), "slowness": slowness}])

    def run(self) -> None:
        while True:
            data, descriptors, _, _ = socket.recv_fds(self.control, 1, 3)
            if not data:
                raise EOFError
            order = wire.receive(wire.blocking_reader(self.control))
            self._reap()
            self._start(order, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)

    def _start(self, order: dict[str, Any], descriptors: list[int]) -> None:
        if self.namespaces:
            syscalls.unshare(syscalls.CLONE_NEWPID)
        child = os.fork()
        if child == 0:
            self._become_warden(order, descriptors)
        if self.namespaces:
            syscalls.setns(self.own_pid_namespace, syscalls.CLONE_NEWPID)
        wire.send(self.control, ["started", child])

    def _become_warden(self, order: dict[str, Any], descriptors: list[int]) -> NoReturn:
        try:
            channel, snap, output = arrange(descriptors)
            owner = (OWNER_BASE + order["number"],) * 2 if self.root and self.namespaces else None
            ids = owner or self.ids
            if self.namespaces:
                namespaces.cell(ids, not self.root, self.view)
                if self.view.trees and not order["trees"]:
                    namespaces.hide_trees()
                private = "/tmp"
            else:
                private = tempfile.mkdtemp(prefix="cell-")
            limits = Limits(**order["limits"])
            mine = ids if self.namespaces else None
            guard = warden.Warden(
                socket.socket(fileno=channel), limits, private, mine, self.view, order["trees"], order["waits"]
            )
            child = os.fork()
            if child == 0:
                os.close(channel)
                loads = WHOLE_NOTEBOOK if order["cells"] else 1
                give_up = functools.partial(confine.confine, self.confinement, limits, owner, loads)
                snapshot.run(order, snap, output, private, give_up)
            os.close(snap)
            os.close(output)
            guard.run(child)
        except GraderError as error:
            wire.send(socket.socket(fileno=channel), ["failed", str(error)])
        except OSError as error:
            wire.send(socket.socket(fileno=channel), ["failed", f"the cell could not be made: {error}"])
        finally:
            os._exit(1)

    def _reap(self) -> None:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


def arrange(descriptors: list[int]) -> tuple[int, int, int]:
    """Close every descriptor but these, which become 3, 4 and 5; standard input is empty, output goes nowhere."""
    high = [os.dup2(descriptor, 200 + place) for place, descriptor in enumerate(descriptors)]
    for place, descriptor in enumerate(high):
        os.dup2(descriptor, 3 + place)
    os.closerange(3 + len(high), os.sysconf("SC_OPEN_MAX"))
    return 3, 4, 5


def _only_descriptor(control: socket.socket) -> socket.socket:
    """Keep `control` and nothing else that was open: a guest must not hold other people's pipes."""
    keep = os.dup2(control.fileno(), 250)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(3, 250)
    os.closerange(251, os.sysconf("SC_OPEN_MAX"))
    os.dup2(keep, SELF)
    os.close(keep)
    control.detach()
    return socket.socket(fileno=SELF)


def _forget_environment() -> None:
    """Overwrite the environment and arguments the kernel keeps for /proc/self: they may name files and secrets."""
    os.environ.clear()
    os.environ.update({"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"})
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    # proc(5): arg_start, arg_end, env_start and env_end are fields 48 to 51; the first after the name is field 3
    for start, end in ((int(fields[45]), int(fields[46])), (int(fields[47]), int(fields[48]))):
        if 0 < start < end:
            ctypes.memset(start, 0, end - start)


def main() -> NoReturn:
    """Start by exec: descriptor 3 is `control`, whose first frame is the plan."""
    control = socket.socket(fileno=SELF)
    serve(control, Plan.of(wire.receive(wire.blocking_reader(control))))
