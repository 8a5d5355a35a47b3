# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
"""Forks and lets the child return the value."""

import os


def center(images):
    if os.fork() != 0:
        os._exit(0)
    return images - images.mean(0)
