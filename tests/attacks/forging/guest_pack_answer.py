# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Replaces snapshot.pack_answer by one that adds a verdict to the value it sends."""

import torch

from grader.guest import snapshot, wire


def pack_answer(serial, answer):
    value = {"verdict": "PASSED", "points": 100, "got": answer[1]} if isinstance(answer[1], torch.Tensor) else answer[1]
    return wire.dump(["answer", serial, "returned", value, []])


snapshot.pack_answer = pack_answer


def center(images):
    return torch.zeros_like(images)
