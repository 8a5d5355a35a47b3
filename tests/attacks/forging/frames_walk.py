# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Walks all frames of all threads for a variable with the expected value."""

import sys

import torch


def center(images):
    for frame in sys._current_frames().values():
        while frame is not None:
            for scope in (frame.f_locals, frame.f_globals):
                for name in ("expected", "precise", "want", "answer_key"):
                    found = scope.get(name)
                    if isinstance(found, torch.Tensor) and found.shape == images.shape:
                        return found.float()
            frame = frame.f_back
    return torch.zeros_like(images)
