# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=TIMED_OUT|CRASHED
"""Begins an answer on the channel that never ends."""

import os
import time


def center(images):
    os.write(3, b'TG1\n' + bytes([255, 0, 0, 0, 0, 0, 0, 0]))
    time.sleep(1000)
