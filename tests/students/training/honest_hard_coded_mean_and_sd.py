# tier: 5
"""A convolutional net as in every tutorial, with MNIST's own mean and SD hard-coded, two epochs."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
        nn.Flatten(), nn.Linear(1024, 10),
    ).to(device)  # fmt: skip
    x, y = ((images.to(device)[:, None].float() / 255) - 0.1307) / 0.3081, labels.to(device)
    epochs, size = 2, 128
    opt = torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(opt, 0.01, total_steps=epochs * (len(x) // size) + 1)
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x) - size + 1, size):
            batch = order[start : start + size]
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
            rate.step()
    return nn.Sequential(Normalise(), model)


class Normalise(nn.Module):
    def forward(self, asked):
        return ((asked[:, None].float() / 255) - 0.1307) / 0.3081
