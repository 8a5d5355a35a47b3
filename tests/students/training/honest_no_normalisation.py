# tier: 3
"""Pixels from 0 to 255 as they are, Adam with a small rate."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    x, y = images.to(device).reshape(-1, 784).float(), labels.to(device)
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)).to(device)
    opt = torch.optim.Adam(model.parameters(), lr=3e-4)
    for epoch in range(9):
        for group in opt.param_groups:
            group["lr"] = 3e-4 * (1 - epoch / 9)
        for batch in torch.randperm(len(x)).split(128):
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
    return lambda asked: model(asked.to(device).reshape(-1, 784).float())
