# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=CRASHED
"""Replaces wire.dump, so that a PASSED is sent in front of each answer."""

import torch

from grader.guest import wire

old = wire.dump


def dump(value, *args):
    if type(value) is list and value[0] == "answer" and value[2] == "returned":
        return [*old(["verdict", "PASSED", 100]), *old(value)]
    return old(value, *args)


def center(images):
    wire.dump = dump
    return torch.zeros_like(images)
