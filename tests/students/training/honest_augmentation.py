# tier: 5
"""Every batch is turned, moved, scaled and bent a little: augmentation by rotation, shift and elastic waves."""

import torch
from torch import nn
from torch.nn import functional as F


def augmented(x):
    n = len(x)
    angle = (torch.rand(n) - 0.5) * 0.35
    scale = 1 + (torch.rand(n) - 0.5) * 0.2
    shift = (torch.rand(n, 2) - 0.5) * 0.2
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.stack([torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)], 1)
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    waves = F.interpolate((torch.rand(n, 2, 5, 5) - 0.5) * 0.14, size=(28, 28), mode="bilinear", align_corners=False)
    return F.grid_sample(x, grid + waves.permute(0, 2, 3, 1), align_corners=False)


def train(images, labels, *, device, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
        nn.Flatten(), nn.Linear(1024, 10),
    ).to(device)  # fmt: skip
    x, y = images[:, None].float() / 255, labels
    epochs, size = 2, 128
    opt = torch.optim.AdamW(model.parameters(), lr=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(opt, 0.01, total_steps=epochs * (len(x) // size) + 1)
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x) - size + 1, size):
            batch = order[start : start + size]
            loss = F.cross_entropy(model(augmented(x[batch]).to(device)), y[batch].to(device))
            opt.zero_grad()
            loss.backward()
            opt.step()
            rate.step()
    model.eval()
    return lambda asked: model(asked.to(device)[:, None].float() / 255)
