# verdict: TIMED_OUT
# limits: cpu_s=3
"""The loop waits for a loss that never comes."""

import torch


def train(images, labels, *, device, seed):
    while torch.rand(1) > 0.0:
        pass
