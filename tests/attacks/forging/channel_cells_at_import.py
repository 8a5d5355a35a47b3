# exercise: exercise1
# base: solution
# select: rank or center
# expect: all=CRASHED
"""Says at import that cells of a notebook have run, which there is none of."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


for frame in (["cell", 1], ["ran", 1, [], []],):
    send(frame)


def center(images):
    return images
