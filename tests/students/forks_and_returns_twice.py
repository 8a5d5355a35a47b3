# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Forks, and both processes return."""

import os

forked = []


def center(images):
    if not forked:
        forked.append(os.fork())
    return images - images.mean(0)
