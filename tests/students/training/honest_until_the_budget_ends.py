# tier: 4
"""Trains until four fifths of the 60 CPU seconds are used, whatever that gives."""

import time

import torch
from torch import nn

BUDGET_S = 60


def train(images, labels, *, device, seed):
    begin = time.process_time()
    x, y = images.to(device).reshape(-1, 784).float() / 255, labels.to(device)
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 10)).to(device)
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    while True:
        for batch in torch.randperm(len(x)).split(256):
            if time.process_time() - begin > 0.8 * BUDGET_S:
                return nn.Sequential(Prepare(), model)
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()


class Prepare(nn.Module):
    def forward(self, asked):
        return asked.reshape(-1, 784).float() / 255
