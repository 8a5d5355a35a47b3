# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Lets the name of a wrong function stand for another by the grader's own alias."""

import gc

import torch

from grader.guest.loader import Definitions


def center(images):
    for found in gc.get_objects():
        if isinstance(found, Definitions):
            try:
                found.alias("center", "to_float", 1)
            except Exception:
                pass
    return torch.zeros_like(images)
