# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=CRASHED
# message: disturbed the channel
"""Answers each call under the number of the next one."""

import torch

from grader.guest import snapshot

old = snapshot.pack_answer


def center(images):
    snapshot.pack_answer = lambda serial, answer: old(serial + 1, answer)
    return torch.zeros_like(images)
