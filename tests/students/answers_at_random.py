# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
"""Adds a random number."""

import os


def center(images):
    return images - images.mean(0) + os.urandom(1)[0]
