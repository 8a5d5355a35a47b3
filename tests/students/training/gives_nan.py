# verdict: FAILED
# message: gives NaN
"""The learning rate is so large that every weight becomes NaN."""

import torch


def train(images, labels, *, device, seed):
    model = torch.nn.Linear(784, 10)
    opt = torch.optim.SGD(model.parameters(), lr=1e38)
    for _ in range(100):
        loss = torch.nn.functional.cross_entropy(model(images[:100].reshape(100, 784).float()), labels[:100])
        opt.zero_grad()
        loss.backward()
        opt.step()
    return lambda asked: model(asked.reshape(-1, 784).float())
