# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED|CRASHED
"""Kills the process it was forked from."""

import os
import signal


def center(images):
    os.kill(os.getppid(), signal.SIGKILL)
    return images - images.mean(0)
