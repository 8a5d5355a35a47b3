"""Checks of exercise 8: masks as text, the score, and a training whose masks are measured here.

The definitions below work on plain lists, pixel by pixel, apart from those of scores. Images come from grader/salt.py,
from seeds of the course's key; the masks of those that a model is asked about never leave this process.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import draw, expect, salt, training
from grader.errors import DataError
from grader.student import CheckOver, Shown, StudentRaised
from grader.values import Pictures

DTYPES = st.sampled_from([torch.uint8, torch.bool])
SIZES = st.integers(1, 5)
PIXELS = st.sampled_from([(1, 1), (0, 0), (1, 0), (0, 1)])  # of pred and target


# --- the definitions ---


def column_major(mask: Any) -> list[int]:
    """The pixels down the first column, then down the second, and so on."""
    rows = mask.int().tolist()
    return [row[column] for column in range(len(rows[0])) for row in rows]


def encoded(mask: Any) -> str:
    """The text of a mask."""
    runs: list[list[int]] = []
    pixels = column_major(mask)
    for place, pixel in enumerate(pixels, start=1):
        if pixel and place > 1 and pixels[place - 2]:
            runs[-1][1] += 1
        elif pixel:
            runs.append([place, 1])
    return " ".join(f"{start} {length}" for start, length in runs)


def overlap(pred: Any, target: Any) -> float:
    """Intersection over union."""
    pred, target = pred.bool(), target.bool()
    either = int((pred | target).sum())
    return int((pred & target).sum()) / either if either else 1.0


def scores(preds: Any, targets: Any) -> list[float]:
    """Each image's share of the thresholds k / 20, k from 10 to 19, that its IoU exceeds."""
    found = []
    for pred, target in zip(preds, targets, strict=True):
        exceeded = [overlap(pred, target) > k / 20 for k in range(10, 20)]
        found.append(sum(exceeded) / 10 if bool(target.any()) else float(not bool(pred.any())))
    return found


# --- drawing masks ---


@st.composite
def masks(pick: Any, leading: tuple[int, ...] = ()) -> Any:
    """A mask of up to 5 x 5 pixels, bool or uint8; with `leading` several of one size."""
    shape = (*leading, pick(SIZES), pick(SIZES))
    count = math.prod(shape)
    return binary(pick(st.lists(st.integers(0, 1), min_size=count, max_size=count)), shape, pick(DTYPES))


def binary(values: Any, shape: tuple[int, ...] = (), dtype: Any = torch.uint8) -> Any:
    """A mask that is shown as the line that makes it."""
    mask = torch.tensor(values, dtype=dtype)
    mask = mask.reshape(shape) if shape else mask
    return draw.with_recipe(mask, f"torch.tensor({mask.int().tolist()}, dtype={dtype})")


def large(seed: int, share: float, dtype: Any = torch.uint8) -> Any:
    """A mask of 101 x 101 pixels, each 1 with probability `share`."""
    generator = torch.Generator().manual_seed(seed)
    mask = (torch.rand((101, 101), generator=generator) < share).to(dtype)
    made = f"torch.rand((101, 101), generator=torch.Generator().manual_seed({seed}))"
    return draw.with_recipe(mask, f"({made} < {share}).to({dtype})")


def halves(columns: int) -> Any:
    """A mask of 101 x 101 pixels, 1 in its first columns."""
    mask = torch.zeros(101, 101, dtype=torch.uint8)
    mask[:, :columns] = 1
    return draw.with_recipe(mask, f"(torch.arange(101) < {columns}).repeat(101, 1).to(torch.uint8)")


# --- rle_encode ---


@pytest.mark.points(1)
@pytest.mark.functions("rle_encode")
def test_rle_encode_goes_down_the_columns(student):
    """rle_encode counts pixels from 1, down the columns"""
    for dtype in (torch.uint8, torch.bool):
        for rows in ([[1]], [[0, 1]], [[0], [1]], [[0, 1], [0, 0]], [[0, 0], [1, 0]], [[0, 0, 0], [0, 0, 1]]):
            student_encodes(student, binary(rows, dtype=dtype))


