# verdict: OUT_OF_MEMORY
# limits: memory_mib=512
"""Asks for four gigabytes."""

import torch


def train_segmenter(images, masks, *, device, seed):
    return torch.ones(4000, 1000, 256)
