# exercise: exercise1
# base: solution
# select: center or pairwise_differences_is
# limits: processes=200
# expect: center=PASSED
"""Leaves a process in a session of its own behind."""

import os
import time


def center(images):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 256)
            time.sleep(1000)
        os._exit(0)
    os.wait()
    return images - images.mean(0)
