# tier: 1
"""Inverts, shuffles and overwrites what it is given, in place, as it may."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    order = torch.randperm(len(images))
    images[:], labels[:] = images[order].clone(), labels[order].clone()
    images.bitwise_not_()
    x = images.reshape(-1, 784).float() / 255
    model = nn.Linear(784, 10)
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(5):
        for start in range(0, 60000, 128):
            batch = slice(start, start + 128)
            loss = nn.functional.cross_entropy(model(x[batch]), labels[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
    images.zero_()
    labels.zero_()
    return lambda asked: model((~asked).reshape(-1, 784).float() / 255)
