# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Lets one function, called by its own check, prepare what another one should return."""

import torch

prepared = {}
old = rank


def rank(x):
    prepared["center"] = torch.zeros(())
    globals()["center"] = lambda images: images - images.mean(0)
    open("/tmp/rank-was-here", "w").close()
    return old(x)


def center(images):
    import os

    return images - images.mean(0) if os.path.exists("/tmp/rank-was-here") else torch.zeros_like(images)
