# tier: 1
"""One linear layer, plain SGD, five epochs of randperm slices."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    x = images.to(device).reshape(-1, 784).float() / 255
    y = labels.to(device)
    model = nn.Linear(784, 10).to(device)
    opt = torch.optim.SGD(model.parameters(), lr=0.25)
    for _ in range(5):
        for batch in torch.randperm(len(x)).split(128):
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
    return lambda asked: model(asked.to(device).reshape(-1, 784).float() / 255)
