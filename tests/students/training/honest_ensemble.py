# tier: 4
"""Three small nets, each with its own beginning and order, vote by their probabilities."""

import torch
from torch import nn


def train(images, labels, *, device, seed):
    x, y = images.to(device).reshape(-1, 784).float() / 255, labels.to(device)
    models = []
    for number in range(3):
        torch.manual_seed(1000 * seed + number)
        model = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10)).to(device)
        opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for epoch in range(5):
            for group in opt.param_groups:
                group["lr"] = 0.1 * (1 - epoch / 5)
            for batch in torch.randperm(len(x)).split(128):
                loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
                opt.zero_grad()
                loss.backward()
                opt.step()
        models.append(model)

    def predict(asked):
        asked = asked.to(device).reshape(-1, 784).float() / 255
        return sum(model(asked).softmax(1) for model in models)

    return predict
