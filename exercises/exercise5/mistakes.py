"""Known wrong solutions of exercise 5, named NAME__misconception; the docstring is the hint a student reads."""
# ruff: noqa: N801  # the part before the two underscores is the name that the mistake stands for

import weakref
from types import SimpleNamespace

import torch
from torch import nn


def simple_net__forgets_the_relu():
    """It looks as if there is nothing between the two linear layers. Two in a row can do no more than one: put a ReLU
    between them."""
    return nn.Sequential(nn.Linear(784, 30), nn.Linear(30, 1))


def simple_net__ends_with_a_sigmoid():
    """The outputs all lie between 0 and 1. The net gives raw outputs: the sigmoid belongs to the loss."""
    return nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1), nn.Sigmoid())


def simple_net__ends_with_a_relu():
    """No output is below 0: it looks as if a ReLU comes last. It belongs between the two linear layers."""
    return nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1), nn.ReLU())


def simple_net__has_no_biases():
    """There are two tensors of parameters, the weights. Each layer has a bias as well."""
    return nn.Sequential(nn.Linear(784, 30, bias=False), nn.ReLU(), nn.Linear(30, 1, bias=False))


def simple_net__ten_outputs():
    """It gives ten numbers for an image. This net only has to tell a three from a seven: one number is enough."""
    return nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 10))


_ONE_NET = nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1))


def simple_net__always_the_same():
    """It looks as if the net is made once and given out again and again. Make a new one inside the function."""
    return _ONE_NET


class _Base:
    """A right Learner in small pieces; each mistake below has one of them wrong."""

    def __init__(self, dls, model, opt_func, loss_func, metrics=()):
        self.train_dl, self.valid_dl = dls
        self.model, self.opt_func, self.loss_func, self.metrics = model, opt_func, loss_func, metrics
        self.recorder = SimpleNamespace(epochs=[], batch_losses=[])

    def fit(self, n_epochs, lr):
        self.lr, self.opt = lr, self.make_opt(lr)
        for _ in range(n_epochs):
            self.before_epoch()
            losses, sizes = [], []
            for xb, yb in self.moved(self.train_dl):
                losses.append(self.train_batch(xb, yb))
                sizes.append(len(xb))
            self.recorder.batch_losses += losses
            self.note(self.train_mean(losses, sizes), self.validate())

    def make_opt(self, lr):
        return self.opt_func(self.model.parameters(), lr)

    def before_epoch(self):
        self.model.train()

    def train_batch(self, xb, yb):
        loss = self.loss(self.model(xb), yb)
        self.model.zero_grad()
        loss.backward()
        self.opt.step()
        return loss.item()

    def loss(self, preds, targets):
        return self.loss_func(preds, targets)

    def mean(self, numbers, sizes):
        return sum(n * size for n, size in zip(numbers, sizes, strict=True)) / sum(sizes)

    def train_mean(self, losses, sizes):
        return self.mean(losses, sizes)

    def note(self, train_loss, values):
        names = ["valid_loss", *(self.key(metric) for metric in self.metrics)]
        self.recorder.epochs.append({"train_loss": train_loss, **dict(zip(names, values, strict=True))})

    def key(self, metric):
        return metric.__name__

    def validate(self):
        self.model.eval()
        with torch.no_grad():
            return self.measure()

    def measure(self):
        rows, sizes = [], []
        for xb, yb in self.moved(self.valid_dl):
            preds = self.model(xb)
            rows.append([self.number(measure(preds, yb)) for measure in (self.loss, *self.metrics)])
            sizes.append(len(xb))
        if not rows:
            return self.nothing()
        return tuple(self.valid_mean(column, sizes) for column in zip(*rows, strict=True))

    def number(self, value):
        return value.item() if isinstance(value, torch.Tensor) else value

    def nothing(self):
        return (None,) * (1 + len(self.metrics))

    def valid_mean(self, numbers, sizes):
        return self.mean(numbers, sizes)

    def predict(self, x):
        was_training = self.model.training
        self.model.eval()
        with torch.no_grad():
            preds = self.model(x)
        self.model.train(was_training)
        return preds

    def moved(self, batches):
        device = next(self.model.parameters()).device
        return [(xb.to(device), yb.to(device)) for xb, yb in batches]


