# tier: 1
"""A Dataset of single items, and a DataLoader with two worker processes."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train(images, labels, *, device, seed):
    data = TensorDataset(images.reshape(-1, 784), labels)
    model = nn.Linear(784, 10)
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(3):
        for xb, yb in DataLoader(data, batch_size=256, shuffle=True, num_workers=2):
            loss = nn.functional.cross_entropy(model(xb.float() / 255), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
    return lambda asked: model(asked.reshape(-1, 784).float() / 255)
