# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Sends a signal to every process there is."""

import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)


def attempt():
    for pid in (-1, 0):
        try:
            os.kill(pid, signal.SIGTERM)
        except OSError:
            continue


def rank(x):
    attempt()
    return x.ndim
