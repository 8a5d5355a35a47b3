"""Exercise 2's checks: images from files, pixel distances, and the baseline they give on MNIST's 3s and 7s.

Where an image's two distances are compared, they either differ by far more than float32's rounding or are equal
pixel by pixel, so no honest way of adding up decides a verdict.
"""

from __future__ import annotations

import functools
import io
import math
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from grader import draw, expect, sample
from grader.guest.wire import GuestPath
from grader.student import Student, path

LEADING = [(1,), (3,), (2, 2), (2, 1, 3)]
BROADCAST = [((2,), ()), ((), (3,)), ((1,), (3,)), ((3, 1), (2,)), ((2,), (3, 2)), ((2, 1, 1), (3, 1))]


def pictures(count: int, mode: str = "L") -> list[Image.Image]:
    """Images that differ in every row and column, from each other, and between their colours."""
    bands = len(mode)
    size = (count, 28, 28, bands)
    if mode == "L":
        pixels = (torch.arange(count * 784).reshape(size) * 3 % 256).to(torch.uint8)
    else:
        pixels = torch.randint(0, 256, size, dtype=torch.uint8, generator=torch.Generator().manual_seed(count))
    return [Image.fromarray(image.squeeze(-1).numpy()) for image in pixels]


def stored(images: Sequence[Image.Image], names: Sequence[str], *, as_str: bool = False) -> list[GuestPath]:
    """The images as PNG files, in a folder named by their content: what a path holds never changes."""
    contents = []
    for image in images:
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        contents.append(buffer.getvalue())
    folder = f"{zlib.crc32(b''.join(contents)):08x}"
    return [path(f"{folder}/{name}", content, as_str=as_str) for name, content in zip(names, contents, strict=True)]


def loaded(images: Sequence[Image.Image]) -> torch.Tensor:
    """What load_images has to give for them, in float64."""
    return torch.stack([torch.from_numpy(np.array(image.convert("L"))) for image in images]).double() / 255


def constant(value: float) -> torch.Tensor:
    """A (28, 28) image of one value."""
    return torch.full((28, 28), float(value))


def stripe(rows: int, inside: float = 1.0, outside: float = 0.0) -> torch.Tensor:
    """A (28, 28) image with `inside` in its first rows and `outside` in the others."""
    recipe = f"torch.tensor([{inside}] * {rows} + [{outside}] * {28 - rows})[:, None].repeat(1, 28)"
    return draw.with_recipe(torch.tensor([inside] * rows + [outside] * (28 - rows))[:, None].repeat(1, 28), recipe)


def noise(seed: int, *leading: int) -> torch.Tensor:
    """Images (*leading, 28, 28) with every pixel random in [0, 1)."""
    return draw.with_recipe(*draw.random((*leading, 28, 28), seed))


def flat(values: list[float], leading: tuple[int, ...]) -> torch.Tensor:
    """Images (*leading, 28, 28), each of one value."""
    one_each, repeats = (*leading, 1, 1), (*[1] * len(leading), 28, 28)
    images = torch.tensor(values).reshape(one_each).repeat(repeats)
    return draw.with_recipe(images, f"torch.tensor({values}).reshape{one_each}.repeat{repeats}")


