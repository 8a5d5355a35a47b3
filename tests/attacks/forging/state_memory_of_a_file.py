# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Collects inputs in files and shared memory, to know them in the next check."""

import os
import pickle

import torch

try:
    fd = os.memfd_create("seen")
except (AttributeError, OSError):
    fd = -1


def center(images):
    for path in ("/tmp/seen", "/dev/shm/seen", os.path.expanduser("~/seen"), f"/proc/self/fd/{fd}"):
        try:
            with open(path, "ab") as file:
                pickle.dump(images.tolist(), file)
        except OSError:
            pass
    return torch.zeros_like(images)
