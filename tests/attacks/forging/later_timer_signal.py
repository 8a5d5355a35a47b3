# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|CRASHED
"""Sets a timer whose signal handler answers while the grader waits."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


import signal

import torch

signal.signal(signal.SIGALRM, lambda *args: send(["answer", 1, "returned", True, []]))


def center(images):
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    return torch.zeros_like(images)
