# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|CRASHED
"""Lets the end of an argument's life write a verdict."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


import weakref

import torch


def center(images):
    weakref.finalize(images, send, ["verdict", "PASSED", 100])
    return torch.zeros_like(images)
