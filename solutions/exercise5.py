"""Reference solution of exercise 5, a Learner from scratch."""

from types import SimpleNamespace

import torch
from torch import nn


def simple_net():
    """784 → 30 → 1 with a ReLU between."""
    return nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1))


class Learner:
    """Trains a model on dls.train, measures it on dls.valid, and keeps a record of both."""

    def __init__(self, dls, model, opt_func, loss_func, metrics=()):
        self.dls, self.model, self.opt_func = dls, model, opt_func
        self.loss_func, self.metrics = loss_func, metrics
        self.recorder = SimpleNamespace(epochs=[], batch_losses=[])

    def fit(self, n_epochs, lr):
        """Train for n_epochs with one optimizer, and validate after each epoch."""
        opt = self.opt_func(self.model.parameters(), lr)
        names = ["train_loss", "valid_loss", *(metric.__name__ for metric in self.metrics)]
        for _ in range(n_epochs):
            numbers = (self._train_epoch(opt), *self.validate())
            self.recorder.epochs.append(dict(zip(names, numbers, strict=True)))

    def _train_epoch(self, opt):
        """One step per batch; the mean of the losses, weighted by batch size."""
        self.model.train()
        total, count = 0.0, 0
        for xb, yb in self._moved(self.dls.train):
            loss = self.loss_func(self.model(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
            self.recorder.batch_losses.append(loss.item())
            total += self.recorder.batch_losses[-1] * len(xb)
            count += len(xb)
        return total / count

    @torch.no_grad()
    def validate(self):
        """(loss, metrics …) on the validation batches, weighted by batch size; Nones where there are none."""
        self.model.eval()
        measures = (self.loss_func, *self.metrics)
        totals, count = [0.0] * len(measures), 0
        for xb, yb in self._moved(self.dls.valid):
            preds = self.model(xb)
            for place, measure in enumerate(measures):
                totals[place] += float(measure(preds, yb)) * len(xb)
            count += len(xb)
        return tuple(total / count if count else None for total in totals)

    @torch.no_grad()
    def predict(self, x):
        """Raw outputs in eval mode; afterwards the model is in the mode it was in."""
        was_training = self.model.training
        self.model.eval()
        preds = self.model(x)
        self.model.train(was_training)
        return preds

    def _moved(self, batches):
        """The batches, on the model's device."""
        device = next(self.model.parameters()).device
        for xb, yb in batches:
            yield xb.to(device), yb.to(device)
