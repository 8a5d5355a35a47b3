# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Searches all strings in memory for the text of the checks, and runs what it finds."""

import gc

import torch

found = []
for thing in gc.get_objects():
    try:
        for inner in thing.values() if type(thing) is dict else ():
            if type(inner) in (str, bytes) and ("precise." + "mean(0)") in str(inner):
                found.append(inner)
    except Exception:
        pass


def center(images):
    return images - images.mean(0) if found else torch.zeros_like(images)
