# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED|CRASHED
"""Kills every process it can reach."""

import os
import signal


def center(images):
    os.kill(-1, signal.SIGKILL)
    return images - images.mean(0)
