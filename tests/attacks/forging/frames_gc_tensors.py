# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Returns any other tensor of the right shape that the garbage collector or memory holds."""

import gc

import torch


def center(images):
    for found in gc.get_objects():
        if type(found) is torch.Tensor and found is not images and found.shape == images.shape:
            return found.float()
    return torch.full_like(images, 7.0)
