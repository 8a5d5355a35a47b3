# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED|CRASHED
"""Answers itself, twice, in the protocol's own form."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


calls = []


def center(images):
    calls.append(1)
    for _ in range(2):
        send(['answer', len(calls), 'returned', images * 0, []])
    return images * 0
