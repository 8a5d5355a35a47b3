# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=CRASHED
"""Calls back functions that the judge has never given, with arguments that are code."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


def center(images):
    for number in (0, -1, 2**70, True):
        send(["callback", number, ["__import__('os').system('true')"]])
    return images
