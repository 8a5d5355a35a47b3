"""Checks of exercise 5, a Learner from scratch. Every expected number comes from `Twin`, in float64."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import draw, expect, show
from grader.student import Shown

ATOL = 1e-5  # float32 sums of some hundred terms, and a dozen updates in a row
NET_SIZES = (784 * 30, 30, 30, 1)
METRICS: tuple[tuple[str, ...], ...] = ((), ("mean_error",), ("mean_output", "mean_error"))

Batch = tuple[Any, Any]
Action = tuple[Any, ...]


# --- the definitions ---


def mse(preds: Any, targets: Any) -> Any:
    return ((preds - targets) ** 2).mean()


def mnist_loss(preds: Any, targets: Any) -> Any:
    """mean(where(target == 1, 1 − p, p)) with p = sigmoid(prediction)."""
    p = torch.sigmoid(preds)
    return torch.where(targets == 1, 1 - p, p).mean()


def cross_entropy(preds: Any, targets: Any) -> Any:
    """Mean of log Σ e^z − z_label."""
    return (torch.logsumexp(preds, 1) - preds.gather(1, targets[:, None])[:, 0]).mean()


MEASURES: dict[str, Any] = {
    "mse": mse,
    "mnist_loss": mnist_loss,
    "cross_entropy": cross_entropy,
    "mean_error": lambda preds, targets: (preds - targets).mean(),
    "mean_output": lambda preds, targets: preds.mean(),
    "mean_distance": lambda preds, targets: (preds - targets).abs().mean(),
    "needs_gradient": lambda preds, targets: 0.0,
}


@dataclasses.dataclass(frozen=True)
class Problem:
    """What a Learner is made of. `layers` are as in probes.py; `metrics` None: none are handed over.

    `optimizer` is (factor, momentum): v = momentum · v + grad, then p −= lr · factor · v.
    """

    layers: list[list[Any]]
    train: list[Batch]
    valid: list[Batch]
    loss: str = "mnist_loss"
    optimizer: tuple[float, float] = (1.0, 0.0)
    metrics: tuple[str, ...] | None = ()
    away: bool = False


class Twin:
    """A Learner that does what the contract says, in float64."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.layers: list[list[Any]] = [
            [part.double() if isinstance(part, torch.Tensor) else part for part in layer] for layer in problem.layers
        ]
        self.training = True
        self.epochs: list[dict[str, Any]] = []
        self.batch_losses: list[float] = []

    def weights(self) -> list[Any]:
        return [part for layer in self.layers if layer[0] in ("linear", "batchnorm") for part in layer[1:3]]

    def put(self, weights: list[Any]) -> None:
        places = [layer for layer in self.layers if layer[0] in ("linear", "batchnorm")]
        for number, layer in enumerate(places):
            layer[1:3] = weights[2 * number : 2 * number + 2]

    def forward(self, x: Any, training: bool) -> Any:
        x = x.double()
        for layer in self.layers:
            x = getattr(self, layer[0])(x, training, layer)
        return x

    def linear(self, x: Any, training: bool, layer: list[Any]) -> Any:
        return x @ layer[1].T + layer[2]

    def tanh(self, x: Any, training: bool, layer: list[Any]) -> Any:
        return torch.tanh(x)

    def dropout(self, x: Any, training: bool, layer: list[Any]) -> Any:
        """With p = 1, the only one used: everything is dropped in train mode, so that nothing is left to chance."""
        return x * 0 if training else x

    def batchnorm(self, x: Any, training: bool, layer: list[Any]) -> Any:
        """As torch's: running variances are unbiased and move by a tenth, eps is 1e-5."""
        mean, var = layer[3:]
        if training:
            mean, var = x.mean(0), x.var(0, correction=0)
            layer[3] = 0.9 * layer[3] + 0.1 * mean.detach()
            layer[4] = 0.9 * layer[4] + 0.1 * var.detach() * len(x) / (len(x) - 1)
        return (x - mean) / torch.sqrt(var + 1e-5) * layer[1] + layer[2]

    def fit(self, n_epochs: int, lr: float) -> None:
        factor, momentum = self.problem.optimizer
        velocity = [torch.zeros_like(weight) for weight in self.weights()]
        names = ("valid_loss", *(self.problem.metrics or ()))
        for _ in range(n_epochs):
            losses = []
            for xb, yb in self.problem.train:
                weights = [weight.requires_grad_() for weight in self.weights()]
                loss = MEASURES[self.problem.loss](self.forward(xb, True), yb)
                slopes = torch.autograd.grad(loss, weights)
                velocity = [momentum * v + slope for v, slope in zip(velocity, slopes, strict=True)]
                self.put([(p - lr * factor * v).detach() for p, v in zip(weights, velocity, strict=True)])
                losses.append(loss.item())
            self.batch_losses += losses
            sizes = [len(xb) for xb, _ in self.problem.train]
            train_loss = weighted_mean(losses, sizes)
            self.epochs.append({"train_loss": train_loss, **dict(zip(names, self.validate(), strict=True))})

    def validate(self) -> tuple[Any, ...]:
        measures = (self.problem.loss, *(self.problem.metrics or ()))
        preds = [self.predict(xb) for xb, _ in self.problem.valid]
        targets, sizes = [yb for _, yb in self.problem.valid], [len(xb) for xb, _ in self.problem.valid]
        return tuple(
            weighted_mean([float(MEASURES[name](p, y)) for p, y in zip(preds, targets, strict=True)], sizes)
            for name in measures
        )

    def predict(self, x: Any) -> Any:
        return self.forward(x, False).detach()

    def output(self, x: Any) -> Any:
        return self.forward(x, self.training).detach()

    def do(self, name: str, *arguments: Any) -> Any:
        """What an action of the script gives."""
        if name == "mode":
            (self.training,) = arguments
            return None
        if name in ("epochs", "batch_losses"):
            return list(getattr(self, name))
        if name == "recorder":
            return [list(self.epochs), list(self.batch_losses)]
        result = getattr(self, name)(*arguments)
        return [weight.detach() for weight in result] if name == "weights" else result


