"""Exercise 8: segmentation (TGS salt)

A classifier says what is in an image. A segmentation says where: it has an answer, yes or no, for every pixel. In
Kaggle's TGS salt competition the images are slices through the ground, made with sound waves, 101 x 101 pixels each,
and the question is which pixels are salt. An answer is a mask: 1 for salt and 0 for anything else.

First you write the tools of that competition: masks as text, and the score. Then you train a model.

The images here are drawn by the grader (the file grader/salt.py does it, and you may read it). They have two textures.
One is layers: lines that run along each other, tilted, bent and broken by faults. The other is made of the same small
waves, but without a direction, somewhat weaker. Rock is layers, and salt lies in it as blobs, as domes that rise from
below, or as sheets that fill everything under a wavy line. Some edges of the salt shine, some do not. There are noise
and a brightness and a contrast for each image, so that the brightness of a pixel says next to nothing. 28 % of the
images have no salt at all.

Masks are torch tensors, bool or uint8, of 0 and 1. Arguments are never changed.
"""

import torch
from torch import nn


def rle_encode(mask):
    """Write a mask as text: run-length encoding, as Kaggle wants it.

    The pixels are numbered from 1, down the first column, then down the second, and so on. A run is a row of ones that
    follow each other in that order; it may go on from the end of one column to the beginning of the next. Each run is
    written as its first number and its length, all with single spaces between, in ascending order. Runs are as long as
    can be: "1 3" and never "1 1 2 2".

    mask: (h, w).
    Returns a string; "" for a mask without ones.

    >>> rle_encode(torch.tensor([[1, 0, 1], [1, 0, 0], [0, 1, 0]], dtype=torch.uint8))
    '1 2 6 2'
    """
    raise NotImplementedError


def rle_decode(text, shape):
    """Read a mask from text: the way back.

    text: as `rle_encode` writes it. None and nan stand for a mask without ones, as "" does (in a table with a column of
        such texts the empty ones are often read as nan).
    shape: (h, w).
    Returns the mask, (h, w), uint8, as a torch tensor or a numpy array.
    Raises ValueError if the text makes no sense: an odd count of numbers, something that is no integer, a start or a
    length below 1, a run that goes beyond the last pixel, or runs that overlap. (Runs in another order and runs that
    touch each other do not come up.)

    >>> rle_decode("1 2 6 2", (3, 3))
    tensor([[1, 0, 1],
            [1, 0, 0],
            [0, 1, 0]], dtype=torch.uint8)
    """
    raise NotImplementedError


def iou(pred, target):
    """Intersection over union: the pixels that both masks have, divided by the pixels that at least one has.

    pred, target: masks of one shape.
    Returns one number, from 0 to 1. If both masks are empty, it is 1.0.

    >>> iou(torch.tensor([[1, 1, 0, 0]], dtype=torch.uint8), torch.tensor([[0, 1, 1, 1]], dtype=torch.uint8))
    0.25
    """
    raise NotImplementedError


def salt_score(preds, targets):
    """The score of the competition: the mean over the images of how good each mask is.

    There are ten thresholds: 0.50, 0.55, 0.60 and so on up to 0.95. The score of an image is the share of them that its
    IoU exceeds. If the target is empty, the score is 1 if pred is empty too, and else 0.

    preds, targets: (n, h, w), or (n, 1, h, w); n is at least 1.
    Returns one number.

    >>> target = torch.zeros(2, 10, 10, dtype=torch.uint8)
    >>> target[0] = 1
    >>> pred = target.clone()
    >>> pred[0, :, 7:] = 0
    >>> pred[0, 0, 7] = 1
    >>> salt_score(pred, target)
    0.75
    """
    raise NotImplementedError


def train_segmenter(images, masks, *, device, seed):
    """Train a model that finds the salt.

    images: (400, 1, 101, 101), float32, from 0 to 1. masks: (400, 1, 101, 101), uint8. Both are on the CPU.
    device: where to train, for `model.to(device)`; "cpu" unless the grader was told something else.
    seed: an int, for `torch.manual_seed(seed)`.
    Returns the model: something that can be called with images (n, 1, 101, 101) on the CPU, n up to 50, and gives raw
    outputs (logits) of shape (n, 1, 101, 101) or (n, 101, 101), above 0 where it says salt. If it has an `eval` method,
    that is called before it is asked. The outputs may lie on any device.

    It is asked about 200 new images, and `salt_score` counts: 2 points each for 0.30, 0.45 and 0.65. An empty mask for
    everything gets 0.28. Then all of it happens a second time with the two textures exchanged: salt is layers now, and
    rock has no direction. The lower score of the two decides, so the model has to learn from what it is given.
    If a score is close to a line, two more trainings with other images follow, and the middle one of the three counts.

    A training has 120 seconds of CPU time on one thread. A small convolutional network needs about ten.
    """
    raise NotImplementedError
