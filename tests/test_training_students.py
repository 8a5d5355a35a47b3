"""Every file in tests/students/training trains, or pretends to, and pins what that gets: graded by the real thing.

A file opens with comment lines `# key: value`, then says in its docstring what it does. Keys:

    base       the file of this folder that stands before it
    tier       how many of exercise 6's lines count for it; alternatives with | where chance has a say
    verdict    the verdict of the check, alternatives with |; PASSED where all lines count and it is not given
    review     "yes" where a person is asked to look at it
    limits     limits other than the exercise's own, as `cpu_s=1, wall_s=3`
    message    words that a student reads
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from marking import limited, pinned

from grader import course, grading, server, submissions
from grader.server import Server
from grader.values import CheckResult, Confusion, Verdict

FOLDER = Path(__file__).parent / "students" / "training"
LONGEST = "honest_until_the_budget_ends"  # first, so that no worker is left alone with it at the end
FILES = sorted(FOLDER.glob("*.py"), key=lambda path: (path.stem != LONGEST, path.stem))
KEYS = {"base", "tier", "verdict", "review", "limits", "message"}
POINTS = (2, 2, 2, 2, 2)


def source_of(path: Path) -> bytes:
    """A file, after the one that it names as its base."""
    base = pinned(path).get("base")
    return (source_of(path.with_name(f"{base}.py")) + b"\n\n" if base else b"") + path.read_bytes()


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    found, _ = server.start_executed(course.find_exercise(course.default_course(), "exercise6").preload)
    yield found
    found.close()


def graded(running: Server, storage: Path, source: bytes, limits: str = "") -> CheckResult:
    """The result of the check of `train`."""
    exercise = limited(course.find_exercise(course.default_course(), "exercise6"), limits)
    options = grading.Options(storage, select="train_learns")
    report = grading.grade(exercise, submissions.from_bytes(source, "exercise6.py"), running, options)
    assert [result.id for result in report.results] == ["train_learns"]
    assert len(report.notes) == bool(report.results[0].review)
    return report.results[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_training_gets_what_its_file_says(path: Path, running: Server, tmp_path: Path) -> None:
    """A way of training has the verdict and the tier that its file pins, and costs nothing else."""
    wanted = pinned(path)
    result = graded(running, tmp_path, source_of(path), wanted.get("limits", ""))
    message = result.finding.message if result.finding else ""
    told = f"{result.verdict} {result.points} points: {message} {result.notes}"
    tiers = [int(tier) for tier in wanted.get("tier", "0").split("|")]
    default = "PASSED" if tiers == [len(POINTS)] else "FAILED"
    assert str(result.verdict) in wanted.get("verdict", default).split("|"), told
    assert result.points in [sum(POINTS[:tier]) for tier in tiers], told
    assert bool(result.review) == (wanted.get("review") == "yes"), told
    assert wanted.get("message", "") in message, told
    assert result.verdict is Verdict.PASSED or message
    assert len(result.spent) >= 1


def test_every_file_pins_what_is_known() -> None:
    """Each file names a tier or a verdict, uses known keys only, and says in one docstring what it does."""
    assert len(FILES) > 30
    for path in FILES:
        wanted = pinned(path)
        assert wanted and not set(wanted) - KEYS, path.name
        assert {"tier", "verdict"} & set(wanted), path.name
        assert re.search(r'^"""\S.*\S"""$', path.read_text(encoding="utf-8"), re.MULTILINE), path.name


def test_a_training_repeats(running: Server, tmp_path: Path) -> None:
    """The same submission gets the same answers to every image, and so the same marks, each time it is graded."""
    source = (FOLDER / "honest_linear.py").read_bytes()
    first, second = (graded(running, tmp_path, source) for _ in range(2))
    assert first.notes == second.notes and first.exhibits == second.exhibits
    assert (first.verdict, first.points) == (second.verdict, second.points)
    assert any(isinstance(exhibit, Confusion) for exhibit in first.exhibits)