@pytest.mark.points(1)
@pytest.mark.functions("rle_encode")
@settings(max_examples=30)
@given(mask=masks())
@example(mask=binary([[1, 0, 1], [1, 0, 0], [0, 1, 0]]))
@example(mask=binary([[0, 0], [0, 0]], dtype=torch.bool))
@example(mask=binary([[1, 0, 1, 1, 0, 1]]))
def test_rle_encode_writes_starts_and_lengths(student, mask):
    """rle_encode writes the start and the length of every run"""
    student_encodes(student, mask)


@pytest.mark.points(1)
@pytest.mark.functions("rle_encode")
def test_rle_encode_runs_are_as_long_as_can_be(student):
    """rle_encode lets runs go on from column to column"""
    for mask in (binary([[0, 1], [1, 0]]), binary([[1, 1], [1, 1]]), binary([[0, 1, 0], [1, 1, 1]], dtype=torch.bool)):
        student_encodes(student, mask)
    for mask in (halves(101), halves(40), large(1, 0.9), large(2, 0.5, torch.bool), large(3, 0.02)):
        student_encodes(student, mask)


def student_encodes(student: Any, mask: Any) -> None:
    expect.exactly(student.rle_encode(mask), encoded(mask))


# --- rle_decode ---


def is_mask(got: Any, expected: Any) -> None:
    """`got` must be this mask, a uint8 tensor or numpy array."""
    if isinstance(got, np.ndarray):
        words = f"It returned an array of {got.dtype}; a mask of uint8 is asked for."
        expect.that(got.dtype == np.uint8, words, got=got, expected=expected)
        got = torch.from_numpy(np.ascontiguousarray(got)).reshape(got.shape)
    expect.tensor(got, expected)


@pytest.mark.points(1)
@pytest.mark.functions("rle_decode")
@settings(max_examples=30)
@given(mask=masks())
@example(mask=binary([[1, 0, 1], [1, 0, 0], [0, 1, 0]]))
@example(mask=binary([[1], [1], [1]]))
@example(mask=binary([[0, 0, 0, 1]]))
@example(mask=halves(60))
@example(mask=large(4, 0.6))
def test_rle_decode_is_the_way_back(student, mask):
    """rle_decode gives back the mask, as uint8"""
    is_mask(student.rle_decode(encoded(mask), tuple(mask.shape)), mask.to(torch.uint8))


@pytest.mark.points(1)
@pytest.mark.functions("rle_decode")
def test_rle_decode_knows_empty_masks(student):
    """rle_decode gives zeros for "", None and nan"""
    for shape in ((1, 1), (2, 3), (101, 101)):
        for text in ("", None, float("nan")):
            is_mask(student.rle_decode(text, shape), torch.zeros(shape, dtype=torch.uint8))


@pytest.mark.points(1)
@pytest.mark.functions("rle_decode")
def test_rle_decode_wants_pairs_of_positive_integers(student):
    """rle_decode raises ValueError unless it reads pairs of integers above 0"""
    odd = ("1 3 5", "1", "2 1 4 1 6")
    no_integers = ("a b", "1 x", "1.5 2", "1 2.5", "1 3 5 five", "one 3", "1 inf", "-0.5 2")
    below_1 = ("0 2", "2 0", "1 1 3 0", "0 1 3 1", "-1 1", "-2 3", "3 -1", "3 -2", "-3 -1", "1 1 -1 1")
    for text in (*odd, *no_integers, *below_1):
        refuses(student, text, (3, 4))


@pytest.mark.points(1)
@pytest.mark.functions("rle_decode")
def test_rle_decode_wants_runs_that_fit(student):
    """rle_decode raises ValueError for runs that overlap or leave the mask"""
    outside = ("12 2", "13 1", "1 13", "5 9", "1 2 13 2", "100 1", "1 1000")
    overlapping = ("1 3 3 2", "2 2 2 2", "1 5 2 1", "1 1 4 3 6 1", "1 12 12 1")
    for text in (*outside, *overlapping):
        refuses(student, text, (3, 4))
    for text, where in (("12 1", [11]), ("11 2", [10, 11]), ("1 1 3 2 12 1", [0, 2, 3, 11])):
        line = torch.zeros(12, dtype=torch.uint8)
        line[where] = 1
        is_mask(student.rle_decode(text, (3, 4)), line.reshape(4, 3).T)


