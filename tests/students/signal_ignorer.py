# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: center=TIMED_OUT
"""Ignores every signal that can be ignored and never returns."""

import signal


def center(images):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
