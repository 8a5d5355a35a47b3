# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=PASSED
"""Stops the process it was forked from."""

import os
import signal


def center(images):
    os.kill(os.getppid(), signal.SIGSTOP)
    return images - images.mean(0)
