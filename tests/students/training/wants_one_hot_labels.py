# verdict: RAISED
# message: RuntimeError
"""Needs labels as rows of ten, and gets whole numbers."""

import torch


def train(images, labels, *, device, seed):
    model = torch.nn.Linear(784, 10)
    loss = ((model(images.reshape(-1, 784).float() / 255).softmax(1) - labels) ** 2).mean()
    loss.backward()
    return lambda asked: model(asked.reshape(-1, 784).float() / 255)
