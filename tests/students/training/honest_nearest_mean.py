# tier: 0
"""The chapter's baseline for ten digits: the nearest mean image, by mean absolute difference."""

import torch


def train(images, labels, *, device, seed):
    means = torch.stack([images[labels == digit].float().mean(0) for digit in range(10)])

    def predict(asked):
        return torch.stack([-(asked.float() - mean).abs().mean((1, 2)) for mean in means], dim=1)

    return predict
