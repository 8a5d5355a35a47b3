# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: processes=200
# expect: center=PASSED
"""Leaves a thread running when it returns."""

import threading
import time


def center(images):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    return images - images.mean(0)
