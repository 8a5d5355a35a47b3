"""A channel to student code: frames one way, what it prints the other, read together under one wall-clock budget."""

from __future__ import annotations

import os
import select
import socket
import time
from typing import Any

from grader.guest import wire
from grader.values import Limits

MAX_ANSWER = wire.MAX_TOTAL


class Late(Exception):
    """The wall-clock budget is used up."""


class Flood(Exception):
    """More was printed than is allowed."""


class Channel:
    """A socket to student code and the pipe it prints to, read together under one wall-clock budget. It waits awake for
    the first `spin_s`."""

    def __init__(self, sock: socket.socket, output: int, limits: Limits, spin_s: float = 0.0) -> None:
        self.sock = sock
        self._spin_s = spin_s
        self.output = output
        self.budget(limits)
        self.printed = bytearray()
        self._read_into = wire.Buffered(self._more)
        self._poller = select.poll()
        self._poller.register(sock, select.POLLIN)
        self._poller.register(output, select.POLLIN)
        self._open = True
        sock.setblocking(False)

    def budget(self, limits: Limits) -> None:
        """Start to count wall time anew."""
        self._wall_s = self.left_s = limits.wall_s
        self.most = limits.output_kib * 1024

    @property
    def waited_s(self) -> float:
        """Seconds spent waiting for the other side since `budget`."""
        return self._wall_s - self.left_s

    def receive(self) -> Any:
        """One frame. Raises Malformed, EOFError, OSError, `Late` or `Flood`."""
        return wire.receive(self._read_into, MAX_ANSWER)

    def send(self, value: Any) -> None:
        """One frame; a guest that does not read is late."""
        parts = wire.dump(value)
        try:
            sent = self.sock.sendmsg(parts[: wire.MOST_PARTS])
        except BlockingIOError:
            sent = 0
        if sent < sum(len(part) for part in parts):
            self._send_rest(memoryview(b"".join(parts))[sent:])

    def drain(self) -> None:
        """Take what was printed so far."""
        while self._open and any(fd == self.output for fd, _ in self._poller.poll(0)):
            self._take_output()

    def close(self) -> None:
        self.sock.close()
        if self.output >= 0:
            os.close(self.output)
            self.output = -1

    def text(self) -> str:
        return self.printed.decode("utf-8", "replace")

    def _more(self, size: int) -> bytes:
        self._wait()
        data = self.sock.recv(min(size, wire.LARGEST_READ))
        if not data:
            raise EOFError
        return data

    def _send_rest(self, rest: memoryview) -> None:
        self._poller.modify(self.sock, select.POLLOUT)
        try:
            while rest:
                self._wait()
                rest = rest[self.sock.send(rest) :]
        finally:
            self._poller.modify(self.sock, select.POLLIN)

    def _wait(self) -> None:
        """Until the socket is ready, taking what is printed meanwhile."""
        while True:
            start = time.monotonic()
            events = self._poller.poll(0)
            while not events and time.monotonic() - start < self._spin_s:
                os.sched_yield()
                events = self._poller.poll(0)
            events = events or self._poller.poll(max(0.0, self.left_s) * 1000)
            self.left_s -= time.monotonic() - start
            if not events:
                raise Late
            if all(descriptor != self.output for descriptor, _ in events):
                return
            self._take_output()

    def _take_output(self) -> None:
        data = os.read(self.output, 65536)
        if not data:
            self._poller.unregister(self.output)
            self._open = False
        room = self.most - len(self.printed)
        self.printed += data[: max(0, room)]
        if len(data) > room:
            raise Flood
