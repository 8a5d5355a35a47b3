# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Leaves marks in the flags and owners of the descriptors that all checks share."""

import fcntl
import os

done = []


def marks():
    return [
        [fcntl.fcntl(number, what) & ~os.O_NONBLOCK for number in (0, 1, 2)] for what in (fcntl.F_GETFL, fcntl.F_GETOWN)
    ]


AT_FIRST = marks()


def carry():
    if done:
        return
    done.append(True)
    if (now := marks()) != AT_FIRST:
        raise RuntimeError(f"ESCAPED: another check left {now}, not {AT_FIRST}")
    for change in (
        lambda: [fcntl.fcntl(number, fcntl.F_SETFL, os.O_APPEND) for number in (0, 1, 2)],
        lambda: [fcntl.fcntl(number, fcntl.F_SETOWN, os.getppid()) for number in (0, 1, 2)],
    ):
        try:
            change()
        except OSError:
            continue


def rank(x):
    carry()
    return x.ndim


def center(images):
    carry()
    return images - images.mean(0)


def pairwise_differences(a, b):
    carry()
    return a[:, None] - b