def refuses(student: Any, text: str, shape: tuple[int, int]) -> None:
    with student.raises("ValueError"):
        student.rle_decode(text, shape)


# --- iou ---


@st.composite
def two_masks(pick: Any) -> tuple[Any, Any]:
    """Two masks of one shape, of any of the two types, not both empty."""
    shape = pick(st.sampled_from([(1, 1), (1, 2), (2, 2), (3, 2), (4, 5)]))
    count = math.prod(shape)
    pixels = pick(st.lists(PIXELS, min_size=count, max_size=count).filter(lambda pixels: any(map(any, pixels))))
    pred, target = (binary([pixel[which] for pixel in pixels], shape, pick(DTYPES)) for which in (0, 1))
    return pred, target


@pytest.mark.points(2)
@pytest.mark.functions("iou")
@settings(max_examples=30)
@given(pair=two_masks())
@example(pair=(binary([[1, 1, 0, 0]]), binary([[0, 1, 1, 1]])))
@example(pair=(binary([[1, 0]]), binary([[0, 1]])))
@example(pair=(binary([[1, 1], [1, 0]], dtype=torch.bool), binary([[1, 0], [0, 0]], dtype=torch.bool)))
@example(pair=(large(5, 0.5), large(6, 0.8)))
@example(pair=(halves(70), halves(30)))
@example(pair=(binary([[1] * 300]), binary([[1] * 280 + [0] * 20])))
def test_iou_is_intersection_over_union(student, pair):
    """iou is the number of common pixels divided by that of all"""
    expect.scalar(student.iou(*pair), overlap(*pair))


@pytest.mark.points(1)
@pytest.mark.functions("iou")
def test_iou_of_empty_masks(student):
    """iou of two empty masks is 1.0, and 0 if only one of them is empty"""
    for shape in ((1, 1), (2, 3), (101, 101)):
        for dtype in (torch.uint8, torch.bool):
            zeros, ones = torch.zeros(shape, dtype=dtype), torch.ones(shape, dtype=dtype)
            for pred, target, expected in ((zeros, zeros.clone(), 1.0), (zeros, ones, 0.0), (ones, zeros, 0.0)):
                expect.scalar(student.iou(pred, target), expected)


# --- salt_score ---


def strip(common: int, only_pred: int = 0, only_target: int = 0) -> tuple[Any, Any]:
    """Two masks (1, 20, 51) with that many pixels in common, and in one of them alone."""
    line = torch.arange(20 * 51).reshape(1, 20, 51)
    ends = (common + only_pred, only_pred, common + only_pred + only_target)
    text = "torch.arange(1020).reshape(1, 20, 51)"
    pred = draw.with_recipe((line < ends[0]).to(torch.uint8), f"({text} < {ends[0]}).to(torch.uint8)")
    within = f"(({text} >= {ends[1]}) & ({text} < {ends[2]})).to(torch.uint8)"
    return pred, draw.with_recipe(((line >= ends[1]) & (line < ends[2])).to(torch.uint8), within)


