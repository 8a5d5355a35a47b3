"""Runs beside the submission: builds nets, optimizers and loaders from plain data, and returns plain data.

Each probe bears the name of what it tries, so that a report shows the call as a student would write it. `student` is
put among the globals by whoever loads this file.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import torch
from torch import nn

from grader.guest.adapting import Names, bound, code_of, globals_of, parameters_of, required, roles_of

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


# --- a net and Learners of another shape ---

CONTRACT = ("dls", "model", "opt_func", "loss_func", "metrics")
KNOWN: Names = {
    "dls": ("dls", "data", "dataloaders", "loaders"),
    "dl": ("dl", "train_dl", "train_loader", "train_dataloader"),
    "valid_dl": ("valid_dl", "val_dl", "valid_loader", "val_loader"),
    "model": ("model", "net", "arch"),
    "opt_func": ("opt_func", "optim_func", "optimizer", "optim", "opt"),
    "loss_func": ("loss_func", "loss_fn", "loss", "criterion", "mnist_loss"),
    "metrics": ("metrics", "metric"),
    "lr": ("lr", "learning_rate"),
    "params": ("params", "parameters"),
}
FIT: Names = {**KNOWN, "n_epochs": ("n_epochs", "epochs", "num_epochs", "n")}
BEFORE_FIT = 1.0  # the lr of what is made before `fit` says which


def adapt_simple_net(version: Any, namespace: dict[str, Any]) -> Callable[[], nn.Module] | None:
    """simple_net = nn.Sequential(…): one net, of which each call gives a new copy with numbers of its own."""
    if not issubclass(type(version), nn.Module):
        return None

    def simple_net() -> nn.Module:
        net: nn.Module = copy.deepcopy(version)
        for part in net.modules():
            reset = getattr(part, "reset_parameters", None)
            if callable(reset):
                reset()
        return net

    return simple_net


def adapt_Learner(version: Any, namespace: dict[str, Any]) -> Callable[..., Any] | None:  # noqa: N802
    """A Learner that has its parts in another order, or some of them in `fit` or from globals."""
    try:
        shape = shape_of(version, namespace)
    except Exception:  # a student's class may raise whatever it is asked
        return None
    return shape and functools.partial(Adapted, shape)


PARTS = (*KNOWN["dls"], *KNOWN["dl"], *KNOWN["valid_dl"], *KNOWN["model"], "opt")
adapt_Learner.sets = PARTS  # type: ignore[attr-defined]  # what the loader reads: names that nobody has to bind


class Shape(NamedTuple):
    """What a Learner is made of: the value that each parameter of the class and of its `fit` is for, and each global
    that its code reads."""

    version: Any
    namespace: dict[str, Any]
    roles: dict[str, str]
    of_fit: dict[str, str]
    lent: dict[str, str]
    both_in_dl: bool  # `dl` has a training and a validation part
    made_optimizer: bool  # it takes an optimizer, not what makes one

    @property
    def waits_for_lr(self) -> bool:
        """Whether making one takes the lr, which only `fit` is told."""
        taken = {*self.roles.values(), *self.lent.values()}
        return "lr" in taken or (self.made_optimizer and "opt_func" in taken)


def shape_of(version: Any, namespace: dict[str, Any]) -> Shape | None:
    """None of what fits the contract, and of what the names don't tell."""
    parameters, method = parameters_of(version), parameters_of(getattr(version, "fit", None))
    if parameters is None or not method:
        return None
    roles, of_fit = roles_of(parameters, KNOWN, "dls"), roles_of(dict([*method.items()][1:]), FIT, "n_epochs")
    if roles is None or of_fit is None or fits(roles, parameters, of_fit):
        return None
    code = code_of(version, namespace)
    read = set[str]().union(*map(globals_of, code))
    read = {name for name in read if type(namespace.get(name)) is not ModuleType}  # torch's `optim`
    known = {name: role for role, names in KNOWN.items() for name in names}
    passed = {*roles.values(), *of_fit.values()}
    lent = {name: role for name, role in known.items() if name in read and role not in passed}
    taken = passed | {*lent.values()}
    if "model" not in taken or not taken & {"dls", "dl"}:
        return None
    words = {word for part in code for word in (*part.co_names, *part.co_varnames)}
    optimizers = {name for name, role in (roles | of_fit | lent).items() if role == "opt_func"}
    made = "parameters" not in words and not optimizers & {"opt_func", "optim_func"}
    return Shape(version, namespace, roles, of_fit, lent, "valid_dl" not in taken and "valid" in words, made)


def fits(roles: dict[str, str], parameters: Mapping[str, inspect.Parameter], of_fit: dict[str, str]) -> bool:
    """Whether a Learner with these parameters, whose `fit` has those, can be called as the contract says."""
    order = tuple("dls" if role == "dl" else role for role in roles.values())
    in_order = order[:4] == CONTRACT[:4] and order[4:5] in ((), CONTRACT[4:])
    return in_order and len(required(parameters)) <= len(CONTRACT) and [*of_fit.values()][:2] == ["n_epochs", "lr"]


class Adapted:
    """A student's Learner under the contract's interface; what it is not asked for here is the student's own."""

    def __init__(self, shape: Shape, dls: Any, model: Any, opt_func: Any, loss_func: Any, metrics: Any = None) -> None:
        self._shape = shape
        self._parts = {"dls": dls, "model": model, "opt_func": opt_func, "loss_func": loss_func, "metrics": metrics}
        self._lr, self._fitted = BEFORE_FIT, False
        self._made = self._new()

    def _new(self) -> Any:
        """The student's object, with an optimizer of its own where it takes one."""
        self._optimizer: Any = None
        with self._globals():
            return self._shape.version(**self._values(self._shape.roles))

    def fit(self, n_epochs: Any, lr: Any) -> Any:
        """As the contract has it. Where the lr belongs to the object, the first `fit` makes one with it."""
        shape, self._lr = self._shape, lr
        if shape.waits_for_lr and not self._fitted:
            self._made = self._new()
        self._fitted = True
        if self._optimizer is not None:
            for group in self._optimizer.param_groups:
                group["lr"] = lr
        for name, role in shape.roles.items():
            if role == "lr" and hasattr(self._made, name):
                setattr(self._made, name, lr)
        with self._globals():
            return self._made.fit(**self._values(shape.of_fit, n_epochs=n_epochs))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._made, name)
        if type(found) not in (MethodType, FunctionType):
            return found

        def method(*args: Any, **kwargs: Any) -> Any:
            with self._globals():
                return found(*args, **kwargs)

        return method

    def _values(self, roles: Mapping[str, str], **more: Any) -> dict[str, Any]:
        """The value for each name. Metrics that were left out are left out here."""
        left_out = {"metrics"} if self._parts["metrics"] is None else set[str]()
        return {name: more[role] if role in more else self._value(role) for name, role in roles.items()
                if role not in left_out}  # fmt: skip

    def _value(self, role: str) -> Any:
        dls, model = self._parts["dls"], self._parts["model"]
        if role == "opt_func" and self._shape.made_optimizer:
            if self._optimizer is None:
                self._optimizer = self._parts["opt_func"](list(model.parameters()), self._lr)
            return self._optimizer
        if role == "dl":
            return dls if self._shape.both_in_dl else dls.train
        if role == "valid_dl":
            return dls.valid
        if role == "params":
            return list(model.parameters())
        return self._lr if role == "lr" else self._parts[role]

    def _globals(self) -> contextlib.AbstractContextManager[None]:
        return bound(self._shape.namespace, self._values(self._shape.lent))