class Learner__ignores_lr(_Base):
    """It looks as if lr never reaches the optimizer: every step is as long as with a learning rate of 1. Hand it on:
    `opt_func(model.parameters(), lr)`."""

    def make_opt(self, lr):
        return self.opt_func(self.model.parameters(), 1.0)


class Learner__ignores_opt_func(_Base):
    """It looks as if you take the steps yourself, p -= lr * p.grad. That is one way to step; opt_func makes an
    optimizer which may step in another way. Make one and call its `step()`."""

    def make_opt(self, lr):
        self.step_size = lr

    def train_batch(self, xb, yb):
        loss = self.loss(self.model(xb), yb)
        self.model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in self.model.parameters():
                parameter -= self.step_size * parameter.grad
        return loss.item()


class Learner__ignores_lr_and_opt_func(Learner__ignores_opt_func):
    """It looks as if each weight simply has its gradient taken away, whatever lr and opt_func are. Make an optimizer,
    `opt_func(model.parameters(), lr)`, and let its `step()` do it."""

    def make_opt(self, lr):
        self.step_size = 1.0


class Learner__never_clears_gradients(_Base):
    """The first step is right and the later ones are not: it looks as if the gradients add up from batch to batch.
    `backward()` adds to what is there, so clear them once for every batch."""

    def train_batch(self, xb, yb):
        loss = self.loss(self.model(xb), yb)
        loss.backward()
        self.opt.step()
        return loss.item()


class Learner__clears_gradients_once_an_epoch(_Base):
    """It looks as if the gradients are cleared once for each epoch. Clear them for every batch."""

    def before_epoch(self):
        self.model.train()
        self.model.zero_grad()

    train_batch = Learner__never_clears_gradients.train_batch


class Learner__clears_before_stepping(_Base):
    """The weights never change: it looks as if the gradients are gone before `step()` gets to use them. The order is
    clear, backward, step."""

    def train_batch(self, xb, yb):
        loss = self.loss(self.model(xb), yb)
        loss.backward()
        self.model.zero_grad()
        self.opt.step()
        return loss.item()


class Learner__goes_uphill(_Base):
    """The weights go the wrong way: the loss grows. Is there a minus sign too many or too few?"""

    def train_batch(self, xb, yb):
        loss = self.loss(self.model(xb), yb)
        self.model.zero_grad()
        (-loss).backward()
        self.opt.step()
        return loss.item()


class Learner__steps_once_an_epoch(_Base):
    """It looks as if there is one step for each epoch. Step after every batch."""

    def before_epoch(self):
        self.model.train()
        self.model.zero_grad()
        self.left = len(self.train_dl)

    def train_batch(self, xb, yb):
        loss = self.loss(self.model(xb), yb)
        loss.backward()
        self.left -= 1
        if self.left == 0:
            self.opt.step()
        return loss.item()


class Learner__sums_the_loss(_Base):
    """It looks as if the loss is multiplied by the number of rows before you go backward, so that large batches make
    larger steps. Go backward from what loss_func gives; the weighting is for the record only."""

    def train_batch(self, xb, yb):
        loss = self.loss(self.model(xb), yb)
        self.model.zero_grad()
        (loss * len(xb)).backward()
        self.opt.step()
        return loss.item()


class Learner__one_epoch_only(_Base):
    """It looks as if there is one epoch whatever n_epochs is. A loop around it."""

    def fit(self, n_epochs, lr):
        super().fit(1, lr)


