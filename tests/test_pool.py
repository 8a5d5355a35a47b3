"""Workers come and go; every submission has its answer."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_cli import RIGHT, WRONG, course  # noqa: F401  # a fixture

from grader.errors import SandboxError, ServerError
from grader.pool import AHEAD, Order, Pool
from grader.worker import Task

HANGS = b"def double(numbers):\n    while True:\n        pass\n"


@pytest.fixture
def order(course: Path, tmp_path: Path) -> Order:  # noqa: F811 - a fixture
    kept = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    return Order(course=course, preload=(), storage=tmp_path / "storage", environment=kept)


@pytest.fixture
def pool(order: Order) -> Iterator[Pool]:
    with Pool(order, 1) as started:
        yield started


def task(source: str | bytes, limit_s: float = 60.0) -> Task:
    return Task("doubling", "work.py", source.encode() if isinstance(source, str) else source, limit_s=limit_s)


def points(answer: list[object]) -> int:
    assert answer[0] == "graded", answer
    rows = answer[1]
    assert isinstance(rows, list)
    return sum(int(row["points"]) for row in rows)


def signal_worker(pool: Pool, number: signal.Signals) -> int:
    """Send a signal to the one worker there is now; its process id."""
    process = pool._workers[0]._process
    process.send_signal(number)
    return process.pid


def test_answers_come_for_each_task(pool: Pool) -> None:
    """What is submitted is graded, in whatever order, by as many workers as there are."""
    futures = [pool.submit(task(source)) for source in (RIGHT, WRONG, RIGHT)]
    assert [points(future.result(60)) for future in futures] == [3, 0, 3]
    assert pool.room() == AHEAD and pool.trouble() == ""


def test_a_worker_that_died_is_replaced(pool: Pool) -> None:
    """The submission it was to grade is graded by another, and so is the next."""
    signal_worker(pool, signal.SIGKILL)
    assert points(pool.grade(task(RIGHT))) == 3
    assert points(pool.grade(task(WRONG))) == 0
    assert len(pool._workers) == 1


def test_a_worker_that_hangs_is_replaced(pool: Pool) -> None:
    """One that does not answer within the time that all checks may take is ended, and its submission tried again."""
    stopped = signal_worker(pool, signal.SIGSTOP)
    assert points(pool.grade(task(RIGHT, limit_s=2))) == 3
    assert not Path(f"/proc/{stopped}").exists()


def test_what_takes_two_workers_along_is_lost(pool: Pool, course: Path) -> None:  # noqa: F811 - a fixture
    """A submission is not tried a third time; the others are graded."""
    file = course / "doubling" / "exercise.toml"
    file.write_text(file.read_text() + "\n[limits]\ncpu_s = 60\nwall_s = 60\n")
    answers: list[list[object]] = []
    grading = threading.Thread(target=lambda: answers.append(pool.grade(task(HANGS))))
    killed = set[int]()
    grading.start()
    end = time.monotonic() + 60
    while grading.is_alive():
        assert time.monotonic() < end
        if pool._workers[0]._process.pid not in killed and len(killed) < 2:
            time.sleep(1)  # it is grading by now, or about to
            killed.add(signal_worker(pool, signal.SIGKILL))
        time.sleep(0.05)
    assert answers[0][0] == "lost" and "2 times" in str(answers[0][1])
    assert points(pool.grade(task(RIGHT))) == 3


def test_closing_ends_what_is_graded(order: Order) -> None:
    """Nobody waits for a submission that hangs when the run is over."""
    with Pool(order, 1) as pool:
        future = pool.submit(task(HANGS))
        time.sleep(0.5)
        pid = pool._workers[0]._process.pid
    assert future.result(10)[0] == "lost" and not Path(f"/proc/{pid}").exists()


def test_a_worker_that_cannot_start_is_told(order: Order) -> None:
    """Where workers cannot grade, the pool does not start, and says why."""
    with pytest.raises((ServerError, SandboxError), match="no_such_module"):
        Pool(dataclasses.replace(order, preload=("no_such_module",)), 1)
