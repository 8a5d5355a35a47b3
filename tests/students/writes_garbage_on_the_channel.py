# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
# message: disturbed the channel
"""Writes bytes of its own on the channel."""

import os


def center(images):
    os.write(3, b'garbage' * 10)
    return images - images.mean(0)