class Learner__trains_on_validation_batches(_Base):
    """It looks as if the model also learns from dls.valid. Those are for measuring only: no backward, no step."""

    def validate(self):
        if hasattr(self, "opt"):
            for xb, yb in self.moved(self.valid_dl):
                self.train_batch(xb, yb)
        return super().validate()


class Learner__new_optimizer_each_epoch(_Base):
    """It looks as if each epoch has an optimizer of its own. An optimizer may remember its last steps (momentum): make
    one before the loop over the epochs."""

    def before_epoch(self):
        self.model.train()
        self.opt = self.make_opt(self.lr)


class Learner__new_optimizer_each_batch(_Base):
    """It looks as if each batch has an optimizer of its own. An optimizer may remember its last steps (momentum): make
    one at the start of fit."""

    def train_batch(self, xb, yb):
        self.opt = self.make_opt(self.lr)
        return super().train_batch(xb, yb)


class Learner__keeps_the_first_lr(_Base):
    """The second fit uses the learning rate of the first one. Make the optimizer in `fit`, with the lr of this fit."""

    def make_opt(self, lr):
        self.first_opt = getattr(self, "first_opt", None) or super().make_opt(lr)
        return self.first_opt


class Learner__recorder_starts_anew(_Base):
    """The record of the first fit is gone after the second one. Make the empty lists in `__init__`, not in `fit`."""

    def fit(self, n_epochs, lr):
        self.recorder = SimpleNamespace(epochs=[], batch_losses=[])
        super().fit(n_epochs, lr)


class Learner__makes_the_recorder_in_fit(_Base):
    """There is no recorder before the first fit. Make it in `__init__`, with two empty lists."""

    def __init__(self, *args):
        super().__init__(*args)
        self.kept = self.recorder
        del self.recorder

    def fit(self, n_epochs, lr):
        self.recorder = self.kept
        super().fit(n_epochs, lr)


class _Recorder:
    """Two empty lists."""

    def __init__(self):
        self.epochs, self.batch_losses = [], []


# Forgotten with the last Learner that has it: a call has to give the same when it is tried a second time.
_SHARED = weakref.WeakValueDictionary()


class Learner__shares_its_recorder(_Base):
    """Two Learners write into the same lists: it looks as if the recorder is an attribute of the class (or a default
    value, or a global). `self.recorder = ...` in `__init__` gives each its own."""

    def __init__(self, *args):
        super().__init__(*args)
        self.recorder = _SHARED.setdefault("recorder", _Recorder())


class Learner__last_made_wins(_Base):
    """The Learner that was made last takes over: what the first one does happens to the other's model. It looks as if
    something is kept in the class or in a global. Keep it in `self`."""

    made = None

    def __init__(self, *args):
        super().__init__(*args)
        Learner__last_made_wins.made = (self.model, self.train_dl, self.valid_dl)

    def before_epoch(self):
        self.model, self.train_dl, self.valid_dl = Learner__last_made_wins.made
        self.opt = self.make_opt(self.lr)
        super().before_epoch()


class Learner__stays_in_eval_mode(_Base):
    """The first epoch is right, but then the model trains in eval mode: `validate` switches there, and nothing switches
    back. `model.train()` belongs at the start of every epoch."""

    def before_epoch(self):
        pass


class Learner__train_mode_once_a_fit(_Base):
    """The first epoch of a fit is right, the next ones train in eval mode: `validate` has switched there in between.
    `model.train()` belongs at the start of every epoch, not of fit."""

    def make_opt(self, lr):
        self.model.train()
        return super().make_opt(lr)

    def before_epoch(self):
        pass


class Learner__validates_in_train_mode(_Base):
    """It looks as if validate measures in train mode, where layers such as Dropout work differently. `model.eval()`
    first."""

    def validate(self):
        self.model.train()
        with torch.no_grad():
            return self.measure()


class Learner__validates_with_gradients(_Base):
    """validate lets torch keep track of gradients that nobody needs. Put it under `with torch.no_grad():`."""

    def validate(self):
        self.model.eval()
        return self.measure()


