"""The warden: process 1 of a cell. Trusted; runs no student code; counts what the cell uses and ends it.

Theory of operation. It has the rights of the cell's owner namespace, is not dumpable, and hears only the judge:
["cell"] before each cell of a notebook, ["settle"] after the submission has loaded (which processes belong to it, and
may it be forked for each check?), ["begin", forked?] and ["end"] around each check. In between it looks into the cell's
own /proc every 20 ms and sums CPU time and private memory over all processes; whoever goes over is killed, and the
cause is told at ["end"], which also kills everything that was not there after loading and empties /tmp. When the judge
is gone the warden ends, and the kernel ends the cell with it.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import time
from typing import Any

from grader.guest import wire
from grader.sandbox import namespaces, syscalls
from grader.sandbox.view import View
from grader.values import Limits

PERIOD_S = 0.02
GRACE = 1.1  # what ends between the budget and this is tried once more by the judge
MIB = 1 << 20
EXITING = 0x4  # PF_EXITING, among the flags of /proc/PID/stat
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Warden:
    """`owner` is whose fresh /tmp to mount, None where `private` is a plain folder; `trees` says that folders of images
    are to be seen until the submission has loaded; one that `waits` lets no check begin before the last one's memory is
    free again."""

    def __init__(
        self,
        channel: socket.socket,
        limits: Limits,
        private: str,
        owner: tuple[int, int] | None,
        view: View,
        trees: str = "",
        waits: bool = False,
    ) -> None:
        self.channel = channel
        self.trees = trees
        self.waits = waits
        self.view = view
        self.limits = limits
        self.private = private
        self.owner = owner
        self.cause = ""
        self.reaped_s = self.used_s = 0.0
        self.peak = 0
        self.keep: set[int] = set()
        self.base_cpu: dict[int, float] = {}
        self.current: set[int] = set()
        self.forks = False
        syscalls.set_dumpable(False)

    def run(self, snapshot: int) -> None:
        """Watch until the judge closes the channel."""
        self.snapshot = snapshot
        self.base_memory = private_memory(snapshot)
        self.watching = True
        self.base_cpu = {}
        poller = select.poll()
        poller.register(self.channel, select.POLLIN)
        read = wire.blocking_reader(self.channel)
        try:
            while True:
                if not poller.poll(PERIOD_S * 1000 if self.watching else 1000):
                    self._look()
                    continue
                self._obey(wire.receive(read))
        except (EOFError, OSError, wire.Malformed):
            pass
        finally:
            self._end_all(everything=True)
            if self.owner is None:
                shutil.rmtree(self.private, ignore_errors=True)

    def _obey(self, order: list[Any]) -> None:
        if order[0] == "settle":
            self.watching = False
            self.keep = set(self._processes())
            if self.trees:
                namespaces.hide_trees()
            wire.send(self.channel, ["settled", self._can_fork(), self._usage()])
        elif order[0] == "cell":  # of a notebook: its time counts from now
            self._look()
            used, self.used_s, self.reaped_s = self.used_s, 0.0, 0.0
            self.base_cpu = {pid: cpu_s(pid) for pid in self._processes()}
            wire.send(self.channel, ["counted", used])
        elif order[0] == "begin":
            self.cause, self.peak, self.reaped_s, self.used_s = "", 0, 0.0, 0.0
            processes = self._processes()
            self.base_cpu = {pid: cpu_s(pid) for pid in processes}
            self.forks = bool(order[1])
            self.current = {self.snapshot}  # where it is the check itself: then nothing is to outlive it
            if self.forks:
                self.current = {pid for pid in processes if parent(pid) == self.snapshot and alive(pid)}
            self.watching = True
            wire.send(self.channel, ["begun", bool(self.current) and all(map(ready, [self.snapshot, *self.current]))])
        elif order[0] == "end":
            self._look()
            self.watching = False
            usage = self._usage()
            self._end_all()
            wire.send(self.channel, ["ended", self.cause, usage, self._empty()])

    def _look(self) -> None:
        """Sum up, and end the cell's check (or its load) when it is over a limit."""
        self._reap()
        processes = self._processes()
        memory = sum(max(0, private_memory(pid) - self.base_memory) for pid in processes)
        self.peak = max(self.peak, memory)
        if not self.watching or self.cause:
            return
        self.used_s = max(self.used_s, self._cpu_s(processes))  # an ended process tells nothing any more
        if memory > self.limits.memory_mib * MIB:
            self.cause = "memory"
        elif self.used_s > self.limits.cpu_s * GRACE:
            self.cause = "cpu"
        elif len(processes) > self.limits.processes + 4:
            self.cause = "processes"
        if self.cause:
            self._end_all()

    def _cpu_s(self, processes: list[int]) -> float:
        return self.reaped_s + sum(max(0.0, cpu_s(pid) - self.base_cpu.get(pid, 0.0)) for pid in processes)

    def _usage(self) -> dict[str, float]:
        return {"cpu_s": round(self.used_s, 3), "memory_mib": self.peak / MIB}

    def _processes(self) -> list[int]:
        if self.owner is None:
            return descendants(os.getpid())
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]

    def _end_all(self, everything: bool = False) -> None:
        """Kill every process that is not to stay, until none is left: new ones may appear while we look.

        To stay are those that belong to the loaded submission, and the fork made ahead for the next check: the only
        child of the snapshot that was not there when this check began. (No process can become another's sibling:
        CLONE_PARENT is refused.)
        """
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            self._reap()
            going = [pid for pid in self._processes() if everything or not self._stays(pid)]
            doomed = going if self.waits else [pid for pid in going if alive(pid)]
            if not doomed:
                return
            for pid in doomed:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if self.waits:
                await_exit(doomed, deadline)
            else:
                time.sleep(0.0002)

    def _stays(self, pid: int) -> bool:
        return self.forks and (pid in self.keep or (parent(pid) == self.snapshot and pid not in self.current))

    def _reap(self) -> None:
        try:
            while True:
                pid, _, usage = os.wait4(-1, os.WNOHANG)
                if not pid:
                    return
                if pid not in self.base_cpu:  # what was there before this check is not on its account
                    self.reaped_s += usage.ru_utime + usage.ru_stime
        except ChildProcessError:
            pass

    def _can_fork(self) -> bool:
        """Whether forks of the snapshot share nothing they could write: no threads, no helpers, no files, no memory."""
        task = f"/proc/{self.snapshot}"
        try:
            if self.keep != {self.snapshot} or len(os.listdir(f"{task}/task")) != 1:
                return False
            if self._leftovers():
                return False
            targets = {fd: os.readlink(f"{task}/fd/{fd}") for fd in os.listdir(f"{task}/fd")}
            if any(int(fd) > 3 for fd in targets):
                return False
            with open(f"{task}/maps", "rb") as maps:
                return not any(line.split(b" ", 2)[1].startswith((b"rw-s", b"-w-s")) for line in maps)
        except OSError:
            return False

    def _leftovers(self) -> list[str]:
        if self.owner is None:
            return [os.path.join(self.private, name) for name in os.listdir(self.private)]
        return namespaces.leftovers(self.view)

    def _empty(self) -> bool:
        """Delete what a check left in the private folders; False where something stays (a tree too deep to walk).

        Deleted, not mounted anew: the snapshot's Landlock rules and working folder name this very file system.
        """
        for path in self._leftovers():
            try:
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path)
                else:
                    os.unlink(path)
            except (OSError, RecursionError):
                return False
        return True


