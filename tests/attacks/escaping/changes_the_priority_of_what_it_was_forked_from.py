# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Leaves marks in the priority and processor of the process that all checks are forked from."""

import os

done = []


def marks():
    return [os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0))]


AT_FIRST = marks()


def carry():
    if done:
        return
    done.append(True)
    if (now := marks()) != AT_FIRST:
        raise RuntimeError(f"ESCAPED: another check left {now}, not {AT_FIRST}")
    for change in (
        lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 7),
        lambda: os.sched_setaffinity(os.getppid(), {min(os.sched_getaffinity(0))}),
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
