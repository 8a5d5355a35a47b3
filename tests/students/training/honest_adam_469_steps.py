# tier: 2
"""Adam with a hard-coded number of steps: one epoch in batches of 128."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)).to(device)
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    images, labels = images.to(device), labels.to(device)
    for _ in range(469):
        batch = torch.randint(0, 60000, (128,))
        loss = nn.functional.cross_entropy(model(images[batch].float() / 255), labels[batch])
        opt.zero_grad()
        loss.backward()
        opt.step()
    return lambda asked: model(asked.to(device).float() / 255)
