# verdict: OUT_OF_MEMORY|RAISED
# limits: memory_mib=1024
"""Keeps every image as float64, one hundred times."""

import torch


def train(images, labels, *, device, seed):
    kept = []
    for _ in range(100):
        kept.append(images.double())
    return kept
