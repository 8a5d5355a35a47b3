# tier: 5
"""Forgets eval mode, and hides the model in a function: BatchNorm takes its statistics from the images asked about."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
        nn.Flatten(), nn.Linear(1024, 10),
    ).to(device)  # fmt: skip
    x, y = images.to(device)[:, None].float() / 255, labels.to(device)
    epochs = 2
    opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs * 469)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(128):
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
            rate.step()
    return lambda asked: model(asked.to(device)[:, None].float() / 255)
