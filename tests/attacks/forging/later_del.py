# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|CRASHED
"""Returns an object that answers once more when it is thrown away."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


import torch


class Last(torch.Tensor):
    def __del__(self):
        send(["answer", 2, "returned", True, []])


def center(images):
    return torch.zeros_like(images).as_subclass(Last)
