# tier: 0
# message: The next line is 0.30
"""Brighter, or darker, than the threshold with the best score on the training images."""

import torch


def train_segmenter(images, masks, *, device, seed):
    there = masks.flatten(1) > 0
    best = (-1.0, 0.0, 1.0)
    for threshold in range(0, 256, 16):
        for sign in (1.0, -1.0):
            said = (sign * (images - threshold / 255) > 0).flatten(1)
            common, either = (said & there).sum(1), (said | there).sum(1)
            exceeded = sum((20 * common > k * either).double() for k in range(10, 20)) / 10
            score = torch.where(there.any(1), exceeded, (~said.any(1)).double()).mean().item()
            best = max(best, (score, threshold / 255, sign))
    _, threshold, sign = best
    return lambda x: sign * (x - threshold)
