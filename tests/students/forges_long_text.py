# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=RAISED|CRASHED
"""Sends an exception with a text of 10 MB and ten thousand names."""

import os
import time

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    send(['answer', 1, 'raised', ['ValueError' * 1000] * 100, 'x' * 5_000_000, [], []])
    time.sleep(1000)
