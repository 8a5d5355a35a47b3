# exercise: exercise1
# base: solution
# select: rank or center
# expect: all=PASSED
"""Makes a tensor of 64 MB on the way to a small result."""

import torch

TABLE = torch.zeros(1 << 20)


def center(images):
    room = torch.zeros(16 << 20)
    mean = images.mean(0) + room[0] + TABLE[0]
    return images - mean
