"""Exercise 2: telling 3s from 7s by their pixels.

Before any network learns anything, see how far you get without one. A handwritten digit in MNIST is a picture of 28 by
28 pixels, so to a computer it is 784 numbers. Take all the 3s and average them, pixel by pixel: that is the ideal 3,
a blurry one. Do the same with the 7s. Now a new digit is called a 3 if its pixels are nearer to the ideal 3 than to the
ideal 7.

This is the *pixel baseline*. It is simple, and it is right for about 95 of 100 images, which is the number that the
networks of the later exercises have to beat.

Two things to keep in mind:

- Distances need care with signs. Differences above and below zero cancel when they are averaged, so make them positive
  first: take absolute values (the L1 distance) or squares (the RMSE distance).
- Let tensors do the work. With broadcasting, `is_3` answers for a thousand images at once, without a loop.

Images are float32 tensors with values from 0 (paper) to 1 (ink), unless a docstring says otherwise. No function may
change its arguments. Replace each `raise NotImplementedError` by your own code, then run `grade exercise2`.
"""

import numpy as np
import torch
from PIL import Image


def load_images(paths):
    """Load images from files into one tensor.

    paths: a list or tuple of paths, each a `Path` or a str, of PNG files with 28 by 28 pixels. Some are grey (mode L),
        some in colour (mode RGB or RGBA): `convert("L")` of PIL's images makes all of them grey.
    Returns a float32 tensor (n, 28, 28): the images in the order of the paths, with the bytes 0..255 scaled to 0..1.
        No paths give a tensor (0, 28, 28).
    A file that does not exist raises FileNotFoundError (`Image.open` does that by itself).

    >>> load_images(["a.png", "b.png"]).shape
    torch.Size([2, 28, 28])
    """
    raise NotImplementedError


def mean_image(images):
    """Average a stack of images, pixel by pixel: the ideal 3, if they are all 3s.

    images: (n, h, w) with at least one image, of dtype uint8, float32 or float64.
    Returns a float32 tensor (h, w), on the same scale as the images: bytes from 0 to 255 have a mean from 0 to 255.

    >>> mean_image(torch.tensor([[[0., 1.]], [[1., 1.]]]))
    tensor([[0.5000, 1.0000]])
    """
    raise NotImplementedError


def l1_distance(a, b):
    """The L1 distance between two images: the mean of the absolute differences, over all pixels.

    a, b: (h, w), any height and width. Returns one number.

    >>> l1_distance(torch.tensor([[0., 1.]]), torch.tensor([[4., 1.]]))
    tensor(2.)
    """
    raise NotImplementedError


def rmse_distance(a, b):
    """The RMSE distance between two images: the root of the mean of the squared differences, over all pixels.

    a, b: (h, w), any height and width. Returns one number.

    >>> rmse_distance(torch.tensor([[0., 1.]]), torch.tensor([[4., 1.]]))
    tensor(2.8284)
    """
    raise NotImplementedError


def mnist_distance(a, b):
    """The L1 distance for each image: the mean of the absolute differences over the last two axes only.

    a, b: (..., 28, 28), with any leading axes, or none; the leading axes of a and b broadcast.
    Returns a tensor with the leading axes that are left: (n, 28, 28) and (28, 28) give (n,). Two single images give a
        tensor without axes (0-d).

    >>> mnist_distance(torch.zeros(3, 28, 28), torch.ones(28, 28))
    tensor([1., 1., 1.])
    >>> mnist_distance(torch.zeros(28, 28), torch.ones(28, 28))
    tensor(1.)
    """
    raise NotImplementedError


def is_3(x, mean3, mean7):
    """Whether each image is nearer to the mean 3 than to the mean 7, by `mnist_distance`.

    x: (..., 28, 28), one image or many. mean3, mean7: (28, 28).
    Returns a tensor of bools with x's leading axes: (n,) for n images, 0-d for a single one. An image that is exactly
        as far from both is not a 3.

    >>> is_3(torch.full((28, 28), 0.2), torch.zeros(28, 28), torch.ones(28, 28))
    tensor(True)
    """
    raise NotImplementedError


def pixel_baseline(valid3, valid7, mean3, mean7):
    """How often `is_3` is right: the mean of two shares.

    The first is the share of the images in valid3 (all of them 3s) that are called a 3, the second the share of the
    images in valid7 (all 7s) that are not. Both count the same, even if there are more 7s than 3s.

    valid3: (n, 28, 28), valid7: (m, 28, 28), each with at least one image. mean3, mean7: (28, 28).
    Returns one number from 0 to 1. On MNIST's 1,010 validation 3s and 1,028 validation 7s it is 0.9511.
    """
    raise NotImplementedError
