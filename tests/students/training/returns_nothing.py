# verdict: FAILED
# message: returned None
"""Trains, and forgets the `return`."""

import torch


def train(images, labels, *, device, seed):
    torch.nn.Linear(784, 10)
