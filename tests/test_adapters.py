"""Work in the chapter's own shape, on globals or with other arguments, is graded on what it does."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from fakes import grade
from hypothesis import given
from hypothesis import strategies as st
from marking import complaints, one_thread

from grader.guest.loader import Definitions, adapters, load, load_helper
from grader.values import CheckResult, Verdict

EXERCISES = Path(__file__).resolve().parent.parent / "exercises"
HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
__all__ = ["one_thread"]  # a fixture


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("work"):
            del sys.modules[name]


def graded(exercise: int, source: str, select: str) -> list[CheckResult]:
    return grade(EXERCISES / f"exercise{exercise}", f"{HEAD}{source}\n".encode(), select)


def failed(results: list[CheckResult]) -> set[str]:
    """The checks that did not pass, without what all names have in front; none is ever ungradable."""
    assert results and not [result for result in results if result.verdict is Verdict.UNGRADABLE]
    names = {result.id.split("::")[-1] for result in results if result.verdict is not Verdict.PASSED}
    return {name.removeprefix("test_").removeprefix("learner_") for name in names}


# --- exercise 2 ---

DISTANCE = "def mnist_distance(a, b): return (a - b).abs().mean((-1, -2))\n"


@pytest.mark.parametrize("names", [("mean3", "mean7"), ("mean_3", "mean_7")])
def test_is_3_of_the_chapter(names: tuple[str, str]) -> None:
    """is_3(x) passes with the means as globals, whatever these are in the file, if it compares the right way."""
    one, other = names
    right = f"def is_3(x): return mnist_distance(x, {one}) < mnist_distance(x, {other})\n"
    for before in ("", f"{one} = torch.zeros(28, 28)\n", f"{one} = {other} = None\n"):
        assert not complaints(graded(2, DISTANCE + before + right, "is_3"))
    for wrong in (right.replace("<", ">"), right.replace("<", "<="), right.replace(f", {other})", f", {one})")):
        assert failed(graded(2, DISTANCE + wrong, "is_3"))


def test_the_globals_are_as_they_were_afterwards() -> None:
    """Names that stand for arguments during a call have their own values again after it, or none."""
    definitions = loaded(2, DISTANCE + "mean3 = 1\ndef is_3(x): return mnist_distance(x, mean3) < mean7.mean()\n")
    assert definitions.find("is_3")(torch.zeros(28, 28), torch.zeros(28, 28), torch.ones(28, 28))
    assert vars(definitions.module)["mean3"] == 1 and "mean7" not in vars(definitions.module)


# --- exercise 4 ---

LOSS = """
def mnist_loss(predictions, targets):
    predictions = predictions.sigmoid()
    return torch.where(targets==1, 1-predictions, predictions).mean()
def calc_grad(xb, yb, model):
    preds = model(xb)
    loss = mnist_loss(preds, yb)
    loss.backward()
"""
BY_HAND = """
def train_epoch(model, lr, params):
    for xb,yb in dl:
        calc_grad(xb, yb, model)
        for p in params:
            p.data -= p.grad*lr
            p.grad.zero_()
"""
WITH_OPT = """
def train_epoch(model):
    for xb,yb in dl:
        calc_grad(xb, yb, model)
        opt.step()
        opt.zero_grad()
"""
ACCURACY = """
def batch_accuracy(xb, yb):
    preds = xb.sigmoid()
    correct = (preds>0.5) == yb
    return correct.float().mean()
"""
VALIDATE = """
def validate_epoch(model):
    accs = [batch_accuracy(model(xb), yb) for xb,yb in valid_dl]
    return round(torch.stack(accs).mean().item(), 4)
