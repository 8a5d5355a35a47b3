"""Work done in a forked child, for tests of what cannot be undone: filters, rights, namespaces."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable

NOBODY = 65534
USERS = [os.getuid(), NOBODY] if os.getuid() == 0 else [os.getuid()]


def ended_child(user: int, work: Callable[[], object]) -> tuple[str, int]:
    """What `work` returned in a forked child of that user, as text, and the child's wait status; 30 s at most."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)
        try:
            if user != os.getuid():
                os.setgroups([])
                os.setresgid(user, user, user)
                os.setresuid(user, user, user)
            answer = str(work())
        except BaseException as error:  # a child must never return into pytest
            answer = f"{type(error).__name__}: {error}"
        os.write(write_end, answer.encode())
        os._exit(0)
    os.close(write_end)
    with open(read_end, "rb") as pipe:
        answer = pipe.read().decode()
    return answer, os.waitpid(pid, 0)[1]


def in_child(user: int, work: Callable[[], object]) -> str:
    """What `work` returned in a child that has to end well."""
    answer, status = ended_child(user, work)
    assert status == 0, f"the child ended with status {status} after answering {answer!r}"
    return answer


def outcome(call: Callable[[], object]) -> str:
    """The name of the errno of a call, or "ok"."""
    try:
        call()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error.errno))
    return "ok"
