# verdict: FAILED
# message: changes the images
"""The model writes into the images that it is asked about."""

import torch


def train(images, labels, *, device, seed):
    model = torch.nn.Linear(784, 10)
    return lambda asked: model(asked.bitwise_not_().reshape(-1, 784).float())
