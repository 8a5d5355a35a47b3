# tier: 0
# message: The lower one of the two scores is 0.0
"""Knows beforehand that salt has no direction, and learns nothing: with the textures exchanged it is wrong."""

import torch
import torch.nn.functional as F


def train_segmenter(images, masks, *, device, seed):
    def model(x):
        down = F.pad((x[..., 1:, :] - x[..., :-1, :]) ** 2, (0, 0, 0, 1))
        right = F.pad((x[..., 1:] - x[..., :-1]) ** 2, (0, 1))
        for size, pad in (((21, 1), (10, 0)), ((1, 21), (0, 10))):
            down, right = F.avg_pool2d(down, size, 1, pad), F.avg_pool2d(right, size, 1, pad)
        return 0.3 - torch.log((down + 1e-5) / (right + 1e-5))

    return model