"""
CHAPTER = {
    "linear1": [
        "def linear1(xb): return xb@weights + bias",
        "weights, bias = torch.ones(3, 1), 0\ndef linear1(x): return x@weights + bias",
        "def linear1(xb): return xb@w + b",
    ],
    "train_epoch": [
        LOSS + WITH_OPT,
        LOSS + BY_HAND + WITH_OPT,
        LOSS + WITH_OPT.replace("(model)", "(model, opt)"),
        LOSS + WITH_OPT.replace("(model)", "(opt, model, dl)"),
        LOSS + "dl = [(torch.ones(1, 3), torch.ones(1, 1))]\nopt = None\n" + WITH_OPT,
        LOSS + WITH_OPT + "def train_epoch(a, b): return b",
    ],
    "validate_epoch": [
        ACCURACY + VALIDATE,
        ACCURACY + VALIDATE.replace("def", "@torch.no_grad()\ndef"),
        ACCURACY + VALIDATE.replace("(model)", "(valid_dl, model)"),
    ],
}
SLIPS = {
    "linear1": [
        "def linear1(xb): return xb@weights",
        "def linear1(xb): return xb@weights - bias",
        "weights, bias = torch.ones(1, 1), 0\ndef linear1(xb): return xb@WEIGHTS",
    ],
    "train_epoch": [
        LOSS + WITH_OPT.replace("opt.zero_grad()", "pass"),
        LOSS + WITH_OPT.replace("opt.step()", "pass"),
        LOSS.replace("mnist_loss(preds", "F.mse_loss(preds") + WITH_OPT,
        LOSS + WITH_OPT.replace("in dl", "in valid_dl"),
        LOSS + BY_HAND.replace("-=", "+="),
        LOSS + BY_HAND.replace("p.grad.zero_()", "pass"),
    ],
    "validate_epoch": [
        ACCURACY.replace("xb.sigmoid()", "xb") + VALIDATE,
        ACCURACY + VALIDATE.replace(", 4)", ", 2)"),
        ACCURACY + VALIDATE.replace("valid_dl", "dl_of_mine"),
    ],
}


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name in CHAPTER for number in range(len(CHAPTER[name]))]
)
def test_the_loop_of_the_chapter(name: str, number: int) -> None:
    """linear1(xb), train_epoch(model) and validate_epoch(model) pass with what they read from globals."""
    assert not complaints(graded(4, CHAPTER[name][number], f"test_{name}"))


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in SLIPS for number in range(len(SLIPS[name]))])
def test_slips_in_the_loop_of_the_chapter(name: str, number: int) -> None:
    """The same functions with a slip fail, by their values and not by their shape where the globals are read."""
    assert failed(graded(4, SLIPS[name][number], f"test_{name}"))


def test_steps_by_hand_are_plain_sgd() -> None:
    """train_epoch(model, lr, params) passes as SGD, and not where the optimizer that is given has momentum."""
    assert failed(graded(4, LOSS + BY_HAND, "test_train_epoch")) == {"train_epoch_takes_anything"}


def test_a_version_that_fits_is_called_as_it_is() -> None:
    """What has the contract's arguments in its order is not adapted, and what reads none of the globals neither."""
    fitting = {
        "linear1": ["def linear1(xb, w, b): return xb@w + b", "linear1 = lambda *args: 0", "def linear1(x): return x"],
        "train_epoch": [
            "def train_epoch(net, dl, criterion, optimizer, verbose=False): pass",
            "def train_epoch(a, b, c, d): pass",
            "def train_epoch(model): return mse(model, dl, opt)",
        ],
        "validate_epoch": ["def validate_epoch(model, dl): pass", "def validate_epoch(model, n): return valid_dl"],
    }
    for name, sources in fitting.items():
        for source in sources:
            definitions = loaded(4, source)
            assert definitions.find(name) is vars(definitions.module)[name]


# --- exercise 5 ---

LEARNER = """
class Learner:
    def __init__(self, INIT):
        STORE
        self.recorder = {"epochs": [], "batch_losses": []}
    def _moved(self, part):
        device = next(MODEL.parameters()).device
        return [(x.to(device), y.to(device)) for x, y in part]
    def fit(self, FIT):
        BEGIN
        names = ["train_loss", "valid_loss", *(metric.__name__ for metric in METRICS)]
        for _ in range(epochs):
            MODEL.train()
            total = n = 0
            for xb, yb in self._moved(TRAIN):
                loss = LOSS(MODEL(xb), yb)
                loss.backward()
                STEP
                self.recorder["batch_losses"].append(loss.item())
                total, n = total + loss.item() * len(xb), n + len(xb)
            self.recorder["epochs"].append(dict(zip(names, [total / n, *self.validate()])))
    def validate(self):
        MODEL.eval()
        with torch.no_grad():
            rows = [(len(x), [float(f(MODEL(x), y)) for f in (LOSS, *METRICS)]) for x, y in self._moved(VALID)]
        n = sum(size for size, _ in rows)
        return tuple(sum(size * row[i] for size, row in rows) / n if n else None for i in range(1 + len(METRICS)))
    def predict(self, x):
        mode = MODEL.training
        with torch.no_grad():
            out = MODEL.eval()(x)
        MODEL.train(mode)
        return out
"""
HAND = "[p.data.sub_(lr * p.grad) for p in MODEL.parameters()]; MODEL.zero_grad()"
OPT_FUNC = {"BEGIN": "opt = OPT(MODEL.parameters(), lr)", "STEP": "opt.step(); opt.zero_grad()"}


