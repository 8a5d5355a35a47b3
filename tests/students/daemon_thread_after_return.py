# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Leaves a thread running when it returns."""

import threading
import time

started = []


def center(images):
    if not started:
        started.append(threading.Thread(target=time.sleep, args=(1000,), daemon=True).start())
    return images - images.mean(0)
