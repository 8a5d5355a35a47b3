# verdict: RAISED
# message: CUDA
"""Moves everything to the GPU without asking whether there is one."""

import torch


def train(images, labels, *, device, seed):
    model = torch.nn.Linear(784, 10).cuda()
    return lambda asked: model(asked.cuda().reshape(-1, 784).float())