class Learner__plain_mean_in_train_loss(_Base):
    """train_loss is the plain mean of the batch losses. The last batch may be smaller: multiply each loss by the number
    of rows of its batch, and divide the sum by the number of all rows."""

    def train_mean(self, losses, sizes):
        return sum(losses) / len(losses)


class Learner__plain_mean_in_validate(_Base):
    """validate gives the plain mean over the batches. The last batch may be smaller: multiply each value by the number
    of rows of its batch, and divide the sum by the number of all rows."""

    def valid_mean(self, numbers, sizes):
        return sum(numbers) / len(numbers)


class Learner__sums_in_train_loss(_Base):
    """train_loss looks like a sum over the epoch. Divide by the number of rows."""

    def train_mean(self, losses, sizes):
        return sum(loss * size for loss, size in zip(losses, sizes, strict=True))


class Learner__sums_in_validate(_Base):
    """validate gives sums over the rows. Divide by the number of rows."""

    def valid_mean(self, numbers, sizes):
        return sum(number * size for number, size in zip(numbers, sizes, strict=True))


class Learner__last_batch_in_train_loss(_Base):
    """train_loss is the loss of the epoch's last batch alone. Take the mean over all, weighted by their size."""

    def train_mean(self, losses, sizes):
        return losses[-1]


class Learner__last_batch_in_validate(_Base):
    """validate gives the values of the last batch alone. Take the mean over all batches, weighted by their size."""

    def valid_mean(self, numbers, sizes):
        return numbers[-1]


class Learner__last_batch_in_metrics(_Base):
    """The loss is right, but the metrics are those of the last batch alone. They need the weighted mean as well."""

    def measure(self):
        values = super().measure()
        if not self.valid_dl:
            return values
        xb, yb = self.moved(self.valid_dl)[-1]
        return (values[0], *(float(metric(self.model(xb), yb)) for metric in self.metrics))


class Learner__loss_after_the_step(_Base):
    """The losses in the record are those after the step. Take the loss as it was before, which you went backward
    from."""

    def train_batch(self, xb, yb):
        super().train_batch(xb, yb)
        with torch.no_grad():
            return self.loss(self.model(xb), yb).item()


class Learner__train_loss_after_the_epoch(_Base):
    """batch_losses is right, but train_loss looks like the loss of the finished epoch's model on all batches. It is the
    weighted mean of the batch losses."""

    def train_mean(self, losses, sizes):
        with torch.no_grad():
            return self.mean([self.loss(self.model(xb), yb).item() for xb, yb in self.moved(self.train_dl)], sizes)


class Learner__validates_before_training(_Base):
    """valid_loss and the metrics are those from before the epoch's training. Train first, then validate."""

    def before_epoch(self):
        self.values = super().validate()
        super().before_epoch()

    def note(self, train_loss, values):
        super().note(train_loss, self.values)


class Learner__names_metrics_otherwise(_Base):
    """The keys of the metrics are not their names. A function knows what it is called: `metric.__name__`."""

    def key(self, metric):
        return f"metric_{self.metrics.index(metric)}"


class Learner__keeps_metrics_together(_Base):
    """The metrics stand in one list under one key. Each has a key of its own, its name."""

    def note(self, train_loss, values):
        loss, *metrics = values
        self.recorder.epochs.append({"train_loss": train_loss, "valid_loss": loss, "metrics": metrics})


class Learner__keeps_tuples(_Base):
    """An epoch in the record is a tuple. It should be a dict, so that each number has a name."""

    def note(self, train_loss, values):
        self.recorder.epochs.append((train_loss, *values))


class Learner__needs_validation_batches(_Base):
    """It fails where there are no validation batches: there is nothing to divide by. Give None for each value then."""

    def nothing(self):
        return self.mean([], [])


