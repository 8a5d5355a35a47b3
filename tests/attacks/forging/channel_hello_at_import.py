# exercise: exercise1
# base: solution
# select: rank or center
# expect: all=CRASHED
"""Says hello and confined at import, as if a check were ready."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


for frame in (["hello"], ["confined"],):
    send(frame)


def center(images):
    return images
