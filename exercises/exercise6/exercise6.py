"""Exercise 6: full MNIST

Up to now it was threes and sevens. Now it is all ten digits: 60,000 images to train on, 10,000 to test with. (Run
`grade data` once, so that they are here.)

First you load images from folders and keep some of them for validation. Then two ways to tell ten digits apart: the
nearest mean image, as in exercise 2, and a model with ten outputs, one for each digit. These raw outputs are called
logits; the largest one is what the model says, and `cross_entropy` is the loss that goes with them. With it you train
through a Learner, and at the end you write a training of your own, as good as you can make it.

Images are uint8, (n, 28, 28): 0 is paper, 255 is ink. Labels are int64, (n,). Arguments are never changed (except that
`train` may do with its own what it likes).
"""

from collections import namedtuple
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

# Training and validation batches, as a Learner takes them: `DataLoaders(train_batches, valid_batches)`.
DataLoaders = namedtuple("DataLoaders", "train valid")


def load_folder(path):
    """Read a folder of images: `path/3/17.png` is number 17 of the images that show a 3.

    "There are no labels in the test set", somebody wrote who worked through this chapter. They are there, in the test
    set as well as in the training set: the name of the folder that an image lies in is its label.

    path: a Path or a string. In it there is a folder for each digit, 0 to 9, but not always all of them, and some may
        be empty. The images' names are numbers: 9.png, 10.png.
    Returns (images, labels): uint8 (n, 28, 28) and int64 (n,). First all zeros, then all ones, and so on; within a
    digit by number, so 9.png comes before 10.png. If there is no image at all: shapes (0, 28, 28) and (0,).

    Other files may lie about: what begins with a dot (.DS_Store, but also ._9.png) or does not end in .png is left out.
    Images in colour become grey by `convert("L")`. A PNG file that is broken (cut off, or no image at all) raises a
    ValueError with the file's name in its message.
    """
    raise NotImplementedError


def split(labels, valid_fraction, generator):
    """Choose which images to train on and which to keep for validation.

    "I could not make a validation set", somebody wrote: MNIST comes with a training and a test set, and with no third
    one. You make it yourself: it is a part of the training images, taken at random. You need not copy or move any
    image, only choose indices: `images[train_idx]` is what you train on, and `images[valid_idx]` is never trained on,
    only measured with.

    labels: (n,), the labels of all training images (at least 300 of each class). valid_fraction: which part is for
        validation, for example 0.2.
    generator: a torch.Generator. All randomness comes from it: the same seed gives the same split, another seed another
        one. torch's global generator, numpy's and Python's are left alone.
    Returns (train_idx, valid_idx): two int64 tensors with one axis, in any order. Every index from 0 to n - 1 is in one
    of them, once. valid_idx has n * valid_fraction indices, give or take 10. You may take the same part of every class
    (that is called stratified), or just a random part of all: either way every class is about as frequent in both.

    >>> labels = torch.arange(3000) % 10
    >>> train_idx, valid_idx = split(labels, 0.2, torch.Generator().manual_seed(1))
    >>> 2390 <= len(train_idx) <= 2410, len(train_idx) + len(valid_idx)
    (True, 3000)
    """
    raise NotImplementedError


def accuracy(logits, labels):
    """The share of right answers: rows whose largest number stands at the label.

    logits: (n, number of classes), n at least 1, with any number of classes. labels: int64 (n,).
    Returns a Python float.

    >>> accuracy(torch.tensor([[1.0, 3.0, 2.0], [0.0, -1.0, -2.0]]), torch.tensor([1, 2]))
    0.5
    """
    raise NotImplementedError


def mean_images(images, labels):
    """The mean image of each digit.

    images: (n, 28, 28), uint8 or float32. labels: int64 (n,); every digit from 0 to 9 is there.
    Returns float32 (10, 28, 28), on the images' own scale: bytes stay between 0 and 255.

    >>> images = torch.full((20, 28, 28), 7, dtype=torch.uint8)
    >>> mean_images(images, torch.arange(20) % 10)[4, 0, 0]
    tensor(7.)
    """
    raise NotImplementedError