def await_exit(pids: list[int], deadline: float) -> None:
    """Sleep until these processes have ended and their memory is free, or it is later than `deadline`."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except OSError:  # it is gone
            continue
        try:
            poller = select.poll()
            poller.register(descriptor, select.POLLIN)
            poller.poll(max(0.0, deadline - time.monotonic()) * 1000)
        finally:
            os.close(descriptor)


def alive(pid: int) -> bool:
    """Whether a process can still run code: it is no zombie and not on its way out (its memory may take longer)."""
    fields = stat_fields(pid)
    if not fields:
        return False
    if fields[0] in (b"Z", b"X"):  # its first thread has ended; others may go on
        return int(fields[17]) > 1
    return not (int(fields[6]) & EXITING and int(fields[17]) <= 1)


def ready(pid: int) -> bool:
    """Whether a process is there and neither ending nor stopped: the check before may have sent it a signal."""
    fields = stat_fields(pid)
    return alive(pid) and fields[:1] not in ([b"T"], [b"t"])


def parent(pid: int) -> int:
    """The parent of a process, 0 where it is gone."""
    fields = stat_fields(pid)
    return int(fields[1]) if fields else 0


def stat_fields(pid: int) -> list[bytes]:
    """The fields of /proc/PID/stat after the name; none where the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and of its children that it waited for (proc(5), fields 14 to 17)."""
    fields = stat_fields(pid)
    return sum(int(field) for field in fields[11:15]) * TICK_S if fields else 0.0


def private_memory(pid: int) -> int:
    """Bytes of resident memory that are no file's: what a process adds beside its libraries."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            fields = file.read().split()
        if fields[0] == b"0":  # its first thread has ended: the others still know
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/statm", "rb") as file:
                    fields = max(fields, file.read().split(), key=lambda row: int(row[1]))
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * PAGE


def descendants(root: int) -> list[int]:
    """All processes below `root`, by their parents; for cells without a pid namespace."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (fields := stat_fields(int(name))):
            parents.setdefault(int(fields[1]), []).append(int(name))
    found, todo = [], [root]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found
