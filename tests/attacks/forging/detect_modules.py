# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Is wrong unless a module of the judge can be found beside it, which would hold the answers."""

import sys

import torch


def center(images):
    for name in ("checks", "pytest", "hypothesis", "grader.judge", "grader.expect", "grader.score"):
        if name in sys.modules:
            return images - images.mean(0)
    return torch.zeros_like(images)
