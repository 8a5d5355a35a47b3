"""Runs beside the submission: hands over generators and a Learner, listens to torch, and returns plain data.

Each probe bears the name of what it tries, so that a report shows the call as a student would write it; what a probe
needs beside that call travels inside one of the arguments. `student` is put among the globals by whoever loads this
file.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

student: Any = globals()["student"]


def plain(value: Any) -> Any:
    """A tensor as it is now, without gradient; anything else goes back as it is, and is refused for its type."""
    return value.detach().clone() if isinstance(value, torch.Tensor) else value


# --- split ---


def split(labels: Any, valid_fraction: float, generator: Any) -> list[Any]:
    """[what came back, three numbers that torch, numpy and Python draw from their global generators afterwards].

    `generator` is [seed of the generator that is handed over, seed of the global ones].
    """
    seed, global_seed = generator
    torch.manual_seed(global_seed)
    np.random.seed(global_seed)
    random.seed(global_seed)
    found = student.split(labels, valid_fraction, torch.Generator().manual_seed(seed))
    drawn = [torch.rand(3).tolist(), np.random.random(3).tolist(), [random.random() for _ in range(3)]]
    return [found, *drawn]


# --- cross_entropy ---


def cross_entropy(logits: Any, labels: Any) -> list[Any]:
    """[the loss, its gradient by the logits, which is None where there is none]."""
    logits = logits.requires_grad_()
    loss = student.cross_entropy(logits, labels)
    if isinstance(loss, torch.Tensor) and loss.requires_grad and loss.numel() == 1:
        total: Any = loss.sum()
        total.backward()
    return [plain(loss), plain(logits.grad)]


def cross_entropy_watched(logits: Any, labels: Any) -> list[Any]:
    """[the loss, names of the torch functions that were at work when it was called again]."""
    loss = student.cross_entropy(logits, labels)
    heard: list[str] = []
    try:
        with Listening(heard):
            student.cross_entropy(logits, labels)
    except Exception:  # what comes of it is judged by the first call; under watch only what it uses matters
        pass
    return [plain(loss), heard]


class Listening(TorchFunctionMode):
    """Notes the name of each torch function, and of each method of a tensor, that is called while it is on."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self.heard = heard

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.heard.append(str(getattr(function, "__name__", "")))
        return function(*args, **(kwargs or {}))


# --- labels as ten numbers, one of them 1 ---


def adapt_cross_entropy(version: Any, namespace: dict[str, Any]) -> Callable[[Any, Any], Any] | None:
    """One that takes one-hot labels: those are what it is given."""
    return with_its_labels(version)


def adapt_accuracy(version: Any, namespace: dict[str, Any]) -> Callable[[Any, Any], Any] | None:
    """One that takes one-hot labels."""
    return with_its_labels(version)


def with_its_labels(version: Any) -> Callable[[Any, Any], Any] | None:
    """`version` with labels as it can take them; None of what does not take two arguments.

    A trial at the first call decides: one-hot only where labels raise and one-hot ones don't. The calls themselves
    can't: with one image, or as many as classes, a product with labels has a shape where one-hot ones are meant.
    """
    try:
        inspect.signature(version).bind(0, 0)
    except Exception:  # what can't be read either: torch's own take labels
        return None
    decided: list[bool] = []

    def call(logits: Any, labels: Any) -> Any:
        if not decided:
            decided.append(not works(version, False) and works(version, True))
        return version(logits, one_hot(labels, logits.shape[1]) if decided[0] else labels)

    return call


def works(version: Any, hot: bool) -> bool:
    """Whether it takes two images of three classes without raising."""
    labels = torch.tensor([0, 2])
    try:
        version(torch.tensor([[0.0, 1.0, 2.0], [2.0, 0.0, 1.0]]), one_hot(labels, 3) if hot else labels)
    except Exception:  # whatever it raises, it does not take them
        return False
    return True


def one_hot(labels: Any, classes: int) -> Any:
    """(n, classes), float32."""
    return torch.eye(classes, device=labels.device)[labels]


