# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: processes=200
# expect: center=PASSED
"""Leaves a thread that is no daemon running when it returns."""

import threading


def center(images):
    threading.Thread(target=threading.Event().wait).start()
    return images - images.mean(0)
