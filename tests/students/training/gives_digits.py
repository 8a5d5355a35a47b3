# verdict: FAILED
# message: shape (1000, 10)
"""Returns answers instead of raw outputs."""

import torch


def train(images, labels, *, device, seed):
    model = torch.nn.Linear(784, 10)
    return lambda asked: model(asked.reshape(-1, 784).float()).argmax(1)
