"""Curves, confusion matrices and images, in a terminal and as PNG."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

from grader import exhibits, plots
from grader.errors import UsageError
from grader.values import CheckResult, Confusion, Curve, Exercise, Exhibit, Pictures, Report, Score, Submission, Verdict

CURVE = Curve("loss", (4.0, 3.0, 2.0, 1.0, 0.0))
CONFUSION = Confusion("digits", ((90, 1, 0), (0, 80, 7), (3, 0, 70)))
PICTURES = Pictures("worst", 2, 2, (bytes([0, 255, 255, 0]), bytes([9, 9, 9, 9])), ("7, taken for 1", "3"))


def shown(exhibit: Exhibit, colour: str | None = "truecolor", width: int = 100) -> str:
    out = Console(file=io.StringIO(), force_terminal=True, color_system=colour, width=width)  # type: ignore[arg-type]  # rich wants a literal
    drawn = exhibits.renderable(exhibit, out)
    if drawn is not None:
        out.print(drawn)
    stream = out.file
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def test_a_curve_falls_from_left_to_right() -> None:
    """The curve is a row of bars, with the first and the last loss in figures."""
    text = shown(CURVE, None)
    assert "4.00 █▇▅▃▁ 0.000" in text and "loss" in text


@given(losses=st.lists(st.floats(-1e9, 1e9), max_size=500), count=st.integers(1, 80))
def test_a_curve_of_any_length_is_cut_into_parts_that_are_not_empty(losses: list[float], count: int) -> None:
    """Every loss is in exactly one stretch, in order, and no stretch is empty."""
    parts = exhibits.stretches(losses, count)
    assert [loss for part in parts for loss in part] == losses
    assert all(parts) and len(parts) == min(count, len(losses))
    shown(Curve("any", tuple(losses)), None)


def test_a_confusion_matrix_shows_every_count() -> None:
    """Rows and columns are numbered, and each count stands at its place."""
    rows = [line.split() for line in shown(CONFUSION, None).splitlines() if line.strip()]
    assert rows[1:] == [["0", "1", "2"], ["0", "90", "1", "·"], ["1", "·", "80", "7"], ["2", "3", "·", "70"]]


def test_images_are_shown_where_the_terminal_can() -> None:
    """Two pixels share a character, the upper one in front; without colours images are left out."""
    text = shown(PICTURES)
    assert "38;2;0;0;0;48;2;255;255;255m▀" in text and "7," in text
    assert shown(PICTURES, None) == shown(PICTURES, "standard") == ""


def report(*exhibits: Exhibit) -> Report:
    result = CheckResult("learns", "It learns", ("train",), Verdict.PASSED, 1, 1, exhibits=exhibits)
    exercise = Exercise("exercise6", "Full MNIST", Path(), ())
    return Report(exercise, Submission("a.py", b"", ""), (result,), Score(1, 1, 1, False))


def test_plots_are_files_one_for_each_exhibit(tmp_path: Path) -> None:
    """Every exhibit becomes a PNG that can be opened; the folder is made."""
    written = plots.write(report(CURVE, CONFUSION, PICTURES), tmp_path / "new" / "plots")
    assert [path.name.rpartition("_")[2] for path in written] == ["curve.png", "confusion.png", "pictures.png"]
    for path in written:
        with Image.open(path) as image:
            assert image.format == "PNG" and image.width > 400 and len(image.convert("L").getcolors() or []) > 3


def test_a_folder_for_plots_that_is_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    """Where plots cannot be written, the error names the place."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match="taken cannot be written"):
        plots.write(report(CURVE), tmp_path / "taken")