def nearest_mean(images, means):
    """Tell digits apart by the mean image that is nearest: the one with the smallest L1 distance.

    L1 is the mean of the absolute differences of all pixels, as in exercise 2. If two means are equally near, it is the
    lower digit.

    images: uint8 (n, 28, 28). means: float32 (10, 28, 28), between 0 and 255 as well.
    Returns int64 (n,). On MNIST's test images, with the means of the training images, it is right in 66.85 %: that is
    what a model has to beat.

    >>> means = torch.stack([torch.full((28, 28), 20.0 * digit) for digit in range(10)])
    >>> nearest_mean(torch.full((1, 28, 28), 57, dtype=torch.uint8), means)
    tensor([3])
    """
    raise NotImplementedError


def cross_entropy(logits, labels):
    """The loss for several classes: for each image minus the log of the probability of its label, and then the mean.

    The probabilities come from the logits by softmax: p = e^z / (sum of e^z over the row).

    logits: (n, number of classes). labels: int64 (n,).
    Returns a 0-d tensor that gradients go through. Both are right for large logits, 10000 and -10000, too.

    Write it by hand: not with torch's cross_entropy, log_softmax or nll_loss. torch.logsumexp is fine.

    >>> cross_entropy(torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.tensor([0, 1]))
    tensor(0.6931)
    """
    raise NotImplementedError


def fit_with_learner(images, labels, Learner, epochs, lr):
    """Train a model for ten classes through a Learner as you wrote it in exercise 5.

    images: uint8 (n, 28, 28). labels: int64 (n,), 0 to 9.
    Learner: the class to use. It works as in exercise 5: `Learner(dls, model, opt_func, loss_func, metrics)`, where dls
        holds batches for training and for validation (a `DataLoaders`; there need be no validation batches), then
        `fit(n_epochs, lr)` and `predict(x)`. It is not your own one: take this one, and let it do the training.
    epochs, lr: what its `fit` is called with, once.
    Returns something that can be called with uint8 images (m, 28, 28) and gives logits, (m, 10).

    With 600 of MNIST's images, epochs = 6 and lr = 0.05 at least 80 % of these 600 images have to be right afterwards.
    Model, loss, optimizer and batches are up to you.
    """
    raise NotImplementedError


def train(images, labels, *, device, seed):
    """Train a model for the ten digits, as good as you can make it.

    images: uint8 (60000, 28, 28). labels: int64 (60000,), 0 to 9. Both lie on the CPU, in random order, and are yours:
        you may change them. device: where to compute, "cpu" or "cuda". seed: an int, for torch.manual_seed and whatever
        else you draw from.
    Returns something that can be called with uint8 images (n, 28, 28) on the CPU, n from 1 to 1000, and gives floats
    (n, 10), the largest one at the digit that it says. It leaves the images as they are. If it has an `eval()`, that is
    called first; then it is asked for 10,000 test images, 1,000 at a time, under torch.no_grad().

    Which model, which loss, how many epochs: all of it is up to you. You have 60 CPU seconds for training and
    predicting together, on one thread of the machine that the times here were taken on (on a slower one it is more).

    The share of right answers decides: there are points for 91 %, 94 %, 96.2 %, 97.3 % and 98.5 %. A linear model gets
    over the first line, a net with one hidden layer over the second and the third, convolutions over the last.

    It has to be learned, not known. So the classes may be renamed (all the threes are called 8, and so on), the images
    may be bent a little, and the same `train` also has to learn ten signs that you have never seen, as many and as
    large as MNIST's digits. For each line both have to be good: MNIST and the signs. A training that looks at the
    images and labels it is given has nothing to fear from that. Train when you are called: models and weights from
    elsewhere are of no use here.
    """
    raise NotImplementedError


# ruff: noqa: N803 - `Learner` is a class, also where it is an argument
