# verdict: RAISED
# message: mat1
"""Trains on rows of 784 and is asked about images of 28 x 28."""

import torch


def train(images, labels, *, device, seed):
    return torch.nn.Sequential(torch.nn.Linear(784, 10))