def weighted_mean(numbers: list[float], sizes: list[int]) -> float | None:
    """Σ number · size / Σ size; None of nothing."""
    return sum(n * size for n, size in zip(numbers, sizes, strict=True)) / sum(sizes) if sizes else None


# --- making problems, running them, and comparing ---


def numbers(generator: Any, *shape: int, most: int = 4) -> Any:
    """Quarters from −most/4 to most/4."""
    return torch.randint(-most, most + 1, shape, generator=generator) / 4


def problem(
    seed: int,
    sizes: tuple[int, ...] = (3, 1),
    valid: tuple[int, ...] = (1, 2),
    width: int = 2,
    hidden: int = 0,
    **more: Any,
) -> Problem:
    """A small problem: batches of the given sizes of `width` numbers, and a linear net, or one with a hidden layer."""
    generator = torch.Generator().manual_seed(seed)
    out = 3 if more.get("loss") == "cross_entropy" else 1
    sides = [width, hidden, out] if hidden else [width, out]
    layers: list[list[Any]] = []
    for side, following in itertools.pairwise(sides):
        layers += [["tanh"]] if layers else []
        layers.append(["linear", numbers(generator, following, side), numbers(generator, following)])
    loss = more.get("loss", "mnist_loss")
    train, measured = ([batch(generator, n, width, loss) for n in part] for part in (sizes, valid))
    return Problem(layers, train, measured, **more)


def batch(generator: Any, n: int, width: int, loss: str) -> Batch:
    """n rows with what the loss takes as targets."""
    x = numbers(generator, n, width)
    if loss == "mse":
        return x, numbers(generator, n, 1)
    if loss == "cross_entropy":
        return x, torch.randint(0, 3, (n,), generator=generator)
    return x, torch.randint(0, 2, (n, 1), generator=generator).float()


