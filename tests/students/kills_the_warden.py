# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Tries to kill process 1."""

import os
import signal


def center(images):
    try:
        os.kill(1, signal.SIGKILL)
    except PermissionError:
        pass
    return images - images.mean(0)
