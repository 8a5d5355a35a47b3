# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|CRASHED
"""Answers in the protocol's own form and then ends the process as a success."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    send(["answer", 1, "returned", images * 0 + 1, []])
    os._exit(0)
