"""Reference solution of exercise 4, the SGD loop."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def init_params(size, std=1.0):
    """Normal numbers times std, a float32 leaf that requires gradients."""
    return (torch.randn(size) * std).requires_grad_()


def linear1(xb, weights, bias):
    """(n, k) @ (k, m) + bias."""
    return xb @ weights + bias


def quadratic(t, params):
    """a·t² + b·t + c."""
    a, b, c = params
    return a * t**2 + b * t + c


def mse(preds, targets):
    """Mean squared error, 0-d."""
    return ((preds - targets) ** 2).mean()


def fit_quadratic(time, speed, lr, steps, params):
    """Gradient descent on the mse; (new params, the loss before each step)."""
    params = params.detach().clone().requires_grad_()
    losses = []
    for _ in range(steps):
        loss = mse(quadratic(time, params), speed)
        losses.append(loss.item())
        (slopes,) = torch.autograd.grad(loss, params)
        with torch.no_grad():
            params -= lr * slopes
    return params.detach(), losses


def make_dataset(x, y):
    """A list of pairs."""
    return [(x[i], y[i]) for i in range(len(x))]


class Minibatches:
    """Batches of x and y, one epoch each time it is gone through."""

    def __init__(self, x, y, batch_size, shuffle, generator):
        self.x, self.y, self.batch_size, self.shuffle, self.generator = x, y, batch_size, shuffle, generator

    def __len__(self):
        return -(-len(self.x) // self.batch_size)

    def __iter__(self):
        n = len(self.x)
        order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
        for start in range(0, n, self.batch_size):
            batch = order[start : start + self.batch_size]
            yield self.x[batch], self.y[batch]


def minibatches(x, y, batch_size, shuffle=False, generator=None):
    """Batches of (x, y), in order or shuffled anew in every epoch."""
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; it has to be at least 1")
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} rows and y has {len(y)}; they have to be the same")
    return Minibatches(x, y, batch_size, shuffle, generator)


class BasicOptim:
    """Plain SGD: p -= lr · gradient."""

    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def step(self):
        """Move each parameter that has a gradient, in place."""
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        """Forget all gradients."""
        for p in self.params:
            p.grad = None


def train_epoch(model, dl, loss_func, opt):
    """One update for each batch."""
    for xb, yb in dl:
        loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()


def batch_accuracy(xb, yb):
    """Share of right answers of raw outputs."""
    return ((torch.sigmoid(xb) > 0.5) == yb).float().mean()


def validate_epoch(model, valid_dl):
    """Mean batch accuracy, a float rounded to 4 places."""
    accuracies = [batch_accuracy(model(xb), yb) for xb, yb in valid_dl]
    return round(torch.stack(accuracies).mean().item(), 4)


def train_3s_and_7s(train_x, train_y, epochs, lr):
    """A linear model, trained in batches of 256; (m, 784) → (m, 1)."""
    weights, bias = init_params((784, 1)), init_params(1)

    def model(xb):
        return linear1(xb, weights, bias)

    dl, opt = minibatches(train_x, train_y, 256), BasicOptim([weights, bias], lr)
    for _ in range(epochs):
        train_epoch(model, dl, binary_cross_entropy_with_logits, opt)
    return model
