# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=TIMED_OUT
# message: still running after
"""Waits for ever."""

import time


def center(images):
    time.sleep(1000)