@st.composite
def problems(pick: Any, losses: tuple[str, ...] = ("mnist_loss",), measured: bool = False) -> Problem:
    """Small problems with batches of any sizes; with metrics where they are `measured`."""
    sizes = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)
    hidden, loss = pick(st.integers(0, 2)), pick(st.sampled_from(losses))
    metrics = pick(st.sampled_from(METRICS)) if measured else ()
    if loss == "cross_entropy":  # an error takes preds and targets of one shape
        metrics = tuple(name for name in metrics if name == "mean_output")
    return problem(
        pick(st.integers(0, 99)),
        pick(sizes),
        pick(sizes),
        pick(st.integers(1, 2)),
        hidden=hidden,
        loss=loss,
        metrics=metrics,
    )


def net(seed: int, *layers: str) -> list[list[Any]]:
    """Layers of two numbers and at last one; "dropout" drops everything, "batchnorm" has seen some data."""
    generator = torch.Generator().manual_seed(seed)
    made: list[list[Any]] = []
    for number, kind in enumerate(layers):
        if kind == "dropout":
            made.append([kind, 1.0])
        elif kind == "batchnorm":
            made.append([kind, *(numbers(generator, 2) for _ in range(3)), numbers(generator, 2).abs() + 0.5])
        else:
            side = 1 if number == len(layers) - 1 else 2
            made.append([kind, numbers(generator, side, 2), numbers(generator, side)])
    return made


def play(student: Any, problems: Problem | tuple[Problem, ...], *script: Action) -> list[Any]:
    """Let the student's Learner do the script, and a Twin; compares each result, and returns the Learner's.

    An action is (name, *arguments), or (which Learner, name, *arguments) where there is more than one problem. What an
    action gives whose name begins with "?" is not compared, so that one fault does not fail every check.
    """
    every = problems if isinstance(problems, tuple) else (problems,)
    steps = [action if isinstance(action[0], int) else (0, *action) for action in script]
    results: list[Any] = student.probe("Learner", *arguments(every, steps))
    made = student.example[-1].outcome
    expect.kind(results, list)
    expect.that(len(results) == len(steps), "It lost some of its results.", got=results)
    twins = [Twin(one) for one in every]
    for got, (which, name, *rest) in zip(results, steps, strict=True):
        wanted = twins[which].do(plain(name), *rest)
        if name in COMPARE:
            COMPARE[name](got, wanted)
    expect.that(not made.changed, "It changed a batch. Work on new tensors and leave what you are given as it was.")
    return results


def plain(name: str) -> str:
    """What an action is called in the probe and in Twin."""
    return {"train_losses": "epochs"}.get(name, name.removeprefix("?"))


def arguments(problems: tuple[Problem, ...], steps: list[Action]) -> tuple[Any, ...]:
    """What the probe takes, with texts that together read as the call."""
    first = problems[0]
    loaders = [[one.train, one.valid] for one in problems]
    script = [[which, plain(name), *more] for which, name, *more in steps]
    others = [[pair, one.layers] for pair, one in zip(loaders[1:], problems[1:], strict=True)]
    metrics = None if first.metrics is None else list(first.metrics)
    rest = [first.loss, metrics, first.away, script, *others]
    factor, momentum = first.optimizer
    optimizer = f"partial(SGD, factor={factor}, momentum={momentum})"
    return (
        Shown(loaders[0], f"DataLoaders({show.literal(first.train)}, {show.literal(first.valid)})"),
        Shown(first.layers, net_text(first.layers)),
        Shown([factor, momentum], "SGD" if first.optimizer == (1.0, 0.0) else optimizer),
        Shown(rest, f"{first.loss}{metrics_text(first.metrics)}{script_text(steps)}"),
    )


def net_text(layers: list[list[Any]]) -> str:
    kinds = {"linear": "Linear", "tanh": "Tanh", "dropout": "Dropout", "batchnorm": "BatchNorm1d"}
    texts = []
    for kind, *parts in layers:
        inside = [str(part.tolist()) if isinstance(part, torch.Tensor) else str(part) for part in parts[:2]]
        texts.append(f"{kinds[kind]}({', '.join(inside)})")
    return texts[0] if len(texts) == 1 else f"Sequential({', '.join(texts)})"


