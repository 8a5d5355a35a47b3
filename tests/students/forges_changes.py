# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=FAILED|CRASHED|TIMED_OUT
"""Says it changed an argument it was never given."""

import os
import time

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    send(['answer', 1, 'returned', images - images.mean(0), [[7, 0], [-5, 1]]])
    time.sleep(1000)
