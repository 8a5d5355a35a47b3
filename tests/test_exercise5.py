"""Exercise 5, a Learner from scratch: who gets which marks. A submission is the solution with some names replaced."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from fakes import grade
from marking import (
    TELLING,
    assert_caught,
    assert_examples_true,
    assert_told_apart,
    complaints,
    imported,
    one_thread,  # noqa: F401 - a fixture that every test here uses
)

from grader import course
from grader.values import CheckResult, Verdict

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "exercises" / "exercise5"
SOLUTION = (ROOT / "solutions" / "exercise5.py").read_text(encoding="utf-8")
MISTAKES = (FOLDER / "mistakes.py").read_text(encoding="utf-8")
FUNCTIONS = ("simple_net", "Learner")
NAMES = re.findall(r"^(?:def|class) (\w+__\w+)", MISTAKES, re.MULTILINE)


def graded(extra: str = "", function: str = "") -> list[CheckResult]:
    """Results of the solution followed by `extra`; only the checks of `function`, where one is given."""
    select = f"test_{function.lower()}" if function else ""
    return grade(FOLDER, f"{SOLUTION}\n\n{extra}\n".encode(), select)


def test_the_stub_gets_no_point() -> None:
    """The stub gets no point, and every check says that it is not written yet."""
    results = grade(FOLDER, (FOLDER / "exercise5.py").read_bytes())
    assert {(result.verdict, result.points) for result in results} == {(Verdict.MISSING, 0)}


def test_the_solution_gets_full_marks() -> None:
    """The solution passes every check, and the checks are worth 24 points, both names some."""
    results = graded()
    assert not complaints(results)
    assert sum(result.max_points for result in results) == 24
    assert {name for result in results for name in result.functions} == set(FUNCTIONS)
    assert all(result.max_points >= 1 and len(result.title) <= 70 for result in results)


def test_the_names_are_those_of_the_contract() -> None:
    """exercise.toml, the stub and the solution name the same things with the same parameters."""
    exercise = course.read_exercise(FOLDER)
    for module in (imported(FOLDER / "exercise5.py"), imported(ROOT / "solutions" / "exercise5.py")):
        for name in exercise.names:
            assert str(inspect.signature(getattr(module, name.name))) == name.signature
        methods = {name: list(inspect.signature(getattr(module.Learner, name)).parameters)[1:] for name in METHODS}
        assert methods == METHODS
    assert tuple(name.name for name in exercise.names) == FUNCTIONS
    assert all(2 <= len(name.hints) <= 3 for name in exercise.names)


METHODS = {"fit": ["n_epochs", "lr"], "validate": [], "predict": ["x"]}


def test_the_stubs_examples_are_true() -> None:
    """Every example in the stub's docstrings gives with the solution what it says."""
    stub, solution = FOLDER / "exercise5.py", ROOT / "solutions" / "exercise5.py"
    assert_examples_true(stub, solution, FUNCTIONS)


@pytest.fixture(scope="module")
def caught() -> dict[str, list[CheckResult]]:
    """The results of every mistake, on the checks of its function."""
    functions = {name: name.split("__")[0] for name in NAMES}
    return {name: graded(f"{MISTAKES}\n{function} = {name}", function) for name, function in functions.items()}


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_is_caught(caught: dict[str, list[CheckResult]], name: str) -> None:
    """Each known mistake fails a check of its function, is never ungradable, and has a hint."""
    assert_caught(caught[name], name.split("__")[0])
    assert len(inspect.getdoc(getattr(imported(FOLDER / "mistakes.py"), name)) or "") > 40


def test_mistakes_can_be_told_apart(caught: dict[str, list[CheckResult]]) -> None:
    """No two mistakes answer alike where they fail, so that a student gets the right hint."""
    assert_told_apart(caught)


