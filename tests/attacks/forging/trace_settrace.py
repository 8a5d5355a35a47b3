# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|CRASHED
"""Lets a trace function change the local variables of whatever function runs."""

import sys

import torch


def tracer(frame, event, arg):
    for name in ("expected", "verdict", "points", "same", "answer"):
        if name in frame.f_locals:
            frame.f_locals[name] = True
    return tracer


def center(images):
    sys.settrace(tracer)
    for frame in sys._current_frames().values():
        while frame is not None:
            frame.f_trace = tracer
            frame = frame.f_back
    return torch.zeros_like(images)
