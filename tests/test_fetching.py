"""`grade data` says what it fetches, where MNIST then lies, and that it was verified."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from fake_mnist import CONTENT, IMAGES, TINY, Fake, fill, good
from rich.console import Console

from grader import fetching, terminal
from grader.errors import DataError
from grader.mnist import DataFile
from grader.sources import Progress, Source


class Telling:
    """A source that tells its progress, two steps for each file, and then delivers `content`."""

    def __init__(self, name: str, content: dict[str, bytes], total_known: bool = True) -> None:
        self.name, self.content, self.total_known = name, content, total_known

    def get(self, files: Sequence[DataFile], progress: Progress) -> dict[str, bytes]:
        for file in files:
            size = file.size if self.total_known else 0
            progress(file.name, 1, size)
            progress(file.name, file.size, size)
        return self.content


def run(cache: Path, sources: Sequence[Source], folder: Path | None = None) -> tuple[int, list[str]]:
    """The exit code and the lines printed where there is no terminal."""
    stream = io.StringIO()
    out = terminal.console(stream, colour=None)
    code = fetching.run(folder, out, cache=cache, sources=sources, files=TINY)
    return code, stream.getvalue().splitlines()


def test_outside_a_terminal_every_file_is_one_line(tmp_path: Path) -> None:
    """Without a terminal there is a line for each file, then folder, source and what was verified."""
    code, lines = run(tmp_path, [Telling("a mirror", dict(CONTENT))])
    assert code == 0
    assert [line.split(" (")[0] for line in lines[1:5]] == [file.name for file in TINY]
    assert lines[5:] == [
        f"MNIST is in {tmp_path}",
        "It came from a mirror.",
        "Verified: 6 training and 3 test images; every file has the right SHA-256.",
    ]


def test_a_file_fetched_again_from_the_next_source_is_said_again(tmp_path: Path) -> None:
    """When a source delivered something wrong, the file's second start has a line of its own."""
    wrong = Telling("wrong", {**CONTENT, IMAGES: b"wrong"})
    _, lines = run(tmp_path, [wrong, Telling("right", dict(CONTENT))])
    assert f"again: {IMAGES} (0.0 MB)" in lines
    assert any(line.startswith("It came from wrong and right (did not help: wrong: ") for line in lines)


def test_what_is_there_is_not_fetched(tmp_path: Path) -> None:
    """With a full cache or a folder given, three lines say so and no source is asked."""
    source = good()
    for folder in (None, fill(tmp_path / "given")):
        where = folder or fill(tmp_path / "cache")
        code, lines = run(tmp_path / "cache", [source], folder)
        assert code == 0
        assert lines[0] == f"MNIST is in {where}"
        assert len(lines) == 3
    assert source.asked == []


def test_what_cannot_be_fetched_is_a_data_error(tmp_path: Path) -> None:
    """The error that lists the sources tried passes through, with and without a terminal."""
    for out in (Console(file=io.StringIO()), Console(file=io.StringIO(), force_terminal=True)):
        with pytest.raises(DataError, match="unplugged"):
            fetching.run(None, out, cache=tmp_path, sources=[Fake("mirror", OSError("unplugged"))], files=TINY)


@pytest.mark.parametrize("total_known", [True, False])
def test_in_a_terminal_there_is_a_bar_for_each_file(tmp_path: Path, total_known: bool) -> None:
    """In a terminal each file's bar ends at the bytes it has, and the cursor is shown again."""
    stream = io.StringIO()
    out = terminal.console(stream, colour=True, width=100)
    source = Telling("a mirror", dict(CONTENT), total_known)
    assert fetching.run(None, out, cache=tmp_path, sources=[source], files=TINY) == 0
    shown = stream.getvalue()
    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.split("\x1b[?25h")[0]).split("\r")[-1]
    for file in TINY:
        assert re.search(rf"{file.name} .*{'' if total_known else '.*'}bytes", last) or f"{file.name} " in last
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
