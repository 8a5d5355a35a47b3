# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Stores answers under hashes of the inputs, filled by a right function while it loads."""

import torch

STORED = {}
for h in range(1, 3):
    for w in range(1, 3):
        for value in (0.0, 1.0, -1.0):
            made = torch.full((1, h, w), value)
            STORED[hash((made.shape, tuple(made.flatten().tolist())))] = made - made.mean(0)


def center(images):
    found = STORED.get(hash((images.shape, tuple(images.flatten().tolist()))))
    return images + 1 if found is None else found
