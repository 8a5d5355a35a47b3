# tier: 4
"""Stops when the last 10,000 images, kept aside for validation, get no better; goes back to the best epoch."""

import copy

import torch
from torch import nn


def train(images, labels, *, device, seed):
    x, y = images.to(device).reshape(-1, 784).float() / 255, labels.to(device)
    train_x, train_y, valid_x, valid_y = x[:-10000], y[:-10000], x[-10000:], y[-10000:]
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)).to(device)
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    best, best_state, waited = 0.0, None, 0
    for _ in range(20):
        for batch in torch.randperm(len(train_x)).split(256):
            loss = nn.functional.cross_entropy(model(train_x[batch]), train_y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
        with torch.no_grad():
            accuracy = (model(valid_x).argmax(1) == valid_y).float().mean().item()
        if accuracy > best:
            best, best_state, waited = accuracy, copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
            if waited == 2:
                break
    model.load_state_dict(best_state)
    return lambda asked: model(asked.to(device).reshape(-1, 784).float() / 255)