def l1(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The definition of mnist_distance, in float64."""
    return (a.double() - b.double()).abs().mean((-1, -2))


def baseline(valid3: torch.Tensor, valid7: torch.Tensor, mean3: torch.Tensor, mean7: torch.Tensor) -> float:
    """The definition of pixel_baseline, in float64."""
    right3 = l1(valid3, mean3) < l1(valid3, mean7)
    right7 = l1(valid7, mean3) >= l1(valid7, mean7)
    return (right3.double().mean().item() + right7.double().mean().item()) / 2


@functools.cache  # every submission of a session meets the same images
def mnist() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """MNIST's validation 3s and 7s and the two mean images, float32 in [0, 1]."""
    digits = sample.sample()
    return (
        draw.with_recipe(torch.from_numpy(digits.valid3 / np.float32(255)), "valid3"),
        draw.with_recipe(torch.from_numpy(digits.valid7 / np.float32(255)), "valid7"),
        draw.with_recipe(torch.from_numpy(digits.mean3), "mean3"),
        draw.with_recipe(torch.from_numpy(digits.mean7), "mean7"),
    )


@st.composite
def pairs(drawn: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Two images of one height and width."""
    shape = drawn(draw.shapes(2, 2, max_side=5))
    return drawn(draw.tensors(shape)), drawn(draw.tensors(shape))


@pytest.mark.points(2)
@pytest.mark.functions("load_images")
def test_load_images_reads_pixels_in_order(student: Student) -> None:
    """load_images gives pixels / 255, in the order of the paths"""
    for names in (["7.png"], ["10.png", "9.png"], ["10.png", "9.png", "2.png"], ["2.png", "10.png"]):
        images = pictures(len(names))
        for as_str in (False, True):
            expect.tensor(student.load_images(stored(images, names, as_str=as_str)), loaded(images))
    images = pictures(2)
    first, second = stored(images, ["b.png", "a.png"])
    expect.tensor(student.load_images((second, first, second)), loaded([images[1], images[0], images[1]]))


@pytest.mark.points(1)
@pytest.mark.functions("load_images")
def test_load_images_makes_colours_grey(student: Student) -> None:
    """load_images turns RGB and RGBA images grey by convert("L")"""
    for modes in (["RGB"], ["RGBA"], ["L", "RGB", "RGBA"]):
        images = [pictures(1, mode)[0] for mode in modes]
        names = [f"{place}.png" for place in range(len(modes))]
        expect.tensor(student.load_images(stored(images, names)), loaded(images))


@pytest.mark.points(1)
@pytest.mark.functions("load_images")
def test_load_images_of_no_paths(student: Student) -> None:
    """load_images of no paths gives shape (0, 28, 28)"""
    expect.tensor(student.load_images([]), torch.zeros(0, 28, 28))
    expect.tensor(student.load_images(()), torch.zeros(0, 28, 28))


@pytest.mark.points(1)
@pytest.mark.functions("load_images")
def test_load_images_of_a_missing_file(student: Student) -> None:
    """load_images raises FileNotFoundError for a missing file"""
    there = stored(pictures(1), ["3.png"])
    for paths in ([path("nowhere/7.png")], [path("nowhere/7.png", as_str=True)], [*there, path("nowhere/3.png")]):
        with student.raises("FileNotFoundError"):
            student.load_images(paths)


@pytest.mark.points(1)
@pytest.mark.functions("mean_image")
@given(images=draw.pixels(draw.shapes(3, 3)))
@example(images=noise(1, 5))
def test_mean_image_averages_over_images(student: Student, images: torch.Tensor) -> None:
    """mean_image averages over the images: (n, h, w) gives (h, w)"""
    expect.tensor(student.mean_image(images), images.double().mean(0))


@pytest.mark.points(1)
@pytest.mark.functions("mean_image")
def test_mean_image_keeps_the_scale(student: Student) -> None:
    """mean_image gives float32 on the images' scale, bytes too"""
    for values in ([[[3]]], [[[250, 0, 9]], [[255, 1, 3]]], [[[255], [7]]] * 3):
        for dtype in (torch.uint8, torch.float32, torch.float64):
            images = torch.tensor(values, dtype=dtype)
            expect.tensor(student.mean_image(images), images.double().mean(0))
    images = torch.tensor([[[0.25, 1.0]], [[0.5, 1.0]]], dtype=torch.float64)
    expect.tensor(student.mean_image(images), images.mean(0))


@pytest.mark.points(1)
@pytest.mark.functions("l1_distance")
@given(pair=pairs())
@example(pair=(torch.tensor([[0.0]]), torch.tensor([[2.0]])))
@example(pair=(torch.tensor([[0.0, 1.0, 0.5]]), torch.tensor([[4.0, 1.0, -1.0]])))
@example(pair=(noise(1), noise(2)))
def test_l1_distance_is_a_mean(student: Student, pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    """l1_distance is the mean of the absolute differences"""
    a, b = pair
    expect.scalar(student.l1_distance(a, b), (a.double() - b.double()).abs().mean().item())


@pytest.mark.points(1)
@pytest.mark.functions("rmse_distance")
@given(pair=pairs())
@example(pair=(torch.tensor([[0.0]]), torch.tensor([[2.0]])))
@example(pair=(torch.tensor([[0.0, 1.0, 0.5]]), torch.tensor([[4.0, 1.0, -1.0]])))
@example(pair=(noise(1), noise(2)))
def test_rmse_distance_is_a_root(student: Student, pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    """rmse_distance is the root of the mean squared difference"""
    a, b = pair
    expect.scalar(student.rmse_distance(a, b), (a.double() - b.double()).square().mean().sqrt().item())


@pytest.mark.points(1)
@pytest.mark.functions("mnist_distance")
@settings(max_examples=10)
@given(a=draw.images(), b=draw.images())
@example(a=constant(0.0), b=constant(0.5))
@example(a=noise(1), b=noise(2))
def test_mnist_distance_of_two_images(student: Student, a: torch.Tensor, b: torch.Tensor) -> None:
    """mnist_distance of two images is a 0-d tensor, their L1"""
    expect.tensor(student.mnist_distance(a, b), l1(a, b))


@pytest.mark.points(2)
@pytest.mark.functions("mnist_distance")
def test_mnist_distance_keeps_leading_axes(student: Student) -> None:
    """mnist_distance averages over the last two axes only"""
    for leading in LEADING:
        full = torch.full((*leading, 28, 28), 0.25), torch.ones(*leading, 28, 28)
        for a, b in (full, (noise(3, *leading), noise(4, *leading))):
            expect.tensor(student.mnist_distance(a, b), l1(a, b))


@pytest.mark.points(2)
@pytest.mark.functions("mnist_distance")
def test_mnist_distance_broadcasts(student: Student) -> None:
    """mnist_distance broadcasts the leading axes"""
    for left, right in BROADCAST:
        a, b = noise(5, *left), noise(6, *right)
        expect.tensor(student.mnist_distance(a, b), l1(a, b))


@pytest.mark.points(1)
@pytest.mark.functions("is_3", "mnist_distance")
def test_is_3_picks_the_nearer_mean(student: Student) -> None:
    """is_3 says True where mean3 is nearer than mean7, by L1"""
    for x, one, other in (
        (constant(0.0), constant(0.25), constant(0.75)),
        (constant(0.5), stripe(14), constant(0.75)),  # without abs the stripe's differences cancel
        (constant(0.0), stripe(7), constant(0.375)),  # L1 0.25 and 0.375, RMSE 0.5 and 0.375
        (constant(0.0), stripe(1), stripe(2)),
        (noise(7), noise(8), noise(9)),
    ):
        for mean3, mean7 in ((one, other), (other, one)):
            expect.tensor(student.is_3(x, mean3, mean7), l1(x, mean3) < l1(x, mean7))


@pytest.mark.points(1)
@pytest.mark.functions("is_3", "mnist_distance")
def test_is_3_says_no_to_a_tie(student: Student) -> None:
    """is_3 says False for an image as far from both means"""
    middle = constant(0.5)
    for mean3, mean7 in ((constant(0.25), constant(0.75)), (middle, middle), (stripe(9), stripe(9, 0.0, 1.0))):
        expect.tensor(student.is_3(middle, mean3, mean7), torch.tensor(False))
    x = flat([0.5, 0.25, 0.75], (3,))
    expect.tensor(student.is_3(x, constant(0.25), constant(0.75)), torch.tensor([False, True, False]))


@pytest.mark.points(2)
@pytest.mark.functions("is_3", "mnist_distance")
def test_is_3_answers_for_many_images(student: Student) -> None:
    """is_3 gives one bool for each image"""
    for leading in LEADING:
        values = [0.0, 0.25, 0.75, 1.0, 0.0, 1.0][: math.prod(leading)]
        for mean3, mean7 in ((constant(0.0), constant(1.0)), (constant(0.75), constant(0.25))):
            x = flat(values, leading)
            expect.tensor(student.is_3(x, mean3, mean7), l1(x, mean3) < l1(x, mean7))


LEVELS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=5)
MEANS = st.sampled_from([(0.0, 1.0), (1.0, 0.0), (0.25, 0.75)])


@pytest.mark.points(2)
@pytest.mark.functions("pixel_baseline", "is_3", "mnist_distance")
@given(threes=LEVELS, sevens=LEVELS, means=MEANS)
@example(threes=[0.0], sevens=[1.0], means=(0.0, 1.0))
@example(threes=[0.0, 0.0, 1.0], sevens=[1.0, 0.0], means=(0.0, 1.0))
@example(threes=[0.5, 0.0], sevens=[0.5, 0.5, 0.0, 1.0], means=(0.25, 0.75))
def test_pixel_baseline_is_the_mean_of_two_shares(
    student: Student, threes: list[float], sevens: list[float], means: tuple[float, float]
) -> None:
    """pixel_baseline is the mean of the shares right on 3s and 7s"""
    valid3, valid7 = flat(threes, (len(threes),)), flat(sevens, (len(sevens),))
    mean3, mean7 = constant(means[0]), constant(means[1])
    expect.scalar(student.pixel_baseline(valid3, valid7, mean3, mean7), baseline(valid3, valid7, mean3, mean7))


@pytest.mark.points(2)
@pytest.mark.functions("pixel_baseline", "is_3", "mnist_distance")
def test_pixel_baseline_on_mnist(student: Student) -> None:
    """pixel_baseline finds what MNIST's own 3s and 7s give"""
    expected = baseline(*mnist())
    expect.scalar(student.pixel_baseline(*mnist()), expected)
    student.note(f"pixel_baseline on MNIST's 3s and 7s: {expected:.4f}")
