"""Checks that are collected once judge each submission as if they had been collected for it alone."""

from __future__ import annotations

import dataclasses
import platform
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_memory import EXERCISES, ROOT, graded

from grader import course, grading, mutants, standing
from grader.errors import GraderError
from grader.server import Server, start_executed


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for many submissions, as workers have it."""
    running, _ = start_executed(("torch", "numpy", "PIL.Image", "PIL.PngImagePlugin"), full=True, many=True)
    yield running
    running.close()


@pytest.mark.parametrize("name", EXERCISES[:3])
def test_the_next_submission_meets_nothing_of_the_one_before(name: str, server: Server, tmp_path: Path) -> None:
    """A right submission and wrong ones, one after the other, have the results that each has alone."""
    exercise = course.find_exercise(course.default_course(), name)
    source = (ROOT / "solutions" / f"{name}.py").read_bytes()
    changed = [mutant.source.encode() for mutant in mutants.mutants(source.decode())]
    alone = grading.Options(tmp_path)
    kept = dataclasses.replace(alone, standing=standing.Standing(exercise, alone.conditions, tmp_path))
    broken = b"def nothing(:\n"
    for work in (broken, source, *random.Random(name).sample(changed, 2), broken, source):
        assert graded(work, exercise, server, kept) == graded(work, exercise, server, alone)


def test_some_checks_alone_can_be_run(server: Server, tmp_path: Path) -> None:
    """With ids only those checks are run, and come out as among all."""
    exercise = course.find_exercise(course.default_course(), "exercise2")
    source = (ROOT / "solutions" / "exercise2.py").read_bytes()
    options = grading.Options(tmp_path)
    checks = standing.Standing(exercise, options.conditions, tmp_path)
    options = dataclasses.replace(options, standing=checks)
    everything = graded(source, exercise, server, options)
    one = everything[-1].id
    some = graded(source, exercise, server, dataclasses.replace(options, checks=(one,)))
    assert [result.id for result in some] == [one] and some[0] == everything[-1]


def test_checks_that_cannot_be_collected_are_our_error(tmp_path: Path) -> None:
    """A checks.py that is no Python, or has no check, is told in one sentence and grades nobody."""
    for text in ("def test_x(:\n", "import no_such_module\n", "x = 1\n"):
        folder = tmp_path / f"e{len(text)}"
        folder.mkdir()
        (folder / "exercise.toml").write_text('id = "e"\ntitle = "E"\n')
        (folder / "checks.py").write_text(text)
        with pytest.raises(GraderError, match="The checks of e cannot be run"):
            standing.Standing(course.read_exercise(folder), grading.Options(tmp_path).conditions, tmp_path)


GATHER = """
import sys
sys.path[:] = {path!r}
from grader.guest import pages
kept = [bytes([number % 251]) * 1000 for number in range(20_000)]
before = list(kept)
gathered = pages.gather()
pages.keep_freed()
assert kept == before and all(item == bytes([number % 251]) * 1000 for number, item in enumerate(kept))
print(gathered)
"""


def test_gathered_memory_holds_what_it_held() -> None:
    """What a process has in memory is the same in large pages; kernels from 6.1 on have them."""
    code = GATHER.format(path=[str(ROOT), *sys.path])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kernel = tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])
    assert int(done.stdout) >= 8 << 20 or kernel < (6, 1)
