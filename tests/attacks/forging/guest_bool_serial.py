# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=CRASHED
# message: disturbed the channel
"""Answers the first call under the number True, and others under a float."""

import torch

from grader.guest import snapshot

old = snapshot.pack_answer


def center(images):
    snapshot.pack_answer = lambda serial, answer: old(True if serial == 1 else float(serial), answer)
    return torch.zeros_like(images)
