# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Kills the process it was forked from."""

import os
import signal

done = []


def center(images):
    if not done:
        done.append(os.kill(os.getppid(), signal.SIGKILL))
    return images - images.mean(0)