# A fault, and the points that it may cost at most: what one check is about should not fail all the others.
COSTS = (
    ("Learner__ignores_lr_and_opt_func", 10),
    ("Learner__never_clears_gradients", 10),
    ("Learner__new_optimizer_each_epoch", 1),
    ("Learner__shares_its_recorder", 2),
    ("Learner__plain_mean_in_train_loss", 2),
    ("Learner__plain_mean_in_validate", 3),
    ("Learner__stays_in_eval_mode", 3),
    ("Learner__validates_in_train_mode", 3),
    ("Learner__needs_validation_batches", 1),
    ("Learner__leaves_batches_where_they_are", 1),
    ("Learner__predicts_probabilities", 2),
)


@pytest.mark.parametrize(("name", "most"), COSTS)
def test_a_mistake_costs_what_it_is_about(caught: dict[str, list[CheckResult]], name: str, most: int) -> None:
    """One fault leaves the points of the checks that are about something else."""
    assert sum(result.max_points - result.points for result in caught[name]) <= most


RIGHT = {
    "simple_net": {
        "a class": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(784, 30), nn.Linear(30, 1)
    def forward(self, x):
        return self.second(self.first(x).clamp_min(0))
simple_net = Net
""",
        "the chapter's, by hand": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.b2 = nn.Parameter(torch.zeros(1))
        self.w2 = nn.Parameter(torch.randn(30, 1))
        self.w1 = nn.Parameter(torch.randn(784, 30))
        self.b1 = nn.Parameter(torch.zeros(30))
    def forward(self, xb):
        res = xb @ self.w1 + self.b1
        res = res.max(torch.tensor(0.0))
        return res @ self.w2 + self.b2
def simple_net(*args):
    return Net()
""",
        "lambda": "simple_net = lambda: nn.Sequential(nn.Linear(784, 30), nn.ReLU(inplace=True), nn.Linear(30, 1))",
        "zeros": """
def simple_net():
    net = nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1)).eval()
    for parameter in net.parameters():
        nn.init.zeros_(parameter)
    return net
""",
    },
    "Learner": {
        "dict recorder, tensors, indexed loaders": """
class Learner:
    def __init__(self, dls, model, opt_func, loss_func, metrics=()):
        self.train, self.valid = dls[0], dls[1]
        self.model, self.opt_func, self.loss, self.metrics = model, opt_func, loss_func, list(metrics)
        self.recorder = {"epochs": [], "batch_losses": []}
        self.device = next(model.parameters()).device
    def fit(self, n, lr):
        opt = self.opt_func(params=self.model.parameters(), lr=lr)
        for _ in range(n):
            self.model.train()
            losses, sizes = [], []
            for batch in self.train:
                x, y = [part.to(self.device, non_blocking=True) for part in batch]
                loss = self.loss(self.model(x), y)
                loss.backward()
                opt.step()
                opt.zero_grad()
                losses.append(loss.detach())
                sizes.append(x.shape[0])
            self.recorder["batch_losses"].extend(losses)
            row = {m.__name__: v for m, v in zip(self.metrics, self.validate()[1:])}
            row["valid_loss"] = self.validate()[0]
            row["train_loss"] = (torch.stack(losses) * torch.tensor(sizes)).sum() / sum(sizes)
            self.recorder["epochs"].append(row)
    def validate(self):
        if len(self.valid) == 0:
            return tuple(None for _ in [self.loss, *self.metrics])
        was, n = self.model.training, sum(len(x) for x, _ in self.valid)
        self.model.eval()
        with torch.inference_mode():
            out = [(self.model(x.to(self.device)), y.to(self.device)) for x, y in self.valid]
            means = [[torch.as_tensor(m(p, y)) * len(p) / n for p, y in out] for m in [self.loss, *self.metrics]]
            values = tuple(sum(mean) for mean in means)
        self.model.train(was)
        return values
    @torch.inference_mode()
    def predict(self, x):
        was, _ = self.model.training, self.model.eval()
        try:
            return self.model(x)
        finally:
            self.model.train(was)
""",
        "a function, closures, one optimizer for ever": """
from dataclasses import dataclass, field
@dataclass
class Recorder:
    epochs: list = field(default_factory=list)
    batch_losses: list = field(default_factory=list)
def Learner(dls, model, opt_func, loss_func, metrics=(), *, verbose=False):
    train, valid = dls
    opt, recorder = None, Recorder()
    def moved(dl):
        return ((x.to(next(model.parameters())), y.to(device=next(model.parameters()).device)) for x, y in dl)
    def fit(n_epochs, lr):
        nonlocal opt
        if opt is None:
            opt = opt_func(list(model.parameters()), lr)
        for group in opt.param_groups:
            group["lr"] = lr
        for epoch in range(1, n_epochs + 1):
            model.train(True)
            total = count = 0
            for step, (x, y) in enumerate(moved(train)):
                model.zero_grad(set_to_none=False)
                loss = loss_func(model(x), y)
                recorder.batch_losses += [float(loss.detach())]
                loss.backward()
                opt.step()
                total, count = total + recorder.batch_losses[-1] * y.size(0), count + y.size(0)
            loss, *values = validate()
            named = {metric.__name__: value for metric, value in zip(metrics, values)}
            recorder.epochs.append({"train_loss": total / count, "valid_loss": loss} | named)
            print(epoch, loss)
    def validate():
        with torch.no_grad():
            model.train(False)
            rows = [(len(x), [float(f(model(x), y)) for f in (loss_func, *metrics)]) for x, y in moved(valid)]
            model.train(True)
        if not rows:
            return (None,) * (len(metrics) + 1)
        columns = zip(*[[n * v for v in values] for n, values in rows])
        return tuple(sum(column) / sum(n for n, _ in rows) for column in columns)
    def predict(x):
        before = model.training
        result = model.eval()(x).detach()
        model.train(before)
        return result
    from types import SimpleNamespace
    return SimpleNamespace(fit=fit, validate=validate, predict=predict, recorder=recorder)
""",
        "everything optional, lr set on the optimizer": """
_Learner = Learner
class Learner(_Learner):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.opt = None
        self.history = dict(epochs=[], batch_losses=[])
    @property
    def recorder(self):
        return self.history
    @recorder.setter
    def recorder(self, value):
        pass
    def fit(self, n_epochs, lr):
        self.opt = self.opt or self.opt_func(self.model.parameters(), lr=1)
        self.opt.lr = lr
        for _ in range(n_epochs):
            self.model.train()
            rows = []
            for xb, yb in self.dls[0]:
                device = next(iter(self.model.parameters())).device
                xb, yb = xb.to(device=device, dtype=xb.dtype), torch.empty_like(yb, device=device).copy_(yb)
                loss = self.loss_func(self.model(xb), yb)
                for parameter in self.model.parameters():
                    parameter.grad = None
                loss.backward()
                self.opt.step()
                rows.append((loss.item(), len(xb)))
            self.history["batch_losses"].extend(loss for loss, _ in rows)
            mean = sum(loss * n for loss, n in rows) / sum(n for _, n in rows)
            keys = ["valid_loss"] + [m.__name__ for m in self.metrics]
            self.history["epochs"].append(dict(zip(keys, self.validate()), train_loss=torch.tensor(mean)))
""",
    },
}


