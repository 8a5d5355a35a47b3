"""Runs beside the submission: builds nets, optimizers and loaders from plain data, and returns plain data.

Each probe bears the name of what it tries, so that a report shows the call as a student would write it. `student` is
put among the globals by whoever loads this file.
"""

from __future__ import annotations

import functools
from collections import namedtuple
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

student: Any = globals()["student"]

DataLoaders = namedtuple("DataLoaders", "train valid")
AWAY = torch.device("cuda", 0)


def simple_net(asked: Any) -> list[Any]:
    """[is a Module, its parameters, its outputs for x, another net's parameters before and after].

    `asked` is [x, seed]. Both nets are filled with numbers from the seed: "before" comes from before the first one is.
    """
    x, seed = asked
    net, other = student.simple_net(), student.simple_net()
    generator = torch.Generator().manual_seed(seed)
    fill_randomly(other, generator)
    before = values(other)
    fill_randomly(net, generator)
    outputs = net.to(x.device)(x)
    return [isinstance(net, nn.Module), list(net.parameters()), outputs, before, values(other)]


def fill_randomly(model: Any, generator: Any) -> None:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / 10)


def Learner(loaders: Any, layers: Any, optimizer: Any, rest: Any) -> list[Any]:  # noqa: N802  # bears the class's name
    """What each action of a script gave.

    loaders is [train, valid], each a list of batches; layers a net as `build` takes it; optimizer [factor, momentum];
    rest [loss, metrics or None, whether the batches lie elsewhere, script, [loaders, layers] of a second Learner …].
    An action is [which Learner, name, *arguments]. A Learner is made when it is first used.
    """
    loss, metrics, away, script, *others = rest
    opt_func = functools.partial(SGD, factor=optimizer[0], momentum=optimizer[1])
    given = () if metrics is None else ([METRICS[name] for name in metrics],)
    places = [[pair, build(net)] for pair, net in ([loaders, layers], *others)]
    learners: dict[int, Any] = {}
    found: dict[int, dict[str, int]] = {}
    results: list[Any] = []
    for which, name, *arguments in script:
        pair, model = places[which]
        if name == "mode":
            model.train(*arguments)
            results.append(None)
            continue
        if which not in learners:
            dls = DataLoaders(*([(elsewhere(x), elsewhere(y)) if away else (x, y) for x, y in part] for part in pair))
            learners[which] = student.Learner(dls, model, opt_func, LOSSES[loss], *given)
            found[which] = {part: length(learners[which], part) for part in RECORD}
        results.append(act(learners[which], model, found[which], name, *arguments))
    return results


def act(learner: Any, model: Any, found: dict[str, int], name: str, *arguments: Any) -> Any:
    """Do one action, and give its result as it is now.

    Of the record only what is new since the Learner was made, so that a record that is shared does not spoil what has
    nothing to do with it; "recorder" gives all of it. `found` is how long its lists were then.
    """
    if name == "weights":
        return values(model)
    if name == "output":
        with torch.no_grad():
            return model(*arguments)
    if name == "recorder":
        return [recorded(learner, part) for part in RECORD]
    if name in RECORD:
        kept = recorded(learner, name)
        return kept[found[name] :] if isinstance(kept, list) else kept
    result = getattr(learner, name)(*arguments)
    return None if name == "fit" else result


RECORD = ("epochs", "batch_losses")


def recorded(learner: Any, part: str) -> Any:
    """One list of the record, copied."""
    recorder = learner.recorder
    kept = recorder[part] if isinstance(recorder, Mapping) else getattr(recorder, part)
    return [dict(item) if isinstance(item, dict) else item for item in kept] if isinstance(kept, list) else kept


def length(learner: Any, part: str) -> int:
    """How long a list of the record is; 0 where there is none."""
    recorder = getattr(learner, "recorder", None)
    kept = recorder.get(part) if isinstance(recorder, Mapping) else getattr(recorder, part, None)
    return len(kept) if isinstance(kept, list) else 0


def values(model: Any) -> list[Any]:
    """A model's parameters as they are now."""
    return [parameter.detach().clone() for parameter in model.parameters()]


def build(layers: Any) -> Any:
    """A Module of layers such as ["linear", weight, bias], with numbers of its own."""
    modules = [LAYERS[kind](*arguments) for kind, *arguments in layers]
    device = layers[0][1].device if len(layers[0]) > 1 else "cpu"
    return (modules[0] if len(modules) == 1 else nn.Sequential(*modules)).to(device)