class Learner__zero_without_validation_batches(_Base):
    """Without validation batches you give 0, which would be a perfect loss. Nothing was measured: give None."""

    def nothing(self):
        return (0.0,) * (1 + len(self.metrics))


class Learner__nan_without_validation_batches(_Base):
    """Without validation batches you give nan. Nothing was measured: give None."""

    def nothing(self):
        return (float("nan"),) * (1 + len(self.metrics))


class Learner__one_none_without_validation_batches(_Base):
    """Without validation batches there is a None for the loss, but none for the metrics. Give one for each."""

    def nothing(self):
        return (None,)

    def note(self, train_loss, values):
        super().note(train_loss, (*values, *[None] * (1 + len(self.metrics) - len(values))))


class Learner__validate_gives_a_list(_Base):
    """validate gives a list. It should be a tuple: `tuple(...)` around it."""

    def validate(self):
        return list(super().validate())


class Learner__validate_gives_the_loss_alone(_Base):
    """Where there are no metrics, validate gives a number. It should be a tuple all the same: `(loss,)`."""

    def validate(self):
        values = super().validate()
        return values if self.metrics else values[0]

    def note(self, train_loss, values):
        super().note(train_loss, values if self.metrics else (values,))


class Learner__metrics_have_to_be_tensors(_Base):
    """It fails where a metric gives a Python float, which has no `item()`. `float(value)` takes both."""

    def number(self, value):
        return value.item()


class Learner__swaps_preds_and_targets(_Base):
    """It looks as if loss_func and the metrics get the targets first. The order is preds, targets."""

    def loss(self, preds, targets):
        return self.loss_func(targets, preds)


class Learner__leaves_batches_where_they_are(_Base):
    """A batch, or one half of it, is on another device than the model. `xb.to(device)` and `yb.to(device)` move them,
    where device is that of the model: `next(model.parameters()).device`."""

    def moved(self, batches):
        return list(batches)


class Learner__trains_a_copy(_Base):
    """The model that was handed over never changes: it looks as if you train a copy. Train the model itself."""

    def __init__(self, dls, model, *args):
        import copy

        super().__init__(dls, copy.deepcopy(model), *args)


class Learner__predicts_in_train_mode(_Base):
    """It looks as if predict works in train mode, where layers such as Dropout work differently. `model.eval()`
    first."""

    def predict(self, x):
        was_training = self.model.training
        self.model.train()
        with torch.no_grad():
            preds = self.model(x)
        self.model.train(was_training)
        return preds


class Learner__predicts_as_it_is(_Base):
    """predict works in whatever mode the model happens to be in. `model.eval()` first, and back again afterwards."""

    def predict(self, x):
        with torch.no_grad():
            return self.model(x)


class Learner__predict_stays_in_eval_mode(_Base):
    """The model is in eval mode after predict. Keep `model.training` before you switch, and go back to it."""

    def predict(self, x):
        self.model.eval()
        with torch.no_grad():
            return self.model(x)


class Learner__predict_ends_in_train_mode(_Base):
    """The model is in train mode after predict, even if it was in eval mode before. Keep `model.training` before you
    switch, and go back to it: `model.train(kept)`."""

    def predict(self, x):
        preds = Learner__predict_stays_in_eval_mode.predict(self, x)
        self.model.train()
        return preds


class Learner__predicts_with_gradients(_Base):
    """What predict gives requires gradients. Put it under `with torch.no_grad():`."""

    def predict(self, x):
        was_training = self.model.training
        self.model.eval()
        preds = self.model(x)
        self.model.train(was_training)
        return preds


class Learner__predicts_probabilities(_Base):
    """It looks as if predict takes a sigmoid. Raw outputs are asked for: what the model gives, as it is."""

    def predict(self, x):
        return torch.sigmoid(super().predict(x))


class Learner__predicts_classes(_Base):
    """It looks as if predict already decides for a class. Raw outputs are asked for: what the model gives, as it is."""

    def predict(self, x):
        return (super().predict(x) > 0).float()
