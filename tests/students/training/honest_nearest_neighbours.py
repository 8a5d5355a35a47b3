# tier: 3|4
"""k nearest neighbours, k = 3, by squared distance, nearer ones count more."""

import torch


def train(images, labels, *, device, seed):
    known = images.to(device).reshape(-1, 784).float() / 255
    squares = (known**2).sum(1)
    labels = labels.to(device)

    def predict(asked):
        asked = asked.to(device).reshape(-1, 784).float() / 255
        distances = torch.addmm(squares, asked, known.T, alpha=-2) + (asked**2).sum(1, keepdim=True)
        nearest, places = distances.topk(3, dim=1, largest=False)
        votes = torch.zeros(len(asked), 10, device=device)
        return votes.scatter_add_(1, labels[places], 1 / (nearest.clamp(min=0) + 1e-3))

    return predict
