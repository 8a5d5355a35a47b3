"""What there is to look at of a check (a curve, a confusion matrix, images), drawn in characters for a terminal."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.values import Confusion, Curve, Exhibit, Pictures

BARS = "▁▂▃▄▅▆▇█"
MARGIN = 21  # under the titles of checks
CURVE_WIDTH = 60


def renderable(exhibit: Exhibit, out: Console) -> RenderableType | None:
    """The exhibit for this terminal; None where it cannot show one: images need 256 colours."""
    room = max(20, out.width - MARGIN)
    if isinstance(exhibit, Curve):
        drawn: RenderableType | None = _curve(exhibit, min(room - 16, CURVE_WIDTH))
    elif isinstance(exhibit, Confusion):
        drawn = _confusion(exhibit)
    else:
        drawn = _pictures(exhibit, room) if out.color_system in ("256", "truecolor") else None
    if drawn is None:
        return None
    return Padding(Group(Text(exhibit.title, "dim"), drawn), (0, 0, 1, MARGIN))


def _curve(curve: Curve, width: int) -> Text | None:
    """One row of bars from 0 to the largest loss, with the first and the last loss in figures."""
    if not curve.losses:
        return None
    means = [sum(part) / len(part) for part in stretches(curve.losses, max(1, width))]
    highest = max(means) or 1.0
    bars = "".join(BARS[min(len(BARS) - 1, int(len(BARS) * max(0.0, mean) / highest))] for mean in means)
    return Text.assemble(f"{means[0]:.2f} ", (bars, "cyan"), f" {means[-1]:.3f}")


def stretches(losses: Sequence[float], count: int) -> list[Sequence[float]]:
    """At most `count` parts of nearly equal length, none empty."""
    count = min(count, len(losses))
    cuts = [place * len(losses) // max(1, count) for place in range(count + 1)]
    return [losses[start:stop] for start, stop in itertools.pairwise(cuts)]


def _confusion(confusion: Confusion) -> Table:
    """Rows are what an image is, columns what it was taken for; the three most frequent mistakes stand out."""
    counts = confusion.counts
    wrong = sorted((n for i, row in enumerate(counts) for j, n in enumerate(row) if i != j and n), reverse=True)[:3]
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=True, header_style="dim")
    table.add_column("", style="dim")
    for label in range(len(counts)):
        table.add_column(str(label), justify="right")
    for i, row in enumerate(counts):
        cells = [
            Text(str(n) if n else "·", "green" if i == j else "bold red" if n in wrong else "" if n else "dim")
            for j, n in enumerate(row)
        ]
        table.add_row(str(i), *cells)
    return table


def _pictures(pictures: Pictures, room: int) -> Group | None:
    """A strip of images, two pixels to a character, as many as fit."""
    fitting = room // (pictures.width + 1)
    if not fitting or not pictures.pixels:
        return None
    rows = []
    for top in range(0, pictures.height, 2):
        line = Text()
        for pixels in pictures.pixels[:fitting]:
            for x in range(pictures.width):
                upper = pixels[top * pictures.width + x]
                below = (top + 1) * pictures.width + x
                lower = pixels[below] if top + 1 < pictures.height else 0
                line.append("▀", f"rgb({upper},{upper},{upper}) on rgb({lower},{lower},{lower})")
            line.append(" ")
        rows.append(line)
    captions = (caption[: pictures.width].ljust(pictures.width + 1) for caption in pictures.captions[:fitting])
    return Group(*rows, Text("".join(captions)))
