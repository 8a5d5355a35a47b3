# verdict: TIMED_OUT
# limits: cpu_s=1, wall_s=2
"""Waits for something that never comes."""

import threading


def train_segmenter(images, masks, *, device, seed):
    threading.Event().wait()
