"""fastai's `SGD` and `Learner`: a training loop with a record of its losses and metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.guest.standins.lists import collection
from grader.guest.standins.origin import library

_SMOOTHING = 0.98  # of the training loss, as fastai's recorder does


@library("fastai.optimizer")
class Optimizer:
    """Stochastic gradient descent over one list of parameters, or several.

    `hypers` holds "lr", "mom" and "wd" of each list; with `decouple_wd` weight decay shrinks the parameters and not
    their gradients.
    """

    def __init__(self, params: Any, lr: float, mom: float, wd: float, decouple_wd: bool) -> None:
        make = collection()
        given = make(params)
        groups = given if len(given) and isinstance(given[0], list | make) else [given]
        self.param_lists = make([make(group) for group in groups])
        self.hypers = make([{"lr": lr, "mom": mom, "wd": wd} for _ in groups])
        self.decouple_wd = decouple_wd
        self.state: dict[Any, Any] = {}

    def step(self) -> None:
        """Change each parameter that has a gradient."""
        for params, hyper in zip(self.param_lists, self.hypers, strict=True):
            for param in params:
                if param.grad is not None:
                    self._change(param, **hyper)

    def _change(self, param: Any, lr: float, mom: float, wd: float) -> None:
        change = param.grad.data
        if wd and self.decouple_wd:
            param.data.mul_(1 - lr * wd)
        elif wd:
            change = change + wd * param.data
        if mom:
            change = self.state[param] = mom * self.state.get(param, 0.0) + change
        param.data.sub_(change, alpha=lr)

    def zero_grad(self) -> None:
        """Set gradients to zero."""
        for params in self.param_lists:
            for param in params:
                if param.grad is not None:
                    param.grad.detach_().zero_()

    def set_hypers(self, **values: float) -> None:
        """Give all lists the same new `lr`, `mom` or `wd`."""
        for hyper in self.hypers:
            hyper.update(values)


@library("fastai.optimizer")
def SGD(params: Any, lr: float, mom: float = 0.0, wd: float = 0.0, decouple_wd: bool = True) -> Optimizer:  # noqa: N802  # fastai's name
    """An optimizer that subtracts `lr` times the gradient, with momentum `mom` and weight decay `wd`."""
    return Optimizer(params, lr, mom, wd, decouple_wd)


@library("fastai.learner")
class Recorder:
    """`values` has for each epoch of the last fit: training loss (smoothed), validation loss, each metric."""

    def __init__(self) -> None:
        self.values: list[Any] = []


@library("fastai.learner")
class Learner:
    """Trains `model` on `dls.train` and measures it on `dls.valid` after each epoch.

    `metrics` is a function of predictions and targets, or a list of them. Without `opt_func` it is Adam with fastai's
    settings.
    """

    def __init__(
        self,
        dls: Any,
        model: Any,
        loss_func: Callable[..., Any] | None = None,
        opt_func: Callable[..., Any] | None = None,
        lr: float = 0.001,
        metrics: Any = None,
    ) -> None:
        assert loss_func is not None, "Learner needs a loss function here: Learner(dls, model, loss_func=...)"
        self.dls, self.model, self.loss_func, self.lr = dls, model, loss_func, lr
        self.opt_func = opt_func or _adam
        self.metrics = collection()(metrics)
        self.opt: Any = None
        self.recorder = Recorder()

    def fit(self, n_epoch: int, lr: float | None = None) -> None:
        """Train for `n_epoch` epochs with learning rate `lr` (without one, the learner's own)."""
        params = [param for param in self.model.parameters() if param.requires_grad]
        self.opt = self.opt_func(params, lr=self.lr if lr is None else lr)
        self.recorder.values = []
        smooth, batches = 0.0, 0
        for _ in range(n_epoch):
            self.model.train()
            for *xb, yb in self.dls.train:
                loss = self.loss_func(self.model(*xb), yb)
                loss.backward()
                self.opt.step()
                self.opt.zero_grad()
                smooth, batches = _SMOOTHING * smooth + (1 - _SMOOTHING) * loss.item(), batches + 1
            mean = smooth / (1 - _SMOOTHING**batches) if batches else None
            self.recorder.values.append(collection()([mean, *self.validate()]))

    def validate(self, ds_idx: int = 1, dl: Any = None) -> Any:
        """The loss and each metric on loader number `ds_idx` or on `dl`, means over all rows, as an L of floats."""
        import torch

        sums, rows = [0.0] * (1 + len(self.metrics)), 0
        self.model.eval()
        with torch.no_grad():
            for *xb, yb in self.dls[ds_idx] if dl is None else dl:
                predicted = self.model(*xb)
                found = [float(measure(predicted, yb)) for measure in (self.loss_func, *self.metrics)]
                sums = [total + value * len(yb) for total, value in zip(sums, found, strict=True)]
                rows += len(yb)
        return collection()([total / rows if rows else None for total in sums])


def _adam(params: Any, lr: float) -> Any:
    import torch

    return torch.optim.AdamW(params, lr, betas=(0.9, 0.99), eps=1e-5, weight_decay=0.01)
