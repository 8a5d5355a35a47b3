"""What there is to look at of a report, as PNG files: `--plots DIR`."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.values import Confusion, Curve, Exhibit, Pictures, Report

COLUMNS = 4


def write(report: Report, folder: Path) -> list[Path]:
    """Draw every exhibit of a report into `folder`, which is made; returns the files.

    Raises:
        UsageError: the folder cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for result in report.results:
            for exhibit in result.exhibits:
                kind = type(exhibit).__name__.lower()
                path = folder / f"{report.exercise.id}_{result.id}_{kind}.png"
                draw(exhibit, path)
                written.append(path)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror or error}.") from None
    return written


def draw(exhibit: Exhibit, path: Path) -> None:
    """Draw one exhibit."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    kinds: dict[type, Callable[[Any, Any], None]] = {Curve: _curve, Confusion: _confusion, Pictures: _pictures}
    kinds[type(exhibit)](figure, exhibit)
    figure.suptitle(exhibit.title, fontsize=11)
    figure.savefig(path)


def _curve(figure: Any, curve: Curve) -> None:
    axes = figure.add_subplot()
    axes.plot(range(1, len(curve.losses) + 1), curve.losses, linewidth=1.2)
    axes.set_xlabel("part of the training")
    axes.set_ylabel("loss")
    axes.set_ylim(bottom=min(0.0, *curve.losses))
    axes.grid(alpha=0.3)


def _confusion(figure: Any, confusion: Confusion) -> None:
    """Colour shows mistakes only: with the right answers in the scale, all else would look alike."""
    counts = confusion.counts
    shown = [[0 if i == j else n for j, n in enumerate(row)] for i, row in enumerate(counts)]
    most = max(1, max(map(max, shown)))
    axes = figure.add_subplot()
    axes.imshow(shown, cmap="Oranges", vmin=0, vmax=most)
    for i, row in enumerate(counts):
        for j, n in enumerate(row):
            colour = "white" if i != j and n > 0.6 * most else "black"
            axes.text(j, i, str(n) if n else "", ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(counts)))
    axes.set_yticks(range(len(counts)))
    axes.set_xlabel("taken for")
    axes.set_ylabel("is")


def _pictures(figure: Any, pictures: Pictures) -> None:
    rows = max(1, math.ceil(len(pictures.pixels) / COLUMNS))
    all_axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes in all_axes:
        axes.axis("off")
    for axes, pixels, caption in zip(all_axes, pictures.pixels, pictures.captions, strict=False):
        image = [list(pixels[y * pictures.width : (y + 1) * pictures.width]) for y in range(pictures.height)]
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)
        axes.set_title(caption, fontsize=8)
