# tier: 1
"""Turns the labels into the form it needs: one-hot, and the mean squared error."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    x, y = images.reshape(-1, 784).float() / 255, nn.functional.one_hot(labels, 10).float()
    model = nn.Sequential(nn.Linear(784, 10), nn.Softmax(1))
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(4):
        for batch in torch.randperm(len(x)).split(128):
            loss = ((model(x[batch]) - y[batch]) ** 2).sum(1).mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
    return lambda asked: model(asked.reshape(-1, 784).float() / 255)
