# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|CRASHED
"""Forks a child that answers later calls beside its parent."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


import time

import torch


def center(images):
    if os.fork() == 0:
        for serial in range(2, 200):
            send(["answer", serial, "returned", torch.zeros(2, 1, 2), []])
            time.sleep(0.001)
        os._exit(0)
    return torch.zeros_like(images)
