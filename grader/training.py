"""Marking training runs, for checks: which lines an accuracy reaches, and when one run is not enough to say so.

A score is a run's accuracy on images whose labels never left the judge. Runs differ by chance, so a line is a number
with a standard deviation, both from a study of honest solutions, and a score near a line is not taken at its word: two
more seeds, and the median of the three counts.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader import expect
from grader.proof import CLASSES, Images
from grader.student import Shown, Student
from grader.values import Confusion, Curve, Pictures

NEAR = 2.0
SEEDS = (0, 1, 2)
WORST = 8  # mistakes to show


@dataclass(frozen=True)
class Line:
    """A score to reach, the standard deviation between seeds of solutions that just reach it, what it is worth."""

    score: float
    sd: float
    points: int

    def near(self, score: float) -> bool:
        """Whether chance may decide on which side of the line this score lies."""
        return abs(score - self.score) <= NEAR * self.sd


def settle(run: Callable[[int], float], lines: Sequence[Line]) -> list[float]:
    """The scores of one run, or of three where the first came out near a line; `run(seed)` trains and measures.

    `counted` says which of them counts.
    """
    first = run(SEEDS[0])
    if not any(line.near(first) for line in lines):
        return [first]
    return [first, *(run(seed) for seed in SEEDS[1:])]


def counted(scores: Sequence[float]) -> float:
    """The score that counts: the median."""
    return statistics.median(scores)


def reached(score: float, lines: Sequence[Line]) -> int:
    """How many lines, from the lowest on, a score reaches. `lines` ascend."""
    return sum(score >= line.score for line in lines)


def points(lines: Sequence[Line], count: int) -> int:
    """What the first `count` lines are worth together."""
    return sum(line.points for line in lines[:count])


class Trial:
    """Trainings of a student's `train` on one set of images, and how many of the test images their models get right.

    The exercise's probe `train` is given [images, labels, the images to be asked about, seed] and returns [raw outputs
    (n, 10), what is wrong with them or "", the losses on the way]. `what` names the test images in messages.
    """

    def __init__(self, student: Student, images: Images, what: str) -> None:
        self.student, self.images, self.what = student, images, what
        self.scores: list[float] = []
        self.answers: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._outputs = torch.zeros(0, CLASSES)
        self._losses: Any = None

    def __str__(self) -> str:
        return f"{' / '.join(f'{100 * score:.2f} %' for score in self.scores)} of {self.what}"

    @property
    def score(self) -> float:
        """The share of right answers that counts."""
        return counted(self.scores)

    def settle(self, lines: Sequence[Line]) -> int:
        """Train, with more seeds where one is not enough to tell; how many of the lines are reached."""
        self.scores = settle(self._run, lines)
        runs = "" if len(self.scores) == 1 else f" (of {len(self.scores)} runs the median counts)"
        self.student.note(f"{self} right{runs}")
        return reached(self.score, lines)

    def _run(self, seed: int) -> float:
        asked = torch.from_numpy(self.images.test_images)
        plan = [torch.from_numpy(self.images.train_images), torch.from_numpy(self.images.train_labels), asked, seed]
        text = f"images, labels, device=..., seed={seed}"
        outputs, fault, losses = self.student.apart("train", Shown(plan, text))
        expect.that(not fault, str(fault), got=outputs)
        expect.shape(outputs, (len(asked), CLASSES), dtype=torch.float32)
        words = "What it returned gives NaN. Has the training run away? A smaller learning rate may help."
        expect.that(not outputs.isnan().any(), words, got=outputs)
        answers = outputs.argmax(1).numpy()
        if not len(self.answers):
            self.answers, self._outputs, self._losses = answers, outputs, losses
        return float((answers == self.images.test_labels).mean())

    def show(self) -> None:
        """Let the student see the first run: its curve, what it takes for what, and the mistakes it was surest of.

        Classes go by the names they have in the source: MNIST's digits by their own.
        """
        losses = self._losses
        if type(losses) is list and losses and all(type(loss) is float and math.isfinite(loss) for loss in losses):
            self.student.show(Curve("the loss, from the first step to the last", tuple(losses)))
        own_name = np.argsort(self.images.names)
        right, taken_for = own_name[self.images.test_labels], own_name[self.answers]
        counts = np.zeros((CLASSES, CLASSES), int)
        np.add.at(counts, (right, taken_for), 1)
        table = tuple(tuple(map(int, row)) for row in counts)
        self.student.show(Confusion("what each digit (row) was taken for (column)", table))
        wrong = np.flatnonzero(right != taken_for)
        sureness = self._outputs.double().softmax(1).numpy()[wrong, self.answers[wrong]]
        surest = wrong[np.argsort(-sureness, kind="stable")][:WORST]
        if len(surest):
            pixels = tuple(self.images.test_images[place].tobytes() for place in surest)
            captions = tuple(f"{right[place]}, taken for {taken_for[place]}" for place in surest)
            self.student.show(Pictures("the mistakes it was surest of", 28, 28, pixels, captions))