def linear(weight: Any, bias: Any) -> Any:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    fill(layer, weight=weight, bias=bias)
    return layer


def batchnorm(weight: Any, bias: Any, mean: Any, var: Any) -> Any:
    layer = nn.BatchNorm1d(len(weight))
    fill(layer, weight=weight, bias=bias, running_mean=mean, running_var=var)
    return layer


def fill(layer: Any, **numbers: Any) -> None:
    with torch.no_grad():
        for name, tensor in numbers.items():
            getattr(layer, name).copy_(tensor)


LAYERS: dict[str, Any] = {"linear": linear, "tanh": nn.Tanh, "dropout": nn.Dropout, "batchnorm": batchnorm}


class SGD:
    """A plain optimizer: v = momentum · v + grad, then p −= lr · factor · v. lr can be set in both usual ways."""

    def __init__(self, params: Any, lr: Any, factor: float, momentum: float) -> None:
        self.param_groups = [{"params": list(params), "lr": lr}]
        self.params = self.param_groups[0]["params"]
        self.factor, self.momentum = factor, momentum
        self.velocity = [torch.zeros_like(parameter) for parameter in self.params]

    @property
    def lr(self) -> Any:
        return self.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value: Any) -> None:
        self.param_groups[0]["lr"] = value

    @torch.no_grad()
    def step(self) -> None:
        for parameter, velocity in zip(self.params, self.velocity, strict=True):
            if parameter.grad is not None:
                velocity.mul_(self.momentum).add_(parameter.grad)
                parameter.sub_(velocity * (self.lr * self.factor))

    def zero_grad(self, set_to_none: bool = True) -> None:
        for parameter in self.params:
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                parameter.grad.zero_()


def mse(preds: Any, targets: Any) -> Any:
    return ((preds - targets) ** 2).mean()


def mnist_loss(preds: Any, targets: Any) -> Any:
    p = torch.sigmoid(preds)
    return torch.where(targets == 1, 1 - p, p).mean()


def cross_entropy(preds: Any, targets: Any) -> Any:
    return (torch.logsumexp(preds, 1) - preds.gather(1, targets[:, None])[:, 0]).mean()


def mean_error(preds: Any, targets: Any) -> Any:
    return (preds - targets).mean()


def mean_output(preds: Any, targets: Any) -> Any:
    return preds.mean()


def mean_distance(preds: Any, targets: Any) -> float:
    return (preds - targets).abs().mean().item()  # type: ignore[no-any-return]  # preds is Any


def needs_gradient(preds: Any, targets: Any) -> Any:
    return torch.tensor(float(preds.requires_grad))


LOSSES: dict[str, Any] = {loss.__name__: loss for loss in (mse, mnist_loss, cross_entropy)}
METRICS: dict[str, Any] = {
    metric.__name__: metric for metric in (mean_error, mean_output, mean_distance, needs_gradient)
}


class Away(torch.Tensor):
    """A tensor as if it lay on a GPU: it works with its like, and with those on the CPU once it is moved there."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func == torch.Tensor.device.__get__:
            return AWAY
        if func in (torch.Tensor.to, torch.Tensor.cpu, torch.Tensor.copy_) and moves(func, args[1:], kwargs):
            with torch._C.DisableTorchFunctionSubclass():
                return func(*args, **kwargs).as_subclass(torch.Tensor)
        if any(not isinstance(part, cls) and part.dim() for part in tensors((args, kwargs))):
            raise RuntimeError(
                f"Expected all tensors to be on the same device, but found at least two devices, {AWAY} and cpu!"
            )
        return super().__torch_function__(func, types, args, kwargs)  # type: ignore[no-untyped-call]  # torch's own


def moves(func: Any, arguments: Any, kwargs: dict[str, Any]) -> bool:
    """Whether a call of `to`, `cpu` or `copy_` leaves the tensor on the CPU; `to` may change only the dtype."""
    if func != torch.Tensor.to:
        return True
    named = [*arguments, *kwargs.values()]
    return any(
        isinstance(value, (str, torch.device)) or (isinstance(value, torch.Tensor) and not isinstance(value, Away))
        for value in named
    )


def tensors(value: Any) -> Iterator[Any]:
    """The tensors in nested lists, tuples and dicts."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from tensors(item)


def elsewhere(tensor: Any) -> Any:
    """The tensor on another device than the model: on the CPU where that is a GPU, else as if on one."""
    return tensor.cpu() if tensor.is_cuda else tensor.as_subclass(Away)