# --- fit_with_learner ---


def fit_with_learner(images: Any, labels: Any, made: Any, epochs: int, lr: float) -> list[Any]:
    """[outputs for all images, outputs for the first one, that image afterwards, what `fit` was called with].

    Without a function to call it is [what there is, None, None, …].

    `made` is ["learner"], or ["choosy", epochs, lr] for one that only trains when it is called with these numbers (and
    with none if there are none); then it trains for the epochs and with the lr that stand behind them.
    """
    images, labels = images.cpu(), labels.cpu()  # nobody told the student of another device
    asked, one = images.clone(), images[:1].clone()
    calls: list[Any] = []
    torch.manual_seed(0)
    model = student.fit_with_learner(images, labels, learner_class(calls, *made), epochs, lr)
    if not callable(model):
        return [plain(model), None, None, calls]
    if isinstance(model, nn.Module):
        model.eval()
    with torch.no_grad():
        return [plain(model(asked)), plain(model(one)), one, calls]


def learner_class(calls: list[Any], kind: str, wanted: Any = None, instead: Any = None) -> type[Learner]:
    """A Learner, or one that trains only if `fit` is called with the numbers that are `wanted`, and as if with others.

    Otherwise all its parameters become 0, so that its model says the same of every image.
    """

    class Given(Learner):
        def fit(self, n_epochs: Any, lr: Any) -> None:
            calls.append([plain(n_epochs), plain(lr)])
            if kind == "learner":
                super().fit(n_epochs, lr)
            elif wanted is not None and n_epochs == wanted[0] and lr == wanted[1]:
                super().fit(*instead)
            else:
                self.forget()

    Given.__name__ = Given.__qualname__ = "Learner"
    return Given


class Learner:
    """Exercise 5's, which takes whatever holds batches."""

    def __init__(self, dls: Any, model: Any, opt_func: Any, loss_func: Any, metrics: Any = ()) -> None:
        self.dls, self.model, self.opt_func, self.loss_func = dls, model, opt_func, loss_func
        self.metrics = list(metrics or ())
        self.train_batches, self.valid_batches = (kept(part) for part in parts(dls))
        self.recorder = SimpleNamespace(epochs=[], batch_losses=[])

    def fit(self, n_epochs: Any, lr: Any) -> None:
        """Train, validate after each epoch, and keep a record."""
        optimizer = self.optimizer(lr)
        for _ in range(n_epochs):
            self.model.train()
            losses, sizes = [], []
            for xb, yb in self.moved(self.train_batches):
                loss = self.loss_func(self.model(xb), yb)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(float(loss.detach()))
                sizes.append(len(xb))
            self.recorder.batch_losses += losses
            self.note(mean(losses, sizes), self.validate())

    def forget(self) -> None:
        """All parameters 0, and a record as after one epoch."""
        with torch.no_grad():
            for parameter in self.model.parameters():
                parameter.zero_()
        self.recorder.batch_losses.append(0.0)
        self.note(0.0, self.validate())

    def optimizer(self, lr: Any) -> Any:
        """opt_func may take lr by its place or by its name."""
        try:
            return self.opt_func(list(self.model.parameters()), lr)
        except TypeError:
            return self.opt_func(list(self.model.parameters()), lr=lr)

    @torch.no_grad()
    def validate(self) -> tuple[Any, ...]:
        """Loss and metrics, weighted by batch size; Nones without validation batches."""
        self.model.eval()
        measures = [self.loss_func, *self.metrics]
        rows, sizes = [], []
        for xb, yb in self.moved(self.valid_batches):
            preds = self.model(xb)
            rows.append([float(measure(preds, yb)) for measure in measures])
            sizes.append(len(xb))
        return tuple(mean([row[place] for row in rows], sizes) for place in range(len(measures)))

    @torch.no_grad()
    def predict(self, x: Any) -> Any:
        """Raw outputs in eval mode; afterwards the model is in the mode it was in."""
        was_training = self.model.training
        self.model.eval()
        preds = self.model(x)
        self.model.train(was_training)
        return preds

    def moved(self, batches: Any) -> Iterator[Any]:
        """The batches, on the model's device."""
        device = next(self.model.parameters()).device
        for xb, yb in batches:
            yield xb.to(device), yb.to(device)

    def note(self, train_loss: Any, values: tuple[Any, ...]) -> None:
        names = ["train_loss", "valid_loss", *(getattr(metric, "__name__", "metric") for metric in self.metrics)]
        self.recorder.epochs.append(dict(zip(names, [train_loss, *values], strict=True)))


