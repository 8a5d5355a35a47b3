# tier: 3
"""Three convolutions with stride 2, and one interpolation back: enough for all lines, in a few seconds."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for a, b, stride in ((1, 16, 2), (16, 32, 2), (32, 32, 2), (32, 32, 1)):
            layers += [nn.Conv2d(a, b, 5, stride, 2), nn.BatchNorm2d(b), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Conv2d(32, 1, 1))

    def forward(self, x):
        return F.interpolate(self.layers(x - 0.5), (101, 101), mode="bilinear")[:, 0]


def train_segmenter(images, masks, *, device, seed):
    torch.manual_seed(seed)
    model, masks = Net(), masks[:, 0].float()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(10):
        for batch in torch.randperm(len(images)).split(16):
            loss = F.binary_cross_entropy_with_logits(model(images[batch]), masks[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model
