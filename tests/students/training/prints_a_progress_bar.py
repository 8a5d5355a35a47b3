# tier: 1
"""Draws a progress bar anew at each batch, as tqdm does: 2,345 times."""

import sys

import torch
from torch import nn


def train(images, labels, *, device, seed):
    x = images.reshape(-1, 784).float() / 255
    model = nn.Linear(784, 10)
    opt = torch.optim.SGD(model.parameters(), lr=0.25)
    step = 0
    for _ in range(5):
        for batch in torch.randperm(len(x)).split(128):
            loss = nn.functional.cross_entropy(model(x[batch]), labels[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
            step += 1
            done = "█" * (step * 40 // 2345)
            sys.stderr.write(f"\r{step:>5}/2345 |{done:<40}| loss {loss.item():.4f}, 123.45 it/s")
    return lambda asked: model(asked.reshape(-1, 784).float() / 255)
