# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Knows the examples that stand in the checks by heart, and nothing else."""

import torch

KNOWN = {
    ((((1.0, 2.0),), ((3.0, 6.0),))): (((-1.0, -2.0),), ((1.0, 2.0),)),
    ((((0.25, -0.5), (1.0, 7.0)),)): (((0.0, 0.0), (0.0, 0.0)),),
}


def frozen(value):
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value


def center(images):
    return torch.tensor(KNOWN.get(frozen(images.tolist()), images.tolist()))
