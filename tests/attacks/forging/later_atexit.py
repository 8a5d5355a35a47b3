# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Leaves handlers for the end of Python that answer, print and end with 0."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


import atexit

import torch

atexit.register(os._exit, 0)
atexit.register(send, ["answer", 1, "returned", True, []])
atexit.register(print, "100 of 100 points")


def center(images):
    return torch.zeros_like(images)