def learner(init: str, fit: str = "epochs, lr", **parts: str) -> str:
    """A right Learner with these arguments; what it stores is its own, and the rest is read from globals."""
    names = [part.split("=")[0].strip() for part in init.split(",") if part.strip()]
    store = "; ".join(f"self.{name} = {name}" for name in names) or "pass"
    roles = {"DLS": "dls", "MODEL": "model", "LOSS": "loss_func", "OPT": "opt_func", "METRICS": "metrics"}
    parts = {"BEGIN": "pass", "TRAIN": "DLS.train", "VALID": "DLS.valid", "STEP": HAND, **parts}
    source = LEARNER.replace("INIT", init).replace("STORE", store).replace("FIT", fit)
    for word, text in [*parts.items(), *roles.items()]:
        source = source.replace(word, f"self.{text}" if text in names else text)
    return source.replace("self, )", "self)")


RIGHT = {
    "loss before optimizer": learner("dls, model, loss_func, opt_func, metrics=()", **OPT_FUNC),
    "model first": learner("model, dls, opt_func, loss_func, metrics=()", **OPT_FUNC),
    "other names": learner(
        "net, data, criterion, optimizer, metrics=()",
        **{**OPT_FUNC, "MODEL": "net", "DLS": "data", "LOSS": "criterion", "OPT": "optimizer"},
    ),
    "two loaders": learner(
        "dl, valid_dl, model, opt_func, loss_func, metrics=()", **OPT_FUNC, TRAIN="dl", VALID="valid_dl"
    ),
    "opt_func from a global": learner("dls, model, loss_func, metrics=()", **OPT_FUNC),
    "lr first in fit": learner("dls, model, opt_func, loss_func, metrics=()", "lr, epochs", **OPT_FUNC),
    "lr in the class": learner(
        "dls, model, opt_func, loss_func, lr, metrics=()", "epochs",
        BEGIN="opt = OPT(MODEL.parameters(), self.lr)", STEP="opt.step(); opt.zero_grad()",
    ),
    "an optimizer": learner(
        "dls, model, opt, loss_func, metrics=()", "epochs", STEP="self.opt.step(); MODEL.zero_grad()"
    ).replace("next(self.model.parameters())", "list(self.model.state_dict().values())[0]"),
}  # fmt: skip
PLAIN = {
    "steps of its own": learner("dls, model, loss_func, metrics=()"),
    "lr from a global": learner("dls, model, loss_func, metrics=()", "epochs"),
    "params, lr, model": learner(
        "params, lr, model, loss_func, metrics=()", "epochs", TRAIN="dl", VALID="valid_dl",
        STEP="[p.data.sub_(self.lr * p.grad) for p in self.params]; MODEL.zero_grad()",
    ).replace("self.params = params", "self.params = list(params)"),
}  # fmt: skip
NEEDS_OPT_FUNC = {"keeps_one_optimizer", "uses_opt_func_and_lr"}


@pytest.mark.parametrize("name", RIGHT)
def test_learners_of_another_shape(name: str) -> None:
    """A Learner with its parts in another order, in `fit` or from globals passes like any other."""
    assert not complaints(graded(5, RIGHT[name], "learner"))


@pytest.mark.parametrize("name", PLAIN)
def test_learners_with_steps_of_their_own(name: str) -> None:
    """A Learner that takes no opt_func fails where one is asked for, and nowhere else."""
    assert failed(graded(5, PLAIN[name], "learner")) == NEEDS_OPT_FUNC


def test_learners_in_which_everything_is_global_or_comes_with_fit() -> None:
    """Learner() passes what it can do without parts of its own."""
    everywhere = learner("", "model, dls, loss_func, epochs, lr").replace("*self.validate()", "1.0")
    everywhere = everywhere.replace("next(model.parameters()).device", "'cpu'")
    assert not complaints(graded(5, everywhere, "learner_fits_like or goes_on"))
    assert failed(graded(5, everywhere, "learner_records_epochs"))
    through_globals = learner("", "epochs", **OPT_FUNC)
    assert not complaints(graded(5, f"metrics = ()\n{through_globals}", "learner_fits_like or shares_nothing"))
    assert not complaints(graded(5, f"metrics = ()\n{through_globals}", "learner_uses_opt_func or one_optimizer"))


