# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Leaves marks in the limits of the process that all checks are forked from."""

import os
import resource

done = []


def marks():
    return resource.getrlimit(resource.RLIMIT_STACK)


AT_FIRST = marks()


def carry():
    if done:
        return
    done.append(True)
    if (now := marks()) != AT_FIRST:
        raise RuntimeError(f"ESCAPED: another check left {now}, not {AT_FIRST}")
    for change in (lambda: resource.prlimit(os.getppid(), resource.RLIMIT_STACK, (1 << 20, 1 << 20)),):
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
