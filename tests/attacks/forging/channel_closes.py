# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=CRASHED
"""Closes the channel in the middle of a call and then returns."""

import os


def center(images):
    os.close(3)
    return images
