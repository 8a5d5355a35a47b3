"""The corpus: notebooks as people write them, each with the marks it has to get."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import course, data, grading, submissions
from grader.errors import UsageError
from grader.fetching import plant
from grader.server import Server, start_executed
from grader.terminal import console
from grader.values import Verdict

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parent / "notebooks"
EXPECTED: list[dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))["notebook"]
GRADED = [entry for entry in EXPECTED if "error" not in entry]
REFUSED = [entry for entry in EXPECTED if "error" in entry]


def named(entry: dict[str, Any]) -> str:
    return f"{Path(entry['file']).stem}-{entry['exercise']}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    exercises = {entry["exercise"] for entry in GRADED}
    found = [course.find_exercise(course.default_course(), name) for name in exercises]
    modules = [name for exercise in sorted(found, key=lambda one: one.id) for name in exercise.preload]
    trees = plant(console(sys.stderr, colour=False), [b"untar_data(URLs.MNIST_SAMPLE)"], None)
    running, _ = start_executed((*dict.fromkeys(modules), *submissions.SHELL, "matplotlib.pyplot"), trees, full=True)
    yield running
    running.close()


@pytest.mark.parametrize("entry", GRADED, ids=named)
def test_a_notebook_gets_the_marks_it_should(entry: dict[str, Any], server: Server, tmp_path: Path) -> None:
    """Right work in an odd shape gets full marks, and wrong work loses exactly the checks it should."""
    exercise = course.find_exercise(course.default_course(), entry["exercise"])
    submission = submissions.read(FOLDER / entry["file"])
    report = grading.grade(exercise, submission, server, grading.Options(tmp_path))
    failed = {result.id: result.finding for result in report.results if result.verdict is not Verdict.PASSED}
    assert sorted(failed) == sorted(entry["failed"]), failed
    assert report.score.points == entry["points"]
    assert not report.score.ungradable


@pytest.mark.parametrize("entry", REFUSED, ids=named)
def test_what_is_no_notebook_is_refused_with_a_reason(entry: dict[str, Any]) -> None:
    """A file that cannot be read as a notebook is a clear error, and nothing else happens."""
    with pytest.raises(UsageError) as caught:
        submissions.read(FOLDER / entry["file"])
    assert entry["error"] in str(caught.value)


def test_the_corpus_is_complete() -> None:
    """Each file has its expected marks, and there are enough of them."""
    files = {path.name for path in FOLDER.glob("*.ipynb")}
    assert files == {entry["file"] for entry in EXPECTED} and len(files) >= 40


def test_mnist_is_here() -> None:
    """Notebooks that load the chapter's images are not quietly tried without them."""
    assert data.locate(None) is not None
