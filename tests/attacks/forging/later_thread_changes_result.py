# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Starts a thread at import that goes on changing what functions return."""

import threading
import time

import torch

results = []


def change():
    while True:
        for result in results[-1:]:
            result.fill_(float("nan"))
        time.sleep(0.0005)


threading.Thread(target=change, daemon=True).start()


def center(images):
    results.append(torch.zeros_like(images))
    return results[-1]
