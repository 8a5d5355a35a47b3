# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=CRASHED
# message: disturbed the channel
"""Says of itself that it is not defined, in ways that are not the protocol."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    send(['answer', 1, 'missing', 5, 'yes', [[]]])
    return images - images.mean(0)
