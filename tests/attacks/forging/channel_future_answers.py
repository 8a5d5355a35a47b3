# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|CRASHED
"""Answers a thousand calls before they are made."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    for serial in range(1, 1000):
        send(["answer", serial, "returned", images * 0, []])
    os._exit(0)
