# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: center=TIMED_OUT
# message: loop
"""Lets a child process loop for ever and waits for it."""

import os


def center(images):
    if os.fork() == 0:
        while True:
            pass
    os.wait()
    return images - images.mean(0)
