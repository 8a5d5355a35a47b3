# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
# message: ended the whole Python process
"""Sends itself SIGKILL."""

import os
import signal


def center(images):
    os.kill(os.getpid(), signal.SIGKILL)
