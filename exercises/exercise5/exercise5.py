"""Exercise 5: a Learner from scratch

So far you wrote the parts of the training loop one by one: batches, loss, gradients, step, validation. Now you put them
in one object, as fastai does: a Learner knows its data, its model, its loss and its metrics, and `learner.fit(5, 0.1)`
does the rest.

A few words that you will need:
- train mode and eval mode: some layers, such as nn.Dropout and nn.BatchNorm1d, work differently while a model trains.
  `model.train()` and `model.eval()` switch all layers of a model, and `model.training` says which mode it is in.
- device: where tensors lie, on the CPU or on a GPU. `tensor.to(device)` gives the tensor on that device, and
  `next(model.parameters()).device` is where the model is.

The batches you are given are never changed.

When a check fails you see the call. There `Linear([[2.0]], [0.5])` is an nn.Linear with this weight and this bias, and
`SGD` the plain optimizer of exercise 4 (`partial(SGD, factor=2.0, momentum=0.5)` one that makes longer steps and keeps
some of the last step).
"""

from collections import namedtuple

import torch
from torch import nn

# Training and validation batches: `dls.train` and `dls.valid`, or `dls[0]` and `dls[1]`, or `train, valid = dls`.
DataLoaders = namedtuple("DataLoaders", "train valid")


def simple_net():
    """The chapter's net: a linear layer from 784 to 30, a ReLU, and a linear layer from 30 to 1.

    Both layers have weights and a bias: four tensors with 23,581 numbers in all.
    Returns a new nn.Module each time it is called; it takes (n, 784) and gives raw outputs, (n, 1).

    >>> sum(p.numel() for p in simple_net().parameters())
    23581
    """
    raise NotImplementedError


class Learner:
    """Trains a model and keeps a record.

    dls: holds two collections of batches, `dls.train` and `dls.valid` (dls[0] and dls[1] will do as well, and so will
        `train, valid = dls`). A batch is a pair (xb, yb) of tensors. Batches differ in size. valid may be empty.
    model: an nn.Module. Train this one, not a copy.
    opt_func: makes an optimizer: `opt_func(model.parameters(), lr)`, or with `lr=lr`. Like those of torch.optim it has
        `step()` and `zero_grad()`.
    loss_func: `loss_func(preds, targets)` gives the mean loss of a batch, a 0-d tensor.
    metrics: functions; `metric(preds, targets)` gives one number, a 0-d tensor or a Python number. `metric.__name__` is
        its name.

    learner.recorder keeps what happened. It is there from the beginning, with two empty lists that grow with every
    epoch and every fit:
        recorder.epochs: a dict for each epoch with `train_loss`, `valid_loss` and one key for each metric, its name.
        recorder.batch_losses: the loss of each training batch.
    (A dict with the keys "epochs" and "batch_losses" will do as well.) The numbers in it are Python floats or 0-d
    tensors.

    Two Learners know nothing of each other.

    >>> dls = DataLoaders(train=[(torch.tensor([[1.0]]), torch.tensor([[2.0]]))], valid=[])
    >>> model = nn.Linear(1, 1, bias=False)
    >>> model.weight.data.zero_()
    tensor([[0.]])
    >>> learner = Learner(dls, model, torch.optim.SGD, nn.functional.mse_loss)
    >>> learner.fit(1, 0.25)
    >>> model.weight.data
    tensor([[1.]])
    >>> [float(loss) for loss in learner.recorder.batch_losses]
    [4.0]
    """

    def __init__(self, dls, model, opt_func, loss_func, metrics=()):
        raise NotImplementedError

    def fit(self, n_epochs, lr):
        """Train for n_epochs epochs with learning rate lr.

        Make one optimizer for the whole fit. In each epoch:
        - in train mode, for every batch of dls.train in order: move it to the model's device, predict, take the loss,
          clear the old gradients, go backward, step. The loss, as it was before the step, goes to
          recorder.batch_losses.
        - then validate, and add the epoch to recorder.epochs. train_loss is the mean of the epoch's batch losses where
          a batch of 6 rows counts twice as much as one of 3.

        A second fit goes on from where the first one ended.
        """
        raise NotImplementedError

    def validate(self):
        """Loss and metrics on dls.valid, in eval mode and without gradients (`torch.no_grad()`).

        Each is the mean over the batches (moved to the model's device), where a batch of 6 rows counts twice as much as
        one of 3.
        Returns a tuple: the loss, then one number for each metric. If there are no batches, each is None.
        """
        raise NotImplementedError

    def predict(self, x):
        """The model's raw outputs for x, in eval mode; the result does not require gradients.

        Afterwards the model is in the mode it was in before.
        """
        raise NotImplementedError
