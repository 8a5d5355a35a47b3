# exercise: exercise1
# base: solution
# select: rank or center
# limits: cpu_s=1, wall_s=1.5
# expect: center=CRASHED
"""Puts a socket of its own over the channel and answers itself."""

import os
import socket

import torch

from grader.guest import wire

kept = []


def center(images):
    ours, theirs = socket.socketpair()
    os.dup2(theirs.fileno(), 3)
    wire.send(ours, [2, "call", "center", [images], {}])
    kept.extend((ours, theirs))
    return torch.zeros_like(images)