def metrics_text(metrics: tuple[str, ...] | None) -> str:
    return "" if metrics is None else f", [{', '.join(metrics)}]"


def script_text(steps: list[Action]) -> str:
    """).fit(1, 0.5) then .validate(: the bracket that is open and the last one belong to the call around it."""
    several = any(which for which, *_ in steps)
    parts = []
    for which, name, *more in steps:
        if plain(name) in ("fit", "validate", "predict"):
            who = f"learner{which + 1}" if several else ""
            parts.append(f"{who}.{plain(name)}({', '.join(show.literal(part) for part in more)}")
    joined = ") then ".join(parts)
    return f"){' then ' if several else ''}{joined}" if parts else ""


def number(got: Any) -> float:
    """A Python float or a 0-d tensor, as a float."""
    if isinstance(got, torch.Tensor):
        expect.that(got.shape == (), f"Its shape is {tuple(got.shape)}; it should be one number.", got=got)
        expect.that(got.is_floating_point(), f"Its dtype is {got.dtype}; it should be floating.", got=got)
    else:
        words = f"It is {show.kind(got)}; it should be a Python float or a 0-d tensor."
        expect.that(isinstance(got, float), words, got=got)
    return float(got.item() if isinstance(got, torch.Tensor) else got)


def compare_number(got: Any, expected: float | None) -> None:
    """A number near `expected`; None where that is None."""
    if expected is None:
        expect.that(got is None, "There are no validation batches, so it should be None.", got=got, expected=None)
    else:
        expect.scalar(number(got), expected, atol=ATOL)


def compare_weights(got: Any, expected: list[Any], whose: str = "") -> None:
    expect.kind(got, list)
    expect.that(len(got) == len(expected), "The model has lost some of its parameters.", got=got, expected=expected)
    for number, (left, right) in enumerate(zip(got, expected, strict=True)):
        expect.about(f"parameter {number} of the model{whose}, afterwards", expect.tensor, left, right, atol=ATOL)


def compare_losses(got: Any, expected: list[float]) -> None:
    expect.about("recorder.batch_losses", compare_list, got, expected)
    for number, (left, right) in enumerate(zip(got, expected, strict=True)):
        expect.about(f"recorder.batch_losses[{number}]", compare_number, left, right)


def compare_list(got: Any, expected: list[Any]) -> None:
    expect.kind(got, list)
    text = f"It has {len(got)} elements; it should have {len(expected)}."
    expect.that(len(got) == len(expected), text, got=got, expected=expected)


def compare_epochs(got: Any, expected: list[dict[str, Any]]) -> None:
    """The keys of each epoch, and the values of all but train_loss."""
    for place, left, right in epochs_of(got, expected):
        words = f"The keys of {place} are {show.brief(list(left))}; they should be {list(right)}."
        expect.that(len(left) == len(right) and all(key in left for key in right), words, got=left, expected=right)
        for key in right:
            if key != "train_loss":
                expect.about(f"{key} in {place}", compare_number, left[key], right[key])


def compare_train_losses(got: Any, expected: list[dict[str, Any]]) -> None:
    """The values of train_loss alone."""
    for place, left, right in epochs_of(got, expected):
        expect.that("train_loss" in left, f"{place} has no train_loss.", got=left, expected=right)
        expect.about(f"train_loss in {place}", compare_number, left["train_loss"], right["train_loss"])


