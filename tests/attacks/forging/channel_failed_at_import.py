# exercise: exercise1
# base: solution
# select: rank or center
# expect: all=CRASHED
"""Says at import that the sandbox could not be made, so that nobody can be marked."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


for frame in (["failed", "no namespaces on this machine"],):
    send(frame)


def center(images):
    return images
