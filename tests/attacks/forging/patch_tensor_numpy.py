# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Patches what the wire reads a tensor's bytes with, to send others than it returned."""

import numpy
import torch

torch.Tensor.detach = lambda self: self
torch.Tensor.numpy = lambda self, force=False: numpy.zeros(tuple(self.shape), numpy.float32)
torch.Tensor.tobytes = lambda self: b""


def center(images):
    return images
