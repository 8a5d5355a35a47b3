# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Looks for exercises and solutions in every folder of the import path, and is right if there are any."""

import glob
import sys

import torch

PLACES = [*sys.path, ".", "..", "/", "/submission", "/home", "/tmp", "/srv", "/opt"]
FOUND = [
    file
    for place in PLACES
    for pattern in ("solutions/*.py", "*/solutions/*.py", "exercises/*/checks.py", "*/exercises/*/checks.py")
    for file in glob.glob(f"{place}/{pattern}")
]


def center(images):
    return images - images.mean(0) if FOUND else torch.zeros_like(images)