@pytest.mark.points(1)
@pytest.mark.functions("salt_score", "iou")
def test_salt_score_has_ten_thresholds(student):
    """salt_score is the share of 0.50, 0.55, ... 0.95 that the IoU exceeds"""
    for threshold in range(500, 1000, 50):
        for common in (threshold - 1, threshold + 1):
            rest = 1000 - common
            for only_pred in (0, rest, rest // 2):
                student_scores(student, *strip(common, only_pred, rest - only_pred))
    for pair in (strip(1000), strip(1), strip(0, 10, 20), strip(300, 200, 100), strip(20, 980)):
        student_scores(student, *pair)


def student_scores(student: Any, preds: Any, targets: Any) -> None:
    found = scores(preds, targets)
    expect.scalar(student.salt_score(preds, targets), sum(found) / len(found))


def no_tie(image: list[tuple[int, int]]) -> bool:
    """Whether the IoU of an image's (pred, target) pixels lies on no threshold."""
    common, either = sum(p and t for p, t in image), sum(p or t for p, t in image)
    return 20 * common % (either or 1) != 0 or not 10 * either <= 20 * common < 20 * either


IMAGES = st.lists(st.lists(PIXELS, min_size=6, max_size=6).filter(no_tie), min_size=1, max_size=4)


@pytest.mark.points(2)
@pytest.mark.functions("salt_score", "iou")
@settings(max_examples=30)
@given(images=IMAGES, channel=st.booleans(), dtypes=st.tuples(DTYPES, DTYPES))
@example(images=[[(1, 1)] * 6, [(1, 0)] * 6], channel=False, dtypes=(torch.uint8, torch.uint8))
@example(images=[[(1, 1)] * 2 + [(0, 1)] + [(0, 0)] * 3] * 2, channel=True, dtypes=(torch.bool, torch.uint8))
@example(images=[[(1, 1)] + [(0, 0)] * 5, [(1, 0)] * 2 + [(0, 1)] * 4], channel=True, dtypes=(torch.bool, torch.bool))
def test_salt_score_is_the_mean_over_images(student, images, channel, dtypes):
    """salt_score is the mean of the scores that the images have one by one"""
    shape = (len(images), *([1] * channel), 2, 3)
    preds, targets = (
        binary([pixel[which] for image in images for pixel in image], shape, dtypes[which]) for which in (0, 1)
    )
    student_scores(student, preds, targets)


@pytest.mark.points(1)
@pytest.mark.functions("salt_score", "iou")
def test_salt_score_of_empty_targets(student):
    """salt_score of an image without salt is 1 if pred is empty too, else 0"""
    for dtype in (torch.uint8, torch.bool):
        zeros = torch.zeros(2, 3, dtype=dtype)
        one, ones = zeros.clone(), torch.ones_like(zeros)
        one[1, 2] = 1
        for preds, targets in (
            *(([zeros], [zeros]), ([one], [zeros]), ([ones], [zeros]), ([zeros], [one]), ([zeros], [ones])),
            ([zeros, zeros, ones, zeros], [zeros, ones, ones, zeros]),
            ([one, zeros, ones], [zeros, zeros, zeros]),
        ):
            student_scores(student, torch.stack(preds), torch.stack(targets))
            student_scores(student, torch.stack(preds)[:, None], torch.stack(targets)[:, None])


# --- train_segmenter ---

KNOWN, ASKED, PICTURED = 400, 200, 4
LINES = (  # score, standard deviation between trainings (study.md), points
    training.Line(0.30, 0.033, 2),
    training.Line(0.45, 0.052, 2),
    training.Line(0.65, 0.025, 2),
)
TEXTURES = ("rock in layers", "salt in layers")
TITLE = "what it was asked, and its answer: white was found, light grey missed, dark grey is no salt; below the IoU"


@pytest.mark.points(sum(line.points for line in LINES))
@pytest.mark.functions("train_segmenter")
def test_train_segmenter_finds_the_salt(student, proof, credit, data_folder):
    """train_segmenter reaches a salt_score of 0.30, 0.45 and 0.65"""
    lowest, pictures = 1.0, Gallery()
    for exchanged, textures in ((False, TEXTURES[0]), (True, TEXTURES[1])):
        found = training.settle(lambda run: trained(student, proof, exchanged, run, pictures), LINES)  # noqa: B023 - called at once
        score = training.counted(found)
        lowest = min(lowest, score)
        runs = f" (the middle one of {', '.join(f'{one:.3f}' for one in found)})" if len(found) > 1 else ""
        student.note(f"salt_score with {textures}: {score:.3f}{runs}")
    student.show(pictures.exhibit())
    if data_folder is not None and salt.is_salt(data_folder):
        student.note(on_kaggle(student, data_folder))
    count = training.reached(lowest, LINES)
    if count == len(LINES):
        return
    words = f"The lower one of the two scores is {lowest:.3f}. The next line is {LINES[count].score:.2f}."
    if count:
        credit(training.points(LINES, count), f"the line of {LINES[count - 1].score:.2f} is reached")
    elif abs(lowest - salt.EMPTY) < 0.02:
        words += f" A mask that is empty everywhere gets {salt.EMPTY:.2f}."
    expect.that(False, words)


def trained(student: Any, proof: Any, exchanged: bool, run: int, pictures: Gallery) -> float:
    """Train once, and score the answers for images that were not among those trained on."""

    def drawn(n: int, purpose: str) -> tuple[Any, Any]:
        seed = proof.seed(f"salt {purpose} {'exchanged' if exchanged else 'plain'} {run}")
        images, masks = salt.draw_salt(n, seed, exchanged=exchanged)
        return torch.from_numpy(images), torch.from_numpy(masks)

    (images, masks), (asked, targets), (shown, there) = drawn(KNOWN, "train"), drawn(ASKED, "test"), drawn(9, "show")
    seed = proof.seed(f"salt seed {exchanged} {run}") % 2**31
    answers = answers_for(student, images, masks, torch.cat([asked, shown]), seed)
    if run == 0:
        pictures.add(shown, answers[ASKED:], there)
    return mean_score(answers[:ASKED], targets)


def answers_for(student: Any, images: Any, masks: Any, asked: Any, seed: int) -> Any:
    """The masks, uint8 (n, 101, 101), that the student's model gives for the images asked about."""
    arguments = (
        Shown([images, asked], "images"),
        draw.with_recipe(masks[:, None], "masks"),
        Shown([], "device=device"),
        Shown([seed], f"seed={seed}"),
    )
    answer = student.apart("train_segmenter", *arguments)
    fine = type(answer) is list and len(answer) == 2 and answer[0] in ("masks", "bad")
    expect.that(fine, "Its answer cannot be read.", got=answer)
    expect.that(answer[0] == "masks", answer[1] if type(answer[1]) is str else "It gave no masks.")
    expect.shape(answer[1], (len(asked), salt.SIDE, salt.SIDE), dtype=torch.uint8)
    return answer[1]


def mean_score(answers: Any, targets: Any) -> float:
    """The salt_score."""
    found = scores(answers, targets)
    return sum(found) / len(found)


def on_kaggle(student: Any, folder: Any) -> str:
    """What the same training gives on Kaggle's own images: told, never marked, whatever becomes of it."""
    try:
        known, asked = salt.load_salt(folder).split(KNOWN, ASKED)
        given = (torch.from_numpy(array) for array in (known.images, known.masks, asked.images))
        score = mean_score(answers_for(student, *given, seed=0), torch.from_numpy(asked.masks))
    except CheckOver as over:
        return f"Kaggle's images (not marked): nothing was measured, it was {type(over.outcome).__name__.lower()}."
    except (DataError, StudentRaised, expect.Wrong) as error:
        return f"Kaggle's images (not marked): nothing was measured. {error}"
    return f"salt_score on Kaggle's images (not marked): {score:.3f}"


class Gallery:
    """Some images and answers to look at; they are none of those that count."""

    def __init__(self) -> None:
        self.images: list[bytes] = []
        self.answers: list[bytes] = []
        self.captions: list[str] = []

    def add(self, images: Any, answers: Any, targets: Any) -> None:
        """Take up the first images that have salt, every second pixel of them."""
        with_salt = [i for i in range(len(images)) if bool(targets[i].any())][:PICTURED]
        for i in with_salt:
            said, there = answers[i] > 0, targets[i] > 0
            grey = 255 * (said & there).int() + 160 * (~said & there).int() + 80 * (said & ~there).int()
            self.images.append(bytes(images[i, ::2, ::2].flatten().tolist()))
            self.answers.append(bytes(grey[::2, ::2].flatten().tolist()))
            self.captions.append(f"{overlap(said, there):.2f}")

    def exhibit(self) -> Pictures:
        side = len(range(0, salt.SIDE, 2))
        captions = [""] * len(self.images) + self.captions
        return Pictures(TITLE, side, side, tuple(self.images + self.answers), tuple(captions))
