# verdict: TIMED_OUT
# limits: wall_s=4
"""Sleeps: uses no CPU time at all."""

import time


def train(images, labels, *, device, seed):
    time.sleep(100000)
