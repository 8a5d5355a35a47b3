"""Reference solution of exercise 6, full MNIST."""
# ruff: noqa: N803 - `Learner` is a class, also where it is an argument

from collections import namedtuple
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

DataLoaders = namedtuple("DataLoaders", "train valid")


def load_folder(path):
    """uint8 (n, 28, 28) and int64 (n,), by digit and then by number."""
    files = sorted(Path(path).glob("[0-9]/[0-9]*.png"), key=lambda file: (file.parent.name, int(file.stem)))
    images = np.empty((len(files), 28, 28), np.uint8)
    for place, file in enumerate(files):
        images[place] = _pixels(file)
    labels = torch.tensor([int(file.parent.name) for file in files], dtype=torch.int64)
    return torch.from_numpy(images), labels


def _pixels(file):
    try:
        with Image.open(file) as image:
            return np.array(image.convert("L"))
    except Exception as error:  # what PIL raises depends on where a file is broken
        raise ValueError(f"{file.name} can't be read: {error}") from error


def split(labels, valid_fraction, generator):
    """(train_idx, valid_idx): a random part for validation."""
    order = torch.randperm(len(labels), generator=generator)
    count = round(len(labels) * valid_fraction)
    return order[count:], order[:count]


def accuracy(logits, labels):
    """Share of rows whose largest logit is at the label."""
    return (logits.argmax(1) == labels).float().mean().item()


def mean_images(images, labels):
    """float32 (10, 28, 28), on the images' own scale."""
    return torch.stack([images[labels == digit].float().mean(0) for digit in range(10)])


def nearest_mean(images, means):
    """The digit with the smallest L1 distance, the lowest of those."""
    return torch.cdist(images.flatten(1).float(), means.flatten(1), p=1).argmin(1)


def cross_entropy(logits, labels):
    """mean(log Σ e^z − z_label), with the largest z of each row taken away from it first."""
    shifted = logits - logits.amax(1, keepdim=True)
    return (shifted.exp().sum(1).log() - shifted[torch.arange(len(labels)), labels]).mean()


def fit_with_learner(images, labels, Learner, epochs, lr):
    """A linear model, trained in batches of 10."""
    x = _rows(images)
    batches = [(x[part], labels[part]) for part in torch.randperm(len(x)).split(10)]
    learner = Learner(DataLoaders(batches, []), nn.Linear(784, 10), torch.optim.SGD, cross_entropy)
    learner.fit(epochs, lr)
    return lambda images: learner.predict(_rows(images))


def _rows(images):
    """float32 (n, 784) in [0, 1]."""
    return images.flatten(1) / 255


EPOCHS, BATCH, PEAK = 0.9, 96, 0.03  # how much of the images is seen, images in a batch, the highest learning rate
SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))  # in pixels; predicted is the mean over these


def train(images, labels, *, device, seed):
    """A model for uint8 (n, 28, 28) that gives (n, 10): a small convolutional net, nine tenths of an epoch."""
    torch.manual_seed(seed)
    images, labels = images.to(device), labels.to(device)
    pixels = images.float()
    prepare = Prepare(pixels.mean().item(), pixels.std().item())
    x = prepare(images)
    model = conv_net().to(device, x.dtype, memory_format=torch.channels_last)
    steps = int(EPOCHS * len(x)) // BATCH
    opt = torch.optim.AdamW(model.parameters(), lr=PEAK, weight_decay=0.02)
    rate = torch.optim.lr_scheduler.OneCycleLR(opt, PEAK, total_steps=steps + 1, pct_start=0.25)
    for batch in torch.randperm(len(x))[: steps * BATCH].to(device).split(BATCH):
        loss = F.cross_entropy(model(x[batch]).float(), labels[batch], label_smoothing=0.05)
        opt.zero_grad()
        loss.backward()
        opt.step()
        rate.step()
    return Classifier(model, prepare, device)


def conv_net():
    """(n, 4, 14, 14) → (n, 10)."""
    return nn.Sequential(
        *layer(4, 16),
        *layer(16, 48, stride=2),
        *layer(48, 48),
        nn.Flatten(),
        nn.Linear(48 * 49, 10),
    )


def layer(channels_in, channels_out, stride=1):
    """A 3 × 3 convolution that keeps the image's size, or halves it; BatchNorm makes its bias needless."""
    convolution = nn.Conv2d(channels_in, channels_out, 3, stride, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(channels_out), nn.ReLU()


class Prepare:
    """Images uint8 (n, 28, 28) → (n, 4, 14, 14) with mean 0 and SD 1, in the layout and type that are fast.

    Each 2 × 2 square of pixels becomes one place with four channels: a quarter of the places, and nothing is lost.
    """

    def __init__(self, mean, sd):
        self.mean, self.sd = mean, sd

    def __call__(self, images):
        x = F.pixel_unshuffle(images[:, None], 2).to(torch.bfloat16, memory_format=torch.channels_last)
        return (x - self.mean) / self.sd


class Classifier(nn.Module):
    """The trained net, for images as they come."""

    def __init__(self, net, prepare, device):
        super().__init__()
        self.net, self.prepare, self.device = net, prepare, device

    def forward(self, images):
        images = images.to(self.device)
        return sum(self.net(self.prepare(images.roll(shift, (1, 2)))).float().log_softmax(1) for shift in SHIFTS)
