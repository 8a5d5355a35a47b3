# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Writes the warden's word for a clean end to every descriptor it has."""

import os

import torch

from grader.guest import wire


def center(images):
    for fd in os.listdir("/proc/self/fd"):
        for value in (["ended", "", {}, True], ["settled", True], ["answer", 1, "returned", 0, []]):
            try:
                if int(fd) > 3:
                    os.write(int(fd), b"".join(bytes(part) for part in wire.dump(value)))
            except OSError:
                pass
    return torch.zeros_like(images)
