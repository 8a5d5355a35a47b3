"""Reference solution of exercise 8, segmentation."""

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn


def rle_encode(mask):
    """Starts and lengths of the runs of ones, down the columns, from 1."""
    line = torch.zeros(mask.numel() + 2)
    line[1:-1] = mask.T.flatten()
    turns = line.diff().nonzero()
    starts, ends = turns[::2], turns[1::2]
    return " ".join(map(str, torch.stack([starts + 1, ends - starts], 1).flatten().tolist()))


def rle_decode(text, shape):
    """The uint8 mask that such a text stands for; ValueError where it stands for none."""
    h, w = shape
    line = torch.zeros(h * w, dtype=torch.uint8)
    if text is None or text != text:
        text = ""
    numbers = [int(word) for word in text.split()]
    for start, length in zip(numbers[::2], numbers[1::2], strict=True):  # strict: an odd count is a ValueError
        if start < 1 or length < 1 or start + length - 1 > h * w:
            raise ValueError(f"a run of {length} from {start} does not lie in a mask of {h} x {w}")
        run = line[start - 1 : start - 1 + length]
        if run.any():
            raise ValueError(f"the run of {length} from {start} overlaps another one")
        run.fill_(1)
    return line.reshape(w, h).T


def iou(pred, target):
    """Intersection over union; 1.0 if both are empty."""
    union = (pred | target).sum().item()
    return (pred & target).sum().item() / union if union else 1.0


THRESHOLDS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]


def salt_score(preds, targets):
    """Mean over the images of the share of thresholds that the IoU exceeds."""
    exceeded = [value > threshold for value in map(iou, preds, targets) for threshold in THRESHOLDS]
    return sum(exceeded) / len(exceeded)


def convolution(inputs, outputs):
    """3 x 3, BatchNorm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class UNet(nn.Module):
    """A small U-Net at half the resolution; its last layer gives four logits for each 2 x 2 pixels."""

    def __init__(self, widths=(16, 32, 48, 64)):
        super().__init__()
        first = widths[0]
        self.stem = nn.Sequential(
            nn.Conv2d(1, first, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True)
        )
        steps = list(pairwise(widths))
        self.down = nn.ModuleList(nn.Sequential(convolution(a, b), convolution(b, b)) for a, b in steps)
        self.up = nn.ModuleList(convolution(b + a, a) for a, b in reversed(steps))
        self.head = nn.Conv2d(first, 4, 3, padding=1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x = self.stem(F.pad(x - 0.5, (0, -w % 16, 0, -h % 16), mode="replicate"))
        seen = []
        for layer in self.down:
            seen.append(x)
            x = layer(F.max_pool2d(x, 2))
        for layer in self.up:
            x = layer(torch.cat([F.interpolate(x, scale_factor=2, mode="bilinear"), seen.pop()], 1))
        return F.pixel_shuffle(self.head(x), 2)[..., :h, :w]


def bce_and_dice(logits, targets):
    """Binary cross-entropy, plus 1 - Dice: a soft IoU that does not forget small bodies."""
    p, t = logits.sigmoid().flatten(1), targets.flatten(1)
    dice = (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)
    return F.binary_cross_entropy_with_logits(logits, targets) + 1 - dice.mean()


def fit(model, images, masks, seed, *, loss_func=bce_and_dice, flip=True, epochs=8, lr=4e-3, batch_size=16):
    """Train with AdamW, the learning rate going up and then down; images are mirrored half of the time."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.01)
    steps = epochs * math.ceil(len(images) / batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps, pct_start=0.25)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch.to(images.device)], masks[batch.to(images.device)]
            if flip and torch.rand((), generator=generator) < 0.5:
                x, y = x.flip(-1), y.flip(-1)
            loss = loss_func(model(x.contiguous(memory_format=torch.channels_last)), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def train_segmenter(images, masks, *, device, seed):
    """A trained U-Net; (n, 1, 101, 101) → logits of that shape."""
    torch.manual_seed(seed)
    model = UNet().to(device, memory_format=torch.channels_last)
    fit(model, images.to(device), masks.to(device).float(), seed)
    return lambda x: model(x.to(device))
