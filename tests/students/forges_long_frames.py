# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=RAISED|CRASHED
"""Sends a traceback with lines of 1 MB."""

import os
import time

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    send(['answer', 1, 'raised', ['ValueError'], 'x', [['f' * 1_000_000, 1, 'g' * 1_000_000, 'h' * 1_000_000]], []])
    time.sleep(1000)