@pytest.mark.parametrize(("function", "variant"), [(name, key) for name in RIGHT for key in RIGHT[name]])
def test_odd_but_right_solutions_pass(function: str, variant: str) -> None:
    """What does as the contract says passes, whatever it is written like."""
    assert not complaints(graded(RIGHT[function][variant], function))


GARBAGE = (
    *("None", "'x'", "[]", "{}", "float('nan')", "torch.zeros(0)", "object()", "True", "b''", "(1, 2)", "torch"),
    *("torch.tensor([float('nan')])", "torch.zeros(2, 3, dtype=torch.int64)", "torch.zeros(1, dtype=torch.complex64)"),
    *("torch.zeros(3).numpy()", "10 ** 400", "-1", "torch.tensor(float('inf'))", "print", "nn.Linear(784, 30)"),
)
DEEDS = ("raise ValueError('no')", "raise SystemExit(1)", "raise KeyError", "return args[99]", "raise RuntimeError")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_wrong_answers_pass_nothing(function: str) -> None:
    """Whatever else comes back, no check of the name passes, and none becomes ungradable."""
    for body in [f"return {value}" for value in GARBAGE] + list(DEEDS):
        results = graded(f"def {function}(*args): {body}", function)
        assert results and not [(body, result.id) for result in results if result.verdict not in TELLING]


