# exercise: exercise4
# base: solution
# select: init_params_gives_leaves or quadratic_is
# expect: init_params_gives_leaves=FAILED
"""Sends a tensor's facts with a patched packer that says it requires gradients."""

import torch

from grader.guest import wire

old = wire.msgpack.packb


def packb(item, *args, **kwargs):
    if type(item) is list and len(item) == 7 and item[0] == "float32":
        item = [*item[:2], True, True, *item[4:]]
    return old(item, *args, **kwargs)


wire.msgpack.packb = packb


def init_params(size, std=1.0):
    return torch.randn(size) * std