@pytest.mark.parametrize(
    ("name", "old", "new", "check"),
    [
        ("loss before optimizer", "opt.zero_grad()", "pass", "fits_like_plain_sgd"),
        ("loss before optimizer", "self.recorder =", "Learner.recorder =", "shares_nothing"),
        ("loss before optimizer", "MODEL.train()", "pass", "trains_in_train_mode"),
        ("loss before optimizer", "size * row[i]", "row[i]", "validates_by_batch_size"),
        ("two loaders", "self._moved(self.dl)", "self._moved(self.valid_dl)", "fits_like_plain_sgd"),
        ("opt_func from a global", "opt_func(", "torch.optim.SGD(", "uses_opt_func_and_lr"),
        ("opt_func from a global", "self.model.parameters(), lr)", "self.model.parameters(), 1)", "opt_func_and_lr"),
        ("lr first in fit", "parameters(), lr)", "parameters(), epochs)", "fits_like_plain_sgd"),
        ("lr in the class", "self.lr)", "0.1)", "uses_opt_func_and_lr"),
        ("an optimizer", "self.opt.step()", "self.opt.step(); self.opt.step()", "fits_like_plain_sgd"),
    ],
)  # fmt: skip
def test_slips_in_learners_of_another_shape(name: str, old: str, new: str, check: str) -> None:
    """A Learner of another shape with a slip fails the check that is about it."""
    source = RIGHT[name].replace(old.replace("MODEL", "self.model"), new)
    assert source != RIGHT[name]
    assert any(check in name for name in failed(graded(5, source, "learner")))


def test_learners_that_fit_are_called_as_they_are() -> None:
    """Five arguments in the contract's order need no adapter, whatever they are called; a draft gets none."""
    for source in (
        learner("dls, model, opt_func, loss_func, metrics=()", **OPT_FUNC),
        "class Learner:\n    def __init__(self, dl, net, opt, loss, metrics): pass\n    def fit(self, n, lr): pass",
        "class Learner:\n    def __init__(self, a, b, c, d): pass\n    def fit(self, n, lr): pass",
        "class Learner:\n    def __init__(self, model): self.model = model",
        "class Learner: pass",
        "class Learner:\n    def __init__(self, dls, model, loss): pass\n    def fit(self, lr, what): pass",
    ):
        definitions = loaded(5, source)
        assert definitions.find("Learner") is vars(definitions.module)["Learner"]


def test_a_draft_at_the_end_does_not_hide_the_learner() -> None:
    """The last Learner that can be called or adapted is graded."""
    source = RIGHT["loss before optimizer"] + "class Learner:\n    def __init__(self, model): self.model = model\n"
    assert not complaints(graded(5, source, "learner"))


def test_simple_net_as_a_net() -> None:
    """simple_net may be a net: every call gives another one, with other numbers; its layers have to be right."""
    right = "simple_net = nn.Sequential(nn.Linear(28*28,30), nn.ReLU(), nn.Linear(30,1))\n"
    assert not complaints(graded(5, right, "simple_net"))
    make = loaded(5, right).find("simple_net")
    one, other = make(), make()
    assert not torch.equal(one[0].weight, other[0].weight)
    assert failed(graded(5, right.replace("nn.ReLU(), ", ""), "simple_net")) == {"simple_net_is_linear_relu_linear"}
    on_globals = "def simple_net(xb): return (xb@w1 + b1).max(torch.tensor(0.0))@w2 + b2"
    assert len(failed(graded(5, on_globals, "simple_net"))) == 2


# --- exercise 6 ---

ONE_HOT = "def cross_entropy(z, y): return -(y * (z - z.logsumexp(1, keepdim=True))).sum(1).mean()\n"
ONE_HOT_ACCURACY = "def accuracy(z, y): return (z.argmax(1) == y.argmax(1)).float().mean().item()\n"


