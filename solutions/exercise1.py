"""Exercise 1: tensors and broadcasting. Reference solution."""

from itertools import zip_longest

import torch


def double_evens(numbers):
    """The even numbers, doubled, as a list; odd ones are left out."""
    return [number * 2 for number in numbers if number % 2 == 0]


def double_evens_keep_odds(numbers):
    """The numbers as a list: even ones doubled, odd ones as they are."""
    return [number * 2 if number % 2 == 0 else number for number in numbers]


def to_float(images):
    """uint8 pixels (..., h, w) as float32 from 0 to 1."""
    return images.float() / 255


def rank(x):
    """How many axes x has."""
    return x.ndim


def broadcast_shape(a, b):
    """The shape that tensors of shapes a and b broadcast to; ValueError where they do not."""
    lengths = []
    for left, right in zip_longest(reversed(a), reversed(b), fillvalue=1):
        if left != right and 1 not in (left, right):
            raise ValueError(f"shapes {a} and {b} do not broadcast: {left} does not go with {right}")
        lengths.append(right if left == 1 else left)
    return tuple(reversed(lengths))


def center(images):
    """The images (n, h, w) minus their mean image (h, w)."""
    return images - images.mean(0)


def pairwise_differences(a, b):
    """out[i, j] = a[i] - b[j], shape (n, m)."""
    return a[:, None] - b


def expand_without_copying(image, n):
    """(n, h, w), where every out[k] is the image's own memory."""
    return image.expand(n, -1, -1)


def tensor_sharing(array):
    """A tensor that shares the array's memory."""
    return torch.from_numpy(array)


def tensor_copying(array):
    """A tensor with a copy of the array's values."""
    return torch.tensor(array)