def parts(dls: Any) -> tuple[Any, Any]:
    """Training and validation batches, by name or by place."""
    if hasattr(dls, "train"):
        return dls.train, getattr(dls, "valid", None)
    train, valid = dls
    return train, valid


def kept(batches: Any) -> Any:
    """Something that can be gone through in every epoch; None is no batches."""
    if batches is None:
        return []
    return list(batches) if iter(batches) is batches else batches


def mean(numbers: list[float], sizes: list[int]) -> float | None:
    """Σ number · size / Σ size; None of nothing."""
    return sum(n * size for n, size in zip(numbers, sizes, strict=True)) / sum(sizes) if sizes else None


# --- train ---

BLOCK = 1000
MOST_LOSSES = 100_000
POINTS = 400


def train(plan: list[Any]) -> list[Any]:
    """[raw outputs (n, 10) for the images asked about, what is wrong with them or "", the losses on the way].

    `plan` is [images, labels, images to be asked about, seed].
    Training and predicting happen in one call, since a model cannot cross. The images arrive where the device is; the
    student is given them on the CPU.
    """
    images, labels, asked, seed = plan
    device = images.device.type
    images, labels, asked = images.cpu().clone(), labels.cpu().clone(), asked.cpu()  # they are the student's to change
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    losses = Losses()
    with losses:
        model = student.train(images, labels, device=device, seed=seed)
    if model is None:
        return [None, "It returned None. Return the trained model.", []]
    if not callable(model):
        return [model, "What it returned cannot be called. Return the trained model, or a function that predicts.", []]
    outputs, fault = predictions(model, asked)
    return [outputs, fault, losses.curve()]


def predictions(model: Any, asked: Any) -> tuple[Any, str]:
    """What the model gives for all images; of the first block that is no float tensor (n, 10), that and why not."""
    if hasattr(model, "eval"):
        model.eval()
    found = []
    with torch.no_grad():
        for block in asked.split(BLOCK):
            given = block.clone()
            output = model(given)
            if not torch.equal(given, block):
                return output, "What it returned changes the images that it is asked about."
            if not isinstance(output, torch.Tensor):
                return output, "What it returned gives no tensor."
            if tuple(output.shape) != (len(block), 10):
                return output, f"For {len(block)} images it should give a tensor of shape ({len(block)}, 10)."
            if not output.is_floating_point():
                return output, "What it returned should give raw outputs, a float tensor."
            found.append(output.detach().float().cpu())
    return torch.cat(found), ""


class Losses:
    """Notes every number that `backward` is called on while it is entered: the curve of training, for the student."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def __enter__(self) -> None:
        self.original = original = torch.Tensor.backward
        seen = self.seen

        def backward(loss: Any, *args: Any, **kwargs: Any) -> Any:
            if loss.numel() == 1 and len(seen) < MOST_LOSSES:
                seen.append(loss.detach())
            return original(loss, *args, **kwargs)

        torch.Tensor.backward = backward  # type: ignore[method-assign]  # put back at the end

    def __exit__(self, *error: object) -> None:
        torch.Tensor.backward = self.original  # type: ignore[method-assign]

    def curve(self) -> list[float]:
        """The losses; of many the means of equal stretches, at most `POINTS`."""
        if not self.seen:
            return []
        losses = torch.stack([loss.reshape(()).double().cpu() for loss in self.seen])
        return [float(part.mean()) for part in losses.tensor_split(min(POINTS, len(losses)))]