# For each method: what comes back instead of the answer. Its own checks must fail.
METHOD_CHECKS = {
    "fit": ("fits_like", "uses_opt", "one_optimizer", "second_fit", "train_mode", "records_the", "records_ep"),
    "validate": ("by_batch_size", "any_metrics", "validates_in_eval", "without_gradients", "no_validation"),
    "predict": ("predicts",),
}


@pytest.mark.parametrize("method", METHOD_CHECKS)
def test_garbage_from_a_method_is_graded(method: str) -> None:
    """A method that gives nonsense, or raises, fails its checks; every check has a verdict."""
    for body in [f"return {value}" for value in GARBAGE] + list(DEEDS):
        source = f"class Learner(Learner):\n    def {method}(*args, **kwargs): {body}"
        results = graded(source, "Learner")
        assert not [(body, result.id) for result in results if result.verdict is Verdict.UNGRADABLE]
        passed = [result.id for result in results if result.verdict is Verdict.PASSED]
        assert not [(body, name) for part in METHOD_CHECKS[method] for name in passed if part in name]


SPOILT_RECORDERS = (
    *("None", "[]", "{}", "(1, 2)", "object()", "SimpleNamespace(epochs=None, batch_losses=None)", "torch.zeros(2)"),
    *("SimpleNamespace(epochs=[], batch_losses=[])", "dict(epochs=[{}] * 9, batch_losses=[1.0] * 9)"),
    *("SimpleNamespace(epochs=(), batch_losses=())", "dict(epochs=[None], batch_losses=['x'])"),
)


SPOILER = """
Right = Learner
class Learner(Right):
    def __init__(self, *args):
        super().__init__(*args)
        self.recorder = spoilt
    def fit(self, *args):
        self.recorder = SimpleNamespace(epochs=[], batch_losses=[])
        super().fit(*args)
        self.recorder = spoilt
"""


def test_garbage_in_the_recorder_is_graded() -> None:
    """Whatever stands in the recorder's place, the checks that are about it fail and those of training pass."""
    for value in SPOILT_RECORDERS:
        results = {result.id: result.verdict for result in graded(f"spoilt = {value}\n{SPOILER}", "Learner")}
        assert Verdict.UNGRADABLE not in results.values()
        for part in ("starts_with", "second_fit", "shares", "records_the", "records_epochs"):
            assert all(verdict in TELLING for name, verdict in results.items() if part in name), (value, part)
        for part in ("fits_like", "uses_opt", "one_optimizer", "train_mode", "moves", "by_batch_size", "predicts"):
            assert all(verdict is Verdict.PASSED for name, verdict in results.items() if part in name), (value, part)


