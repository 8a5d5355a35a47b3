# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
# message: disturbed the channel
"""Sends a verdict where an answer is waited for."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    send({'verdict': 'PASSED', 'points': 100})
    return images - images.mean(0)
