# verdict: FAILED
# tier: 0
# message: no better than guessing
"""Returns a model that has seen nothing."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
    return lambda asked: model(asked.float() / 255)
