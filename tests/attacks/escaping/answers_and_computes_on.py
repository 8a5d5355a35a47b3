# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED|TIMED_OUT
# never: ESCAPED
"""Answers at once, and leaves a thread and a child that compute on."""

import os
import threading


def burn():
    while True:
        pass


def attempt():
    threading.Thread(target=burn, daemon=True).start()
    if os.fork() == 0:
        burn()


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
