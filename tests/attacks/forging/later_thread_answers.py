# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|CRASHED
"""Starts a thread that answers the next call before it is made."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


import threading
import time

import torch


def later(serial):
    time.sleep(0.001)
    while True:
        send(["answer", serial, "returned", torch.zeros(2, 1, 2), []])
        serial += 1
        time.sleep(0.001)


def center(images):
    threading.Thread(target=later, args=(2,), daemon=True).start()
    return torch.zeros_like(images)