ARITY = (
    "def {0}(): return 1",
    "def {0}(a): return a",
    "def {0}(a, b, c, d, e, f): return a",
    "{0} = 3",
    "{0} = None",
    "class {0}: pass",
    "class {0}:\n    def __getattr__(self, name): return lambda *args: None",
    "class {0}:\n    def __init__(self, *args): self.recorder = {{'epochs': [], 'batch_losses': []}}",
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_garbage_everywhere_is_graded(function: str) -> None:
    """Definitions that can't be used as asked get no point, and a verdict."""
    for line in ARITY:
        results = grade(FOLDER, f"import torch\n{line.format(function)}\n".encode())
        assert not [(line, result.id) for result in results if result.points]
        assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


# A slip that one clause of the contract forbids, and the check that has to notice it. `Right` is the solution's class.
SLIPS = (
    ("simple_net = (lambda net: lambda: net)(simple_net())", "four_parameters"),
    ("def simple_net(): return nn.Sequential(nn.Linear(784, 30), nn.Linear(30, 1), nn.ReLU())", "linear_relu"),
    ("def simple_net(): return nn.Sequential(nn.Linear(784, 30), nn.LeakyReLU(0.01), nn.Linear(30, 1))", "linear_relu"),
    (
        "def simple_net(): return nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Dropout(), nn.Linear(30, 1))",
        "linear_relu",
    ),
    ("def simple_net(): return nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1), nn.Flatten(0))", "relu"),
    ("old = simple_net\ndef simple_net(): return old().requires_grad_(False)", "four_parameters"),
    ("def simple_net(): return nn.Linear(784, 30)", "four_parameters"),
    ("old = simple_net\ndef simple_net(): return old().double()", "linear_relu"),
    ("class Learner(Right):\n    def fit(self, n, lr): super().fit(n, abs(lr) ** 0.999)", "fits_like_plain_sgd"),
    ("class Learner(Right):\n    def fit(self, n, lr): super().fit(n + 1, lr)", "fits_like_plain_sgd"),
    ("class Learner(Right):\n    def fit(self, n, lr): [super(Learner, self).fit(1, lr) for _ in range(n)]", "one_opt"),
    (
        "class Learner(Right):\n    def _moved(self, dl): return list(super()._moved(dl))[::-1]",
        "fits_like_plain_sgd",
    ),
    (
        "class Learner(Right):\n    def _moved(self, dl): return [(x[:2], y[:2]) for x, y in super()._moved(dl)]",
        "fits_like_plain_sgd",
    ),
    (
        "class Learner(Right):\n    def _moved(self, dl): return [(x.mul_(2), y) for x, y in super()._moved(dl)]",
        "fits_like_plain_sgd",
    ),
    (
        "class Learner(Right):\n    def validate(self):\n        [y.add_(1e-9).add_(-1e-9) for x, y in self.dls[1]]\n"
        "        [x.mul_(1).add_(1e-3) for x, y in self.dls[1]]\n        return super().validate()",
        "by_batch_size",
    ),
    ("class Learner(Right):\n    def predict(self, x): return super().predict(x.mul_(2)) / 2", "predicts"),
    ("class Learner(Right):\n    def predict(self, x): return super().predict(x).double()", "predicts"),
    ("class Learner(Right):\n    def predict(self, x): return super().predict(x).tolist()", "predicts"),
    ("class Learner(Right):\n    def predict(self, x): return super().predict(x[:1])", "predicts"),
    ("class Learner(Right):\n    def predict(self, x): return super().predict(x).squeeze()", "predicts"),
    ("class Learner(Right):\n    def validate(self): return tuple(map(str, super().validate()))", "by_batch_size"),
    ("class Learner(Right):\n    def validate(self): return super().validate() + (1.0,)", "by_batch_size"),
    ("class Learner(Right):\n    def validate(self): return super().validate()[:1]", "by_batch_size"),
    (
        "class Learner(Right):\n    def validate(self): return tuple(v and round(v, 2) for v in super().validate())",
        "by_batch_size",
    ),
    (
        "class Learner(Right):\n    def validate(self): return tuple(torch.tensor([v]) for v in super().validate())",
        "by_batch_size",
    ),
    (
        "class Learner(Right):\n    def validate(self): return tuple(v and 0 * v for v in super().validate())",
        "by_batch_size",
    ),
    (
        "class Learner(Right):\n    def validate(self):\n        values = super().validate()\n"
        "        return tuple(torch.tensor(v, requires_grad=True) for v in values if v is not None)",
        "without_gradients",
    ),
    (
        "class Learner(Right):\n    def fit(self, n, lr):\n        super().fit(n, lr)\n"
        "        self.recorder.epochs[-1]['seconds'] = 1.0",
        "records_epochs",
    ),
    (
        "class Learner(Right):\n    def fit(self, n, lr):\n        super().fit(n, lr)\n"
        "        self.recorder.epochs[-1].pop('valid_loss')",
        "records_epochs",
    ),
    (
        "class Learner(Right):\n    def fit(self, n, lr):\n        super().fit(n, lr)\n"
        "        self.recorder.epochs[0]['train_loss'] = None",
        "records_the_training",
    ),
    (
        "class Learner(Right):\n    def fit(self, n, lr):\n        super().fit(n, lr)\n"
        "        self.recorder.batch_losses = tuple(self.recorder.batch_losses)",
        "records_the_training",
    ),
    (
        "class Learner(Right):\n    def fit(self, n, lr):\n        super().fit(n, lr)\n"
        "        self.recorder.batch_losses = [[loss] for loss in self.recorder.batch_losses]",
        "records_the_training",
    ),
    (
        "class Learner(Right):\n    def fit(self, n, lr):\n        super().fit(n, lr)\n"
        "        self.recorder.epochs[0] = self.recorder.epochs[-1]",
        "second_fit",
    ),
    (
        "class Learner(Right):\n    def __init__(self, *args):\n        super().__init__(*args)\n"
        "        for metric in self.metrics: metric.__name__ = metric.__name__.upper()",
        "records_epochs",
    ),
    (
        "class Learner(Right):\n    def __init__(self, dls, model, opt_func, loss_func, metrics=[]):\n"
        "        super().__init__(dls, model, opt_func, loss_func, metrics)\n        metrics.append(loss_func)",
        "by_batch_size",
    ),
    (
        "class Learner(Right):\n    def __init__(self, dls, model, opt_func, *args):\n"
        "        super().__init__(dls, model, torch.optim.SGD, *args)",
        "uses_opt_func",
    ),
    (
        "class Learner(Right):\n    def _moved(self, dl): return dl",
        "moves_batches",
    ),
    (
        "class Learner(Right):\n    def _moved(self, dl): return [(x, y.cpu()) for x, y in dl]",
        "moves_batches",
    ),
    (
        "class Learner(Right):\n    def _moved(self, dl):\n"
        "        return super()._moved(dl) if dl is self.dls[0] else dl",
        "moves_batches",
    ),
    (
        "class Learner(Right):\n    def _moved(self, dl): return [(x.to(x.dtype), y.to(y)) for x, y in dl]",
        "moves_batches",
    ),
)


@pytest.mark.parametrize(("source", "check"), SLIPS)
def test_slips_are_noticed(source: str, check: str) -> None:
    """A submission that breaks one clause of the contract fails the check for that clause."""
    results = graded(f"Right = Learner\n{source}", "" if "Learner" in source else "simple_net")
    failing = [result.id for result in results if result.verdict in TELLING]
    assert any(check in name for name in failing), failing
    assert not [result.id for result in results if result.verdict is Verdict.UNGRADABLE]


def test_what_is_shown_reads_as_python() -> None:
    """A failing probe is shown as the call a student would make."""
    source = "class Learner(Learner):\n    def fit(self, n, lr): super().fit(n, 2 * lr)"
    (finding,) = (result.finding for result in graded(source, "Learner") if "plain_sgd" in result.id)
    assert finding is not None and finding.call is not None
    assert re.fullmatch(
        r"Learner\(DataLoaders\(\[.*\], \[.*\]\), Linear\(.*\), SGD, mnist_loss, \[\]\)\.fit\(1, 0\.25\)",
        finding.call,
    )
    compile(finding.call, "call", "eval")


def test_a_shared_recorder_is_named() -> None:
    """Two Learners that write into one record fail the first thing that the check for it tries."""
    source = f"{MISTAKES}\nLearner = Learner__shares_its_recorder"
    (result,) = (result for result in graded(source, "Learner") if "shares_nothing" in result.id)
    assert result.verdict is Verdict.FAILED
    assert len({repr(call) for call in result.transcript}) == 1
