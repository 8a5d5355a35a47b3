"""A made-up class with known marks: `write` puts its submissions of exercise 2 into a folder, the same for each seed.

Every student's file is one of the shapes below, with a comment of its own, so that no two have the same bytes.
`python tests/classroom.py FOLDER 300` writes one to try `grade bulk` on.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

SOLUTION = (Path(__file__).resolve().parents[1] / "solutions" / "exercise2.py").read_text(encoding="utf-8")


def shapes() -> dict[str, tuple[str, int]]:
    """Source and points by name: right ones, wrong ones, unfinished ones and a few that do not even load."""
    signed = SOLUTION.replace(".abs()", "", 1)
    assert signed != SOLUTION
    unfinished = SOLUTION + "\n\ndef pixel_baseline(valid3, valid7, mean3, mean7):\n    raise NotImplementedError\n"
    pooled = SOLUTION + (
        "\n\ndef pixel_baseline(valid3, valid7, mean3, mean7):\n"
        "    right = is_3(valid3, mean3, mean7).sum() + (~is_3(valid7, mean3, mean7)).sum()\n"
        "    return right / (len(valid3) + len(valid7))\n"
    )
    raises = SOLUTION + "\n\ndef mean_image(images):\n    return images.no_such_method()\n"
    return {
        "right": (SOLUTION, 22),
        "right_too": (f"import torch\n{SOLUTION}", 22),
        "unfinished": (unfinished, 18),
        "pooled": (pooled, 18),
        "raises": (raises, 20),
        "empty": ("# I did not get to it\nx = 1\n", 0),
        "broken": ("def mnist_distance(a, b)\n    return a\n", 0),
    }


def write(folder: Path, count: int, seed: int = 0, notebooks: bool = False) -> dict[str, int]:
    """Write `count` submissions, a folder for each student; returns the points that each has to get."""
    draw, known, marks = random.Random(seed), shapes(), dict[str, int]()
    for number in range(count):
        source, points = known[draw.choice(sorted(known))]
        source = f"{source}\n# student {number} of class {seed}\n"
        work = folder / f"student{number:04}" / ("exercise2.ipynb" if notebooks else "exercise2.py")
        work.parent.mkdir(parents=True, exist_ok=True)
        work.write_text(as_notebook(source) if notebooks else source, encoding="utf-8")
        marks[work.parent.name] = points
    return marks


def as_notebook(source: str) -> str:
    """The source in ten cells, cut at the beginnings of top-level statements."""
    parts = source.split("\n\n\n")
    cells = [part for part in parts if part.strip()]
    cells += [f"{number} + {number}" for number in range(max(0, 10 - len(cells)))]
    made = [
        {"cell_type": "code", "id": f"c{place}", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
        for place, cell in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
