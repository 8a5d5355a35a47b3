# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Leaves a thread that is no daemon running when it returns."""

import threading

started = []


def center(images):
    if not started:
        started.append(threading.Thread(target=threading.Event().wait).start())
    return images - images.mean(0)
