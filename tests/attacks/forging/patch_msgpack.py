# exercise: exercise1
# base: solution
# select: rank or center
# expect: all=CRASHED
"""Replaces msgpack.packb by one that always says PASSED."""

import msgpack

packed = msgpack.packb(["answer", 1, "PASSED", 100])
msgpack.packb = lambda *args, **kwargs: packed

import torch


def center(images):
    return torch.zeros_like(images)
