# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Counts in the process that all checks are forked from, by sending it signals that it handles."""

import os
import signal
import time

count = [0]


def handle(number, frame):
    count[0] += 1


signal.signal(signal.SIGUSR1, handle)
done = []


def carry():
    if done:
        return
    done.append(True)
    if count[0]:
        raise RuntimeError(f"ESCAPED: another check counted to {count[0]}")
    try:
        os.kill(os.getppid(), signal.SIGUSR1)
    except OSError:
        pass
    time.sleep(0.05)


def rank(x):
    carry()
    return x.ndim


def center(images):
    carry()
    return images - images.mean(0)


def pairwise_differences(a, b):
    carry()
    return a[:, None] - b
