# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
# message: disturbed the channel
"""Asks the judge for a function it was never given."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    send(['callback', 1, [images]])
    return images - images.mean(0)