def epochs_of(got: Any, expected: list[dict[str, Any]]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """(what it is called, got, expected) of each epoch's dict."""
    expect.about("recorder.epochs", compare_list, got, expected)
    for number, (left, right) in enumerate(zip(got, expected, strict=True)):
        place = f"recorder.epochs[{number}]"
        expect.about(place, expect.kind, left, dict)
        yield place, left, right


def compare_validation(got: Any, expected: tuple[Any, ...]) -> None:
    expect.about("what validate gives", expect.kind, got, tuple)
    text = f"validate gives {len(got)} values; the loss and the metrics are {len(expected)}."
    expect.that(len(got) == len(expected), text, got=got, expected=expected)
    for number, (left, right) in enumerate(zip(got, expected, strict=True)):
        expect.about(f"value {number} of what validate gives", compare_number, left, right)


def compare_prediction(got: Any, expected: Any) -> None:
    expect.about("what predict gives", expect.tensor, got, expected, atol=ATOL, requires_grad=False)


def compare_mode(got: Any, expected: Any) -> None:
    same = isinstance(got, torch.Tensor) and got.shape == expected.shape
    same = same and bool(((got.double() - expected).abs() <= ATOL).all())
    words = "The model is not in the mode it was in: afterwards it gives other outputs than it should."
    expect.that(same, words, got=got, expected=expected.float())


COMPARE: dict[str, Any] = {
    "weights": compare_weights,
    "batch_losses": compare_losses,
    "epochs": compare_epochs,
    "train_losses": compare_train_losses,
    "validate": compare_validation,
    "predict": compare_prediction,
    "output": compare_mode,
}


# --- simple_net ---


def try_simple_net(student: Any, x: Any, seed: int) -> tuple[list[Any], Any, list[Any]]:
    """(parameters, outputs, [another net's parameters before and after the first one's were changed])."""
    is_module, parameters, outputs, *others = student.probe("simple_net", Shown([x, seed], f")({show.literal(x)}"))
    expect.that(is_module is True, "It should give an nn.Module, such as nn.Sequential(...).")
    expect.kind(parameters, list)
    for parameter in parameters:
        expect.kind(parameter, torch.Tensor, "a tensor")
    sizes = sorted((parameter.numel() for parameter in parameters), reverse=True)
    words = f"The sizes of its parameters are {sizes}; they should be {list(NET_SIZES)}."
    expect.that(sizes == list(NET_SIZES), words)
    return parameters, outputs, others


@pytest.mark.points(1)
@pytest.mark.functions("simple_net")
def test_simple_net_has_four_parameters(student):
    """simple_net gives a new net with 23,581 parameters in four tensors"""
    parameters, _, (before, after) = try_simple_net(student, torch.zeros(1, 784), 0)
    for parameter in parameters:
        expect.that(expect.sent(parameter, "requires_grad"), "A parameter does not require gradients.", got=parameter)
    words = "Two calls gave the same net: changing the one changed the other. Make a new one in each call."
    for left, right in zip(before, after, strict=True):
        expect.that(torch.equal(left, right), words)


@pytest.mark.points(1)
@pytest.mark.functions("simple_net")
def test_simple_net_is_linear_relu_linear(student):
    """simple_net is a linear layer, a ReLU and a linear layer"""
    for n in (1, 2, 3, 4):  # both signs among the outputs
        x, recipe = draw.random((n, 784), n, low=-1.0)
        parameters, outputs, _ = try_simple_net(student, draw.with_recipe(x, recipe), n)
        candidates = [right for right in readings(parameters, x) if near(outputs, right)]
        expected = candidates[0] if candidates else readings(parameters, x)[0]
        expect.about("what the net gives", expect.tensor, outputs, expected, atol=ATOL)


def readings(parameters: list[Any], x: Any) -> list[Any]:
    """The net's outputs for each way the parameters can be meant: a weight may lie either way, in any order."""
    by_size = {size: [p.detach().double() for p in parameters if p.numel() == size] for size in set(NET_SIZES)}
    (weight,), (one, two), (last,) = (by_size[size] for size in (784 * 30, 30, 1))
    found = []
    for first in (weight.reshape(30, 784).T, weight.reshape(784, 30)):
        for bias, second in ((one, two), (two, one)):
            hidden = (x.double() @ first + bias.reshape(-1)).clamp(min=0)
            found.append(hidden @ second.reshape(30, 1) + last.reshape(-1))
    return found


def near(got: Any, expected: Any) -> bool:
    same = isinstance(got, torch.Tensor) and got.shape == expected.shape
    return same and bool(((got.detach().double() - expected).abs() <= ATOL + 1e-4 * expected.abs()).all())


# --- Learner: training ---

LRS = st.sampled_from([0.1, 0.05, 0.02, 0.25])
FIRST = problem(1, (1,), (1,), 1)
RECORDER = (("?epochs",), ("?batch_losses",))
STILL, TINY = (0.0, 0.0), 1e-9  # an optimizer and an lr that move nothing, for checks that are not about training


def compare_sizes(results: Any, n_epochs: int, one: Problem, whose: str = "") -> None:
    """The lengths of [epochs, batch_losses] after so many epochs."""
    expect.kind(results, list)
    for name, got, each in zip(("epochs", "batch_losses"), results, (1, len(one.train)), strict=True):
        wanted = n_epochs * each
        expect.about(f"recorder.{name}{whose} after {n_epochs} epoch(s)", expect.kind, got, list)
        words = f"recorder.{name}{whose} has {len(got)} elements after {n_epochs} epoch(s); it should have {wanted}."
        expect.that(len(got) == wanted, words, got=got)


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_starts_with_an_empty_recorder(student):
    """recorder is there and empty before fit, and is filled by it"""
    for one in (FIRST, problem(2, (2, 1))):
        empty, _, filled = play(student, one, ("?recorder",), ("fit", 1, 1.0), ("?recorder",))
        compare_sizes(empty, 0, one)
        compare_sizes(filled, 1, one)


@pytest.mark.points(2)
@pytest.mark.functions("Learner")
@settings(max_examples=12)
@given(drawn=problems(("mnist_loss", "mse", "cross_entropy")), n_epochs=st.integers(1, 3), lr=LRS)
@example(drawn=FIRST, n_epochs=1, lr=0.25)
@example(drawn=problem(3, (2, 1)), n_epochs=2, lr=0.1)
def test_learner_fits_like_plain_sgd(student, drawn, n_epochs, lr):
    """fit leaves the weights that SGD leaves on the same batches"""
    play(student, drawn, ("fit", n_epochs, lr / 4 if drawn.loss == "mse" else lr), ("weights",))


@pytest.mark.points(2)
@pytest.mark.functions("Learner")
@settings(max_examples=8)
@given(
    drawn=problems(),
    factor=st.sampled_from([2.0, 0.5, 3.0, 1.0]),
    momentum=st.sampled_from([0.0, 0.5]),
    lr=st.sampled_from([1.0, 0.5, 0.25, 0.1]),
)
@example(drawn=FIRST, factor=2.0, momentum=0.0, lr=1.0)
@example(drawn=FIRST, factor=1.0, momentum=0.0, lr=0.25)
def test_learner_uses_opt_func_and_lr(student, drawn, factor, momentum, lr):
    """fit steps with the optimizer of opt_func, and with the given lr"""
    tuned = dataclasses.replace(drawn, optimizer=(factor, momentum), train=drawn.train[:1])
    play(student, tuned, ("fit", 1, lr), ("weights",))


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_keeps_one_optimizer(student):
    """fit makes one optimizer and keeps it for all its epochs"""
    for one in (
        problem(4, (1, 1), (1,), 1, optimizer=(2.0, 0.5)),
        problem(5, (2,), (1,), optimizer=(0.5, 0.9)),
        problem(6, (1, 2), (2,), hidden=2, optimizer=(2.0, 0.5)),
    ):
        play(student, one, ("fit", 1, 1.0), ("weights",))
        play(student, one, ("fit", 3, 1.0), ("weights",))


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_goes_on_in_a_second_fit(student):
    """a second fit goes on from the first, with its own lr"""
    for one in (problem(7, (1,), (1,), 1), problem(8, (3, 1), (2,), hidden=1), problem(9, (1, 2, 1), (1,))):
        script = (("fit", 1, 0.5), *RECORDER, ("fit", 2, 2.0), *RECORDER, ("weights",))
        _, *first, _, epochs, batch_losses, _ = play(student, one, *script)
        compare_sizes(first, 1, one)
        compare_sizes([epochs, batch_losses], 3, one)
        kept = epochs[:1] == first[0] and batch_losses[: len(one.train)] == first[1]
        expect.that(kept, "The second fit changed what the first one had recorded.", got=[epochs, batch_losses])


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_shares_nothing(student):
    """two Learners side by side know nothing of each other"""
    pairs = ((problem(10, (1,), (1,), 1), problem(11, (2, 1), (1,), 1)), (problem(12, hidden=2), problem(13, (2,))))
    watched = tuple((which, name) for which in (0, 1) for name in ("?weights", "?epochs", "?batch_losses"))
    one_after_the_other = ((0, "fit", 1, 1.0), (0, "fit", 1, 0.5), (1, "fit", 2, 1.0), *watched)
    in_turn = (*watched, (1, "fit", 2, 1.0), (0, "fit", 1, 1.0), (0, "fit", 1, 0.5), *watched)
    for pair in pairs:
        found = []
        for script in (one_after_the_other, in_turn):
            results = play(student, pair, *script)[-len(watched) :]
            for which, one in enumerate(pair):
                weights, *recorder = results[3 * which : 3 * which + 3]
                compare_sizes(recorder, 2, one, beside(which))
                found.append((which, weights))
        alone = [play(student, pair[0], ("fit", 1, 1.0), ("fit", 1, 0.5), ("?weights",))[-1]]
        alone.append(play(student, pair[1], ("fit", 2, 1.0), ("?weights",))[-1])
        for which, weights in found:
            compare_weights(weights, alone[which], f"{beside(which)}, compared with what it gives alone")


def beside(which: int) -> str:
    return f" of Learner {which + 1} of 2"


@pytest.mark.points(2)
@pytest.mark.functions("Learner")
def test_learner_trains_in_train_mode(student):
    """fit trains in train mode in every epoch, also after validate"""
    for seed, layers in (
        (14, ("linear", "dropout", "linear")),
        (15, ("batchnorm", "linear")),
        (16, ("linear", "batchnorm", "linear")),
    ):
        one = dataclasses.replace(problem(seed, (2, 3), (2,)), layers=net(seed, *layers))
        play(student, one, ("fit", 1, 1.0), ("weights",))
        play(student, one, ("?validate",), ("fit", 1, 1.0), ("weights",))
        play(student, one, ("fit", 3, 1.0), ("weights",))
        play(student, one, ("?validate",), ("fit", 1, 1.0), ("?validate",), ("fit", 2, 1.0), ("weights",))
        play(student, one, ("mode", False), ("fit", 2, 1.0), ("weights",))


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_moves_batches(student):
    """fit and validate move each batch to the model's device"""
    here = problem(17, (2, 1), (2,), metrics=("mean_error",))
    script = (("fit", 1, 1.0), ("?weights",), ("?validate",))
    near_by = play(student, here, *script)[1]
    from_afar = play(student, dataclasses.replace(here, away=True), *script)[1]
    compare_weights(from_afar, near_by, "")
    words = "The weights are as they were before fit."
    expect.that(not torch.equal(from_afar[0], here.layers[0][1]), words, got=from_afar)


# --- Learner: the record ---


@pytest.mark.points(2)
@pytest.mark.functions("Learner")
@settings(max_examples=8)
@given(drawn=problems(), n_epochs=st.integers(1, 2))
@example(drawn=FIRST, n_epochs=1)
@example(drawn=problem(18, (3, 1), (1,), 1), n_epochs=1)
def test_learner_records_the_training(student, drawn, n_epochs):
    """batch_losses and train_loss are from before each update"""
    play(student, drawn, ("fit", n_epochs, 1.0), ("batch_losses",), ("train_losses",))


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_records_epochs(student):
    """epochs has train_loss, valid_loss and each metric by its name"""
    for metrics in METRICS:
        play(student, problem(19, (1,), (1,), 1, metrics=metrics, optimizer=STILL), ("fit", 1, TINY), ("epochs",))
        play(student, problem(20, (2, 1), (3, 1), metrics=metrics, optimizer=STILL), ("fit", 2, TINY), ("epochs",))
    once = (("fit", 1, 1.0), ("?epochs",), ("?validate",))
    results = play(student, problem(34, (2, 1), (2,), metrics=("mean_error",)), *once, *once)
    for count, (epochs, values) in enumerate((results[1:3], results[4:6]), 1):
        expect.about(f"recorder.epochs after {count} epoch(s)", expect.kind, epochs, list)
        words = f"recorder.epochs has {len(epochs)} elements after {count} epoch(s)."
        expect.that(len(epochs) == count and isinstance(epochs[-1], dict), words, got=epochs)
        expect.that(isinstance(values, (tuple, list)) and len(values) == 2, "validate should give two values.")
        for name, value in zip(("valid_loss", "mean_error"), values, strict=True):
            place = f"recorder.epochs[{count - 1}], which should have what validate gives after the epoch"
            expect.about(f"{name} in {place}", compare_number, epochs[-1][name], number(value))


@pytest.mark.points(2)
@pytest.mark.functions("Learner")
@settings(max_examples=8)
@given(drawn=problems(("mnist_loss", "mse", "cross_entropy"), measured=True))
@example(drawn=problem(21, (1,), (1,), 1, metrics=()))
@example(drawn=problem(22, (1,), (3, 1), 1, metrics=("mean_error",)))
def test_learner_validates_by_batch_size(student, drawn):
    """validate gives loss and metrics, large batches counting for more"""
    play(student, drawn, ("validate",), ("weights",))


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_takes_any_metrics(student):
    """metrics may be left out, and may give a Python float"""
    for metrics in (None, ("mean_distance",), ("mean_output", "mean_distance")):
        play(student, problem(23, (1,), (1,), 1, metrics=metrics), ("validate",))
        play(student, problem(24, (2, 1), (3,), metrics=metrics), ("validate",), ("fit", 1, 1.0))


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_validates_in_eval_mode(student):
    """validate measures in eval mode"""
    for seed, layers in ((25, ("linear", "dropout", "linear")), (26, ("batchnorm", "linear"))):
        one = problem(seed, (2, 3), (4,), metrics=("mean_output",), optimizer=STILL)
        one = dataclasses.replace(one, layers=net(seed, *layers))
        play(student, one, ("validate",))
        play(student, one, ("mode", True), ("validate",), ("mode", True), ("validate",))
        play(student, one, ("mode", False), ("validate",))
        play(student, one, ("fit", 2, TINY), ("epochs",), ("validate",))


@pytest.mark.points(1)
@pytest.mark.observed
@pytest.mark.functions("Learner")
def test_learner_validates_without_gradients(student):
    """validate works without gradients"""
    for one in (problem(27, (1,), (1,), 1), problem(28, (1,), (2,), hidden=2)):
        watched = dataclasses.replace(one, metrics=("needs_gradient",))
        (values,) = play(student, watched, ("validate",))
        for value in values:
            words = "A number that validate gives requires a gradient. Is it computed under torch.no_grad()?"
            expect.that(not expect.sent(value, "requires_grad"), words, got=value)


@pytest.mark.points(1)
@pytest.mark.functions("Learner")
def test_learner_needs_no_validation_batches(student):
    """without validation batches loss and metrics are None"""
    for metrics in METRICS:
        one = problem(29, (2, 1), (), metrics=metrics)
        play(student, one, ("validate",))
        play(student, one, ("fit", 2, 1.0), ("epochs",))


# --- Learner: predict ---


@pytest.mark.points(2)
@pytest.mark.functions("Learner")
def test_learner_predicts_in_eval_mode(student):
    """predict gives raw outputs in eval mode, then restores the mode"""
    generator = torch.Generator().manual_seed(30)
    for seed, layers in ((31, ("linear",)), (32, ("linear", "dropout", "linear")), (33, ("batchnorm", "linear"))):
        one = dataclasses.replace(problem(seed, (2, 3), (2,), optimizer=STILL), layers=net(seed, *layers))
        few, many = numbers(generator, 1, 2, most=8), numbers(generator, 4, 2, most=8)
        for mode in (False, True):
            play(student, one, ("?predict", few), ("mode", mode), ("predict", many), ("output", many))
        play(student, one, ("predict", few))
        play(student, one, ("predict", many), ("fit", 1, TINY), ("predict", many), ("weights",))
