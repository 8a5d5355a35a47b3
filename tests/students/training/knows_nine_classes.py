# verdict: FAILED
# message: shape (1000, 10)
"""A layer too narrow: nine outputs."""

import torch


def train(images, labels, *, device, seed):
    model = torch.nn.Linear(784, 9)
    return lambda asked: model(asked.reshape(-1, 784).float())