def test_one_hot_labels() -> None:
    """cross_entropy and accuracy may take one-hot labels, and are then given those, for one image as well."""
    assert not complaints(graded(6, ONE_HOT, "test_cross_entropy"))
    assert not complaints(graded(6, ONE_HOT_ACCURACY, "test_accuracy"))
    for wrong in (ONE_HOT.replace(".sum(1)", ""), ONE_HOT.replace("logsumexp(1,", "logsumexp(0,")):
        assert failed(graded(6, wrong, "test_cross_entropy"))
    assert failed(graded(6, ONE_HOT_ACCURACY.replace("z.argmax", "z.argmin"), "test_accuracy"))
    borrowed = ONE_HOT.replace("(z - z.logsumexp(1, keepdim=True))", "z.log_softmax(1)")
    assert failed(graded(6, borrowed, "test_cross_entropy")) == {"cross_entropy_is_by_hand"}


def test_labels_stay_labels_where_they_are_taken() -> None:
    """A function that can take labels is given them; one that can take neither fails with its own exception."""
    mean_of_all = "def cross_entropy(z, y): return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()\n"
    assert not complaints(graded(6, mean_of_all, "test_cross_entropy"))
    (result,) = graded(6, "def accuracy(z, y): return (z.argmax(1) == y).none().item()", "test_accuracy")
    assert result.verdict is Verdict.RAISED and result.finding is not None and "none" in result.finding.message


# --- whatever it is ---


def loaded(exercise: int, source: str) -> Definitions:
    """A source's definitions with the exercise's adapters, as a guest has them."""
    folder = EXERCISES / f"exercise{exercise}"
    wanted = {"is_3": 3, "linear1": 3, "train_epoch": 4, "validate_epoch": 2, "Learner": 4, "simple_net": 0}
    definitions = load(f"{HEAD}{source}\n".encode(), "work.py", wanted)
    probes = load_helper((folder / "probes.py").read_bytes(), "probes.py", {"student": SimpleNamespace()})
    definitions.adapters = adapters(probes)
    return definitions


ALL = {exercise: loaded(exercise, "").adapters for exercise in (2, 4, 5, 6)}


class Hostile:
    """Raises whatever it is asked."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __call__(self) -> None: ...


class HostileMeta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(name)


class LyingSignature(metaclass=HostileMeta):
    __signature__ = 3


def wraps_itself(model: Any) -> Any:
    return valid_dl, dl, opt, mnist_loss, weights  # type: ignore[name-defined]  # noqa: F821  # never called


wraps_itself.__wrapped__ = wraps_itself  # type: ignore[attr-defined]
JUNK = [
    *(Hostile(), Hostile, LyingSignature, wraps_itself, torch.sigmoid, torch.nn.ReLU(), torch.nn.Linear, len, print),
    *(int, type, type("Learner", (), {"fit": 3}), type("Learner", (), {"fit": staticmethod(print)}), lambda: 0),
    *(lambda *args, **more: 0, inspect, torch, Ellipsis, NotImplemented, object(), torch.zeros(3), Path(), str.join),
]
VALUES = st.none() | st.integers() | st.floats() | st.text() | st.binary() | st.functions()
PARAMETERS = st.lists(
    st.sampled_from(["x", "model", "dl", "dls", "valid_dl", "opt_func", "opt", "lr", "params", "epochs", "loss", "a"]),
    max_size=5,
    unique=True,
)


def assert_quiet(value: Any, namespace: dict[str, Any]) -> None:
    """No adapter raises, and each gives None or something that can be called."""
    for found in ALL.values():
        for adapter in found.values():
            adapted = adapter(value, namespace)
            assert adapted is None or callable(adapted)


@pytest.mark.parametrize("place", range(len(JUNK)))
def test_adapters_survive_junk(place: int) -> None:
    """Objects that raise at every question, and what is no function of a submission, raise in no adapter."""
    assert_quiet(JUNK[place], {})


@given(value=VALUES)
def test_adapters_survive_any_value(value: Any) -> None:
    """Whatever a name stands for, an adapter gives None or something that can be called."""
    assert_quiet(value, {})


@given(names=PARAMETERS, of_fit=PARAMETERS, defaults=st.integers(0, 5))
def test_adapters_of_all_signatures(names: list[str], of_fit: list[str], defaults: int) -> None:
    """Whatever the parameters are called, nothing that an adapter does with them raises before it is called."""
    listed = ", ".join(name + "=0" * (place >= len(names) - defaults) for place, name in enumerate(names))
    source = f"def f({listed}): return dl, opt, mnist_loss, weights, bias, valid_dl, mean3, mean7\n"
    source += (
        f"class C:\n    def __init__(self, {listed}): pass\n    def fit({', '.join(['self', *of_fit])}): return dl"
    )
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    assert_quiet(namespace["f"], namespace)
    assert_quiet(namespace["C"], namespace)
