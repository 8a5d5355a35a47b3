# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=TIMED_OUT
"""Waits for a lock it holds itself."""

import threading


def center(images):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
