"""Runs beside the submission: builds models, optimizers and batches, hands them over, and returns plain data.

Each probe bears the name it tries, so that a report shows the call as a student would write it; what a probe needs
beside that call travels inside one of the arguments. `student` is put among the globals by whoever loads this file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any

import torch
from torch.utils.data import DataLoader

from grader.guest.adapting import Names, bound, code_of, globals_of, parameters_of, required, roles_of

student: Any = globals()["student"]
SMALL = 1000


def plain(value: Any) -> Any:
    """A tensor as it is now; anything else goes back as it is, and is refused for its type."""
    return value.detach().clone() if isinstance(value, torch.Tensor) else value


def pair(item: Any) -> Any:
    """[first, second] of what unpacks in two; of anything else a word for it."""
    try:
        first, second = item
    except Exception:  # whatever a student made may fail to unpack in any way
        return type(item).__name__
    return [plain(first), plain(second)]


def collect(items: Iterable[Any], most: int) -> list[Any]:
    """At most so many pairs, then the iteration is left."""
    found: list[Any] = []
    for item in items:
        found.append(pair(item))
        if len(found) >= most:
            break
    return found


def length(value: Any) -> Any:
    """Its len; None where it has none. A len that raises is no reason to complain of anything but the len."""
    try:
        return len(value)
    except Exception:
        return None


def init_params(size: Any, std: Any) -> list[Any]:
    """The parameters after each seed; `std` is [what is given for std: nothing or one number, the seeds]."""
    given, seeds = std
    found = []
    for seed in seeds:
        torch.manual_seed(seed)
        found.append(student.init_params(size, *given))
    return found


def fit_quadratic(time: Any, speed: Any, lr: float, steps: int, params: Any) -> list[Any]:
    """[params afterwards, params once more after 1 was added to the result in place]."""
    fitted, _ = student.fit_quadratic(time, speed, lr, steps, params)
    before = plain(params)
    fitted.detach().add_(1)
    return [before, plain(params)]


def make_dataset(x: Any, y: Any) -> list[Any]:
    """[len, the pairs by index, the pairs by iteration: at most one more than there should be]."""
    data = student.make_dataset(x, y)
    return [length(data), [pair(data[i]) for i in range(len(x))], collect(data, len(x) + 1)]


def minibatches(x: Any, y: Any, batch_size: int, shuffle: bool, generator: Any) -> list[Any]:
    """[len, the batches of each epoch, x and y afterwards, what the global generator gives then].

    `generator` is [seed of a generator or None, seed of the global one, how many batches to take in each epoch]; -1
    takes all of them, but never more than n + 1. Without a shuffle neither it nor a generator is mentioned in the call.
    """
    seed, global_seed, takes = generator
    given = None if seed is None else torch.Generator().manual_seed(seed)
    torch.manual_seed(global_seed)
    more = (shuffle, given) if shuffle or seed is not None else ()
    batches = student.minibatches(x, y, batch_size, *more)
    epochs = [collect(batches, len(x) + 1 if take < 0 else take) for take in takes]
    return [length(batches), epochs, plain(x), plain(y), torch.rand(3)]


def BasicOptim(params: Any, lr: float) -> list[Any]:  # noqa: N802  # bears the name of the class it tries
    """[the parameters after each deed: value, grad, requires_grad and is_leaf of each; a second optimizer's parameter
    before and after that one's own step].

    `params` is [kind, tensors, deeds]; a deed is "step", "zero_grad", or a list with a slope (or None) for each tensor,
    which goes through a backward pass.
    """
    kind, tensors, deeds = params
    tensors = [tensor.requires_grad_() for tensor in tensors]
    other = torch.ones(1, requires_grad=True)
    try:
        optim = student.BasicOptim(ITERABLES[kind](tensors), lr)
        second = student.BasicOptim([other], 2 * lr)
        after = []
        for deed in deeds:
            if isinstance(deed, str):
                getattr(optim, deed)()
            else:
                pairs = zip(tensors, deed, strict=True)
                loss: Any = sum((p * slope).sum() for p, slope in pairs if slope is not None)
                loss.backward()
            after.append([[plain(p), plain(p.grad), p.requires_grad, p.is_leaf] for p in tensors])
        other.sum().backward()
        untouched = plain(other)
        second.step()
    except NotImplementedError as error:
        if str(error):
            raise
        raise NotImplementedError from None  # from here, so that the report names the class and not its method
    return [after, untouched, plain(other)]


class SGD(torch.optim.SGD):
    """torch's own, without the wrappers it has for torch.compile: their first use imports another 800 modules."""

    add_param_group = inspect.unwrap(torch.optim.SGD.add_param_group)
    zero_grad = inspect.unwrap(torch.optim.SGD.zero_grad)
    step = torch.no_grad()(inspect.unwrap(torch.optim.SGD.step))


def train_epoch(model: Any, dl: Any, loss_func: Any, opt: Any) -> list[Any]:
    """[weights, bias, batches] afterwards.

    `model` is [kind, weights, bias], `dl` [kind, batches], `loss_func` [its name], and `opt` [whether it has the bias
    too, lr, momentum, how many epochs].
    """
    called, weights, bias = linear_model(*model)
    with_bias, lr, momentum, epochs = opt
    optimizer = SGD([weights, bias] if with_bias else [weights], lr=lr, momentum=momentum)
    for _ in range(epochs):
        student.train_epoch(called, loader(*dl), LOSSES[loss_func[0]], optimizer)
    return [plain(weights), plain(bias), dl[1]]


def validate_epoch(model: Any, valid_dl: Any) -> list[Any]:
    """[result, weights, bias and batches afterwards]; `model` is [kind, weights, bias], `valid_dl` [kind, batches]."""
    called, weights, bias = linear_model(*model)
    result = student.validate_epoch(called, loader(*valid_dl))
    return [result, plain(weights), plain(bias), valid_dl[1]]


def train_3s_and_7s(train_x: Any, train_y: Any, epochs: int, lr: float) -> Any:
    """What the trained model says, and with a small data set [that, train_x afterwards, train_y afterwards].

    `train_x` is [uint8 images to train on, uint8 images to be asked about, seed]. All of it happens on the CPU: nobody
    told the student of another device.
    """
    images, asked, seed = train_x
    images, train_y = images.cpu().float() / 255, train_y.cpu()
    torch.manual_seed(seed)
    model = student.train_3s_and_7s(images, train_y, epochs, lr)
    if model is None:
        return None
    with torch.no_grad():
        outputs = plain(model(asked.cpu().float() / 255))
    return [outputs, plain(images), plain(train_y)] if len(images) < SMALL else outputs


class Module(torch.nn.Module):
    """The linear model as an nn.Module."""

    def __init__(self, weights: Any, bias: Any) -> None:
        super().__init__()
        self.weights, self.bias = torch.nn.Parameter(weights), torch.nn.Parameter(bias)

    def forward(self, xb: Any) -> Any:
        return xb @ self.weights + self.bias


class Instance:
    """The linear model as an object that can be called."""

    def __init__(self, weights: Any, bias: Any) -> None:
        self.parts = (weights, bias)

    def __call__(self, xb: Any) -> Any:
        return xb @ self.parts[0] + self.parts[1]


def linear_model(kind: str, weights: Any, bias: Any) -> tuple[Any, Any, Any]:
    """The model, its weights and its bias; plain functions and objects hold the tensors they are given."""
    if kind == "module":
        module = Module(weights, bias)
        return module, module.weights, module.bias
    weights, bias = weights.requires_grad_(), bias.requires_grad_()
    return (Instance(weights, bias) if kind == "instance" else lambda xb: xb @ weights + bias), weights, bias


def loader(kind: str, batches: list[Any]) -> Iterable[Any]:
    """The batches, in the kind of iterable that is asked for."""
    return ITERABLES[kind](tuple(batch) for batch in batches)


def data_loader(items: Any) -> Iterable[Any]:
    """A DataLoader that gives each of these as it is."""
    whole: Any = list(items)
    return DataLoader(whole, batch_size=None)


ITERABLES: dict[str, Callable[[Any], Iterable[Any]]] = {
    "list": list,
    "tuple": tuple,
    "generator": lambda items: (item for item in list(items)),
    "dict values": lambda items: dict(enumerate(items)).values(),
    "DataLoader": data_loader,
}
LOSSES: dict[str, Callable[..., Any]] = {
    "mse": lambda preds, targets: ((preds - targets) ** 2).mean(),
    "weighted": lambda preds, targets: ((1 + 2 * targets) * (preds - targets) ** 2).mean(),
    "mnist_loss": lambda preds, targets: torch.where(targets == 1, 1 - preds.sigmoid(), preds.sigmoid()).mean(),
}


# --- the chapter's functions, which work through globals ---

LAYER: Names = {"xb": ("xb", "x"), "weights": ("weights", "weight", "w"), "bias": ("bias", "b")}
EPOCH: Names = {
    "model": ("model", "net"),
    "dl": ("dl", "train_dl", "dataloader", "train_loader"),
    "loss_func": ("mnist_loss", "loss_func", "loss_fn", "criterion", "loss"),
    "opt": ("opt", "optimizer"),
    "lr": ("lr", "learning_rate"),
    "params": ("params", "parameters"),
}
VALIDATION: Names = {"model": ("model", "net"), "valid_dl": ("valid_dl", "val_dl", "valid_loader", "dl")}


def adapt_linear1(version: Any, namespace: dict[str, Any]) -> Callable[..., Any] | None:
    """linear1(xb), with the globals weights and bias."""
    call = lending(version, namespace, LAYER, ("xb", "weights", "bias"), [{"weights"}])
    return call and (lambda xb, weights, bias: call(xb=xb, weights=weights, bias=bias))


def adapt_train_epoch(version: Any, namespace: dict[str, Any]) -> Callable[..., Any] | None:
    """train_epoch(model, lr, params), which takes its steps by hand, and train_epoch(model) with an optimizer: both
    with the batches and the loss from globals."""
    enough = [{"dl", "loss_func", "opt"}, {"dl", "loss_func", "params"}]
    call = lending(version, namespace, EPOCH, ("model", "dl", "loss_func", "opt"), enough)

    def train_epoch(model: Any, dl: Any, loss_func: Any, opt: Any) -> Any:
        assert call is not None
        lr = opt.param_groups[0]["lr"]
        params = [parameter for group in opt.param_groups for parameter in group["params"]]
        return call(model=model, dl=dl, loss_func=loss_func, opt=opt, lr=lr, params=params)

    return call and train_epoch


def adapt_validate_epoch(version: Any, namespace: dict[str, Any]) -> Callable[..., Any] | None:
    """validate_epoch(model), with the global valid_dl."""
    call = lending(version, namespace, VALIDATION, ("model", "valid_dl"), [{"valid_dl"}])
    return call and (lambda model, valid_dl: call(model=model, valid_dl=valid_dl))


# What the loader reads: names that nobody has to bind for an adapted function.
adapt_linear1.sets = (*LAYER["weights"], *LAYER["bias"])  # type: ignore[attr-defined]
adapt_train_epoch.sets = (*EPOCH["dl"], *EPOCH["opt"])  # type: ignore[attr-defined]
adapt_validate_epoch.sets = VALIDATION["valid_dl"]  # type: ignore[attr-defined]


def lending(
    version: Any, namespace: dict[str, Any], known: Names, contract: Sequence[str], enough: Iterable[set[str]]
) -> Callable[..., Any] | None:
    """What calls `version` with the values it has parameters for, while the globals it reads stand for the others.

    `known` are the names that a value may have. None for what fits the contract, for a parameter of an unknown name
    (but the first one is the contract's first), and for what knows none of the sets of values that are `enough`.
    """
    parameters = parameters_of(version) if type(version) is FunctionType else None
    roles = roles_of(parameters, known, contract[0]) if parameters else None
    if not parameters or not roles or contract[0] not in roles.values():
        return None
    if list(roles.values())[: len(contract)] == list(contract) and len(required(parameters)) <= len(contract):
        return None
    read = set[str]().union(*map(globals_of, code_of(version, namespace)))
    lent = {name: role for role, names in known.items() if role not in roles.values() for name in names if name in read}
    if not any(values <= {*roles.values(), *lent.values()} for values in enough):
        return None

    def call(**values: Any) -> Any:
        with bound(namespace, {name: values[role] for name, role in lent.items()}):
            return version(**{name: values[role] for name, role in roles.items()})

    return call
