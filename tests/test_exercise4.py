"""Exercise 4, the SGD loop: who gets which marks. A submission here is the solution with some names replaced."""

from __future__ import annotations

import inspect
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from fake_mnist import real_mnist
from fakes import InProcessSession, grade
from marking import assert_caught, assert_examples_true, assert_told_apart, complaints, imported

from grader import course, engine
from grader.judge import Conditions, Judge, run_checks
from grader.values import CheckResult, Verdict

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "exercises" / "exercise4"
SOLUTION = (ROOT / "solutions" / "exercise4.py").read_text(encoding="utf-8")
MISTAKES = (FOLDER / "mistakes.py").read_text(encoding="utf-8")
FUNCTIONS = (
    *("init_params", "linear1", "quadratic", "mse", "fit_quadratic", "make_dataset", "minibatches", "BasicOptim"),
    *("train_epoch", "batch_accuracy", "validate_epoch", "train_3s_and_7s"),
)
PARTS = FUNCTIONS[:-1]
NAMES = re.findall(r"^(?:def|class) ([A-Za-z]\w*__\w+)", MISTAKES, re.MULTILINE)
Grade = Callable[[str, str], list[CheckResult]]


def graded(extra: str = "", function: str = "not learns") -> list[CheckResult]:
    """Results of the solution followed by `extra`; the checks of `function`, or all that need no MNIST."""
    select = f"test_{function} and not learns" if function in FUNCTIONS else function
    return grade(FOLDER, f"{SOLUTION}\n\n{extra}\n".encode(), select)


@pytest.fixture(scope="module")
def on_mnist(tmp_path_factory: pytest.TempPathFactory) -> Grade:
    """Grades a source with all of MNIST at hand; the second argument selects checks."""
    folder = real_mnist(tmp_path_factory.mktemp("mnist")).folder
    torch.set_num_threads(1)  # as guests have; two on a busy machine are many times slower

    def run(source: str, select: str = "") -> list[CheckResult]:
        exercise = course.read_exercise(FOLDER)
        session = InProcessSession(source.encode(), exercise)
        results: list[CheckResult] = []
        judge = Judge(lambda path: exercise, lambda wanted: session, results.append, Conditions(data=folder))
        engine.use_profile(Path(tempfile.gettempdir()) / "grader-hypothesis")
        run_checks(judge, exercise.checks_file, ["-k", select] if select else [])
        assert not judge.errors
        return results

    return run


def test_the_stub_gets_no_point(on_mnist: Grade) -> None:
    """The stub gets no point, and every check says that something of it is not written yet, by the names asked for."""
    results = on_mnist((FOLDER / "exercise4.py").read_text(encoding="utf-8"), "")
    assert {(result.verdict, result.points) for result in results} == {(Verdict.MISSING, 0)}
    said = {result.finding.message for result in results if result.finding}
    assert said == {f"`{name}` is not written yet." for name in FUNCTIONS}


def test_the_solution_gets_full_marks(on_mnist: Grade) -> None:
    """The solution passes every check; they are worth 32 points, training 5 of them, and every function has some."""
    results = on_mnist(SOLUTION, "")
    assert not complaints(results)
    assert sum(result.max_points for result in results) == 32
    assert sum(result.max_points for result in results if "train_3s_and_7s" in result.functions) == 5
    assert {name for result in results for name in result.functions} == set(FUNCTIONS)
    assert all(result.max_points >= 1 and len(result.title) <= 70 for result in results)


def test_the_names_are_those_of_the_contract() -> None:
    """exercise.toml, the stub and the solution name the same things with the same parameters."""
    exercise = course.read_exercise(FOLDER)
    for module in (imported(FOLDER / "exercise4.py"), imported(ROOT / "solutions" / "exercise4.py")):
        for name in exercise.names:
            parameters = [parameter.strip().split("=")[0] for parameter in name.signature.strip("()").split(",")]
            assert list(inspect.signature(getattr(module, name.name)).parameters) == parameters
    assert tuple(name.name for name in exercise.names) == FUNCTIONS
    assert all(2 <= len(name.hints) <= 3 for name in exercise.names)


def test_the_stubs_examples_are_true() -> None:
    """Every example in the stub's docstrings gives with the solution what it says."""
    stub, solution = FOLDER / "exercise4.py", ROOT / "solutions" / "exercise4.py"
    assert_examples_true(stub, solution, FUNCTIONS, {"train_3s_and_7s"})


# --- known mistakes ---


@pytest.fixture(scope="module")
def caught(on_mnist: Grade) -> dict[str, list[CheckResult]]:
    """The results of every mistake, on the checks of its function."""
    functions = {name: name.split("__")[0] for name in NAMES}
    return {
        name: on_mnist(f"{SOLUTION}\n{MISTAKES}\n{function} = {name}\n", f"test_{function}")
        for name, function in functions.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_is_caught(caught: dict[str, list[CheckResult]], name: str) -> None:
    """Each known mistake fails a check of its function, is never ungradable, and has a hint."""
    assert_caught(caught[name], name.split("__")[0])
    assert len(inspect.getdoc(getattr(imported(FOLDER / "mistakes.py"), name)) or "") > 40


def test_mistakes_can_be_told_apart(caught: dict[str, list[CheckResult]]) -> None:
    """No two mistakes answer alike where they fail, so that a student gets the right hint."""
    assert_told_apart(caught)


# --- right, whatever it is written like ---

RIGHT = {
    "init_params": {
        "chapter's": "def init_params(size, std=1.0): return (torch.randn(size)*std).requires_grad_()",
        "torch.normal": """
def init_params(size, std=1.0):
    shape = (size,) if isinstance(size, int) else size
    return torch.normal(0.0, 1.0, shape).mul_(std).requires_grad_(True)
""",
        "Parameter": """
def init_params(*args):
    size, std = args if len(args) == 2 else (args[0], 1)
    shape = [size] if type(size) is int else list(size)
    return torch.nn.Parameter(torch.empty(shape).normal_() * std)
""",
        "its own generator from torch's": """
def init_params(size, std=1.0):
    own = torch.Generator().manual_seed(torch.randint(2 ** 40, ()).item())
    return (std * torch.randn(size, generator=own)).requires_grad_()
""",
        "tensor of a list": """
import random
def init_params(size, std=1.0):
    r = random.Random(torch.initial_seed())
    flat = [r.gauss(0, 1) * std for _ in range(torch.empty(size).numel())]
    return torch.tensor(flat).reshape(size).requires_grad_()
""",
    },
    "linear1": {
        "matmul": "def linear1(x, w, b): return torch.matmul(x, w).add(b)",
        "addmm": "linear1 = lambda xb, weights, bias: torch.addmm(bias, xb, weights)",
        "F.linear": """
def linear1(*args):
    xb, weights, bias = args
    return torch.nn.functional.linear(xb, weights.T) + bias
""",
        "sum": "def linear1(xb, w, b): return (xb[:, :, None] * w).sum(1) + b",
    },
    "quadratic": {
        "chapter's": "def quadratic(t, params):\n    a,b,c = params\n    return a*(t**2) + (b*t) + c",
        "Horner": "quadratic = lambda t, p: (p[0] * t + p[1]) * t + p[2]",
        "stack": """
def quadratic(t, params):
    return torch.stack([t.square(), t, torch.ones_like(t)], -1) @ params
""",
        "numbers": "def quadratic(t, params):\n    a, b, c = params.tolist()\n    return a * t * t + b * t + c",
    },
    "mse": {
        "F.mse_loss": "mse = torch.nn.functional.mse_loss",
        "Module": "mse = torch.nn.MSELoss()",
        "chapter's": "def mse(preds, targets): return ((preds-targets)**2).mean()",
        "norm": "def mse(p, t): return (p - t).norm() ** 2 / p.numel()",
    },
    "fit_quadratic": {
        "chapter's": """
def fit_quadratic(time, speed, lr, steps, params):
    params = params.detach().clone().requires_grad_()
    losses = []
    for i in range(steps):
        preds = quadratic(time, params)
        loss = mse(preds, speed)
        loss.backward()
        params.data -= lr * params.grad.data
        params.grad = None
        losses.append(loss.item())
    return params.detach(), losses
""",
        "derivative on paper": """
def fit_quadratic(time, speed, lr, steps, params):
    params, losses = params.detach().clone(), []
    basis = torch.stack([time ** 2, time, torch.ones_like(time)])
    while len(losses) < steps:
        r = params @ basis - speed
        losses += [float((r * r).mean())]
        params = params - lr * 2 * (basis * r).mean(1)
    return params, losses
""",
        "float64 inside, numpy floats": """
import numpy
def fit_quadratic(time, speed, lr, steps, params):
    p = params.detach().double().clone().requires_grad_()
    losses = []
    for _ in range(steps):
        loss = ((p[0] * time ** 2 + p[1] * time + p[2] - speed) ** 2).mean()
        p = (p - lr * torch.autograd.grad(loss, p)[0]).detach().requires_grad_()
        losses.append(numpy.float64(loss.item()))
    return p.detach().float(), losses
""",
        "its own optimizer": """
def fit_quadratic(*args):
    time, speed, lr, steps, params = args
    p = torch.tensor(params.tolist(), requires_grad=True)
    opt, losses = BasicOptim([p], lr), []
    for _ in range(steps):
        loss = mse(quadratic(time, p), speed)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return p.detach(), losses
""",
    },
    "make_dataset": {
        "TensorDataset": "from torch.utils.data import TensorDataset as make_dataset",
        "map-style Dataset": """
class Pairs(torch.utils.data.Dataset):
    def __init__(self, x, y): self.x, self.y = x, y
    def __len__(self): return self.x.shape[0]
    def __getitem__(self, i): return self.x[i], self.y[i]
make_dataset = Pairs
""",
        "tuple of lists": "def make_dataset(x, y): return tuple([a, b] for a, b in zip(x, y))",
        "batches of one row, split": "def make_dataset(x, y): return [(x[i], y[i].clone()) for i in range(len(y))]",
    },
    "minibatches": {
        "DataLoader": """
def minibatches(x, y, batch_size, shuffle=False, generator=None):
    if len(x) != len(y): raise ValueError("lengths")
    dataset = torch.utils.data.TensorDataset(x, y)
    return torch.utils.data.DataLoader(dataset, batch_size, shuffle=shuffle and len(x) > 0, generator=generator)
""",
        "DataLoader of pairs": """
def minibatches(x, y, batch_size, shuffle=False, generator=None):
    dataset = list(zip(x, y, strict=True))
    some = shuffle and len(dataset) != 0
    return torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=some, generator=generator)
""",
        "raises at the first iteration": """
class Loader:
    def __init__(self, *args): self.args = args
    def __len__(self): return (len(self.args[0]) + self.args[2] - 1) // self.args[2]
    def __iter__(self):
        x, y, bs, shuffle, g = self.args
        if bs <= 0 or x.shape[0] != y.shape[0]: raise ValueError
        p = torch.randperm(len(x), generator=g) if shuffle else None
        for i in range(0, len(x), bs):
            yield [x[i:i+bs], y[i:i+bs]] if p is None else [x[p[i:i+bs]], y[p[i:i+bs]]]
def minibatches(x, y, batch_size, shuffle=False, generator=None): return Loader(x, y, batch_size, shuffle, generator)
""",
        "its own iterator": """
class Loader:
    def __init__(self, x, y, bs, shuffle, g): self.x, self.y, self.bs, self.shuffle, self.g = x, y, bs, shuffle, g
    def __len__(self): return -(-len(self.x) // self.bs)
    def __iter__(self):
        keys = torch.rand(len(self.x), generator=self.g) if self.shuffle else torch.arange(len(self.x))
        self.parts = list(keys.argsort().split(self.bs)) if len(self.x) else []
        return self
    def __next__(self):
        if not self.parts: raise StopIteration
        part = self.parts.pop(0)
        return self.x[part], self.y[part]
def minibatches(*args):
    x, y, bs, shuffle, g = (*args, False, None)[:5] if len(args) == 3 else args
    if bs < 1: raise ValueError("batch_size")
    if len(x) != len(y): raise ValueError("lengths")
    return Loader(x, y, bs, shuffle, g)
""",
        "a subclass of ValueError": """
class Refused(ValueError): pass
_minibatches = minibatches
def minibatches(x, y, batch_size, shuffle=False, generator=None):
    if batch_size < 1 or len(x) != len(y): raise Refused("no")
    return _minibatches(x, y, batch_size, shuffle, generator)
""",
    },
    "BasicOptim": {
        "chapter's": """
class BasicOptim:
    def __init__(self,params,lr): self.params,self.lr = list(params),lr
    def step(self, *args, **kwargs):
        for p in self.params:
            if p.grad is not None: p.data -= p.grad.data * self.lr
    def zero_grad(self, *args, **kwargs):
        for p in self.params: p.grad = None
""",
        "zeroes": """
class BasicOptim:
    def __init__(self, *args): self.params, self.lr = tuple(args[0]), args[1]
    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None: continue
            p.sub_(p.grad, alpha=self.lr)
    def zero_grad(self):
        for p in self.params:
            if p.grad is not None: p.grad.zero_()
""",
        "torch's own": "BasicOptim = torch.optim.SGD",
        "a function": """
def BasicOptim(params, lr):
    from types import SimpleNamespace
    params = [*params]
    def step():
        for p in params:
            if p.grad is not None: p.data = p.data - lr * p.grad
    def zero_grad():
        for p in params: p.grad = torch.zeros_like(p)
    return SimpleNamespace(step=step, zero_grad=zero_grad)
""",
    },
    "train_epoch": {
        "clears first": """
def train_epoch(model, dl, loss_func, opt):
    total = 0.0
    for batch in dl:
        xb, yb = batch
        opt.zero_grad()
        preds = model(xb)
        loss = loss_func(preds, yb)
        loss.backward()
        opt.step()
        total += loss.item()
    return total
""",
        "closure": """
def train_epoch(*args):
    model, dl, loss_func, opt = args
    for xb, yb in dl:
        def closure():
            opt.zero_grad(set_to_none=False)
            loss = loss_func(model(xb), yb)
            loss.backward()
            return loss
        opt.step(closure)
""",
        "redefined with another signature": """
_first = train_epoch
def train_epoch(model, dl, loss_func, opt): return _first(model, dl, loss_func, opt)
def train_epoch(model): return _first(model, dl, mse, opt)
""",
        "gradients by hand": """
def train_epoch(model, dl, loss_func, opt):
    for xb, yb in dl:
        params = [p for group in opt.param_groups for p in group["params"]]
        for p, g in zip(params, torch.autograd.grad(loss_func(model(xb), yb), params)):
            p.grad = g
        opt.step()
""",
    },
    "batch_accuracy": {
        "chapter's": """
def batch_accuracy(xb, yb):
    preds = xb.sigmoid()
    correct = (preds>0.5) == yb
    return correct.float().mean()
""",
        "Python float": "def batch_accuracy(xb, yb): return ((xb > 0) == (yb > 0.5)).float().mean().item()",
        "numpy": """
import numpy
def batch_accuracy(xb, yb):
    return numpy.mean((xb.numpy() > 0) == (yb.numpy() == 1))
""",
        "loop": """
def batch_accuracy(preds, targets):
    right = [(p > 0) == (t == 1) for p, t in zip(preds.flatten().tolist(), targets.flatten().tolist())]
    return sum(right) / len(right)
""",
    },
    "validate_epoch": {
        "chapter's": """
def validate_epoch(model, valid_dl):
    accs = [batch_accuracy(model(xb), yb) for xb,yb in valid_dl]
    return round(torch.stack(accs).mean().item(), 4)
""",
        "pooled": """
def validate_epoch(model, valid_dl):
    right = total = 0
    with torch.no_grad():
        for xb, yb in valid_dl:
            right += ((model(xb) > 0) == (yb == 1)).sum().item()
            total += len(yb)
    return round(right / total, 4)
""",
        "numpy": """
import numpy
def validate_epoch(model, valid_dl):
    return numpy.round(numpy.float64(numpy.mean([float(batch_accuracy(model(x), y)) for x, y in valid_dl])), 4)
""",
        "its eval mode": """
def validate_epoch(*args):
    model, dl = args
    if hasattr(model, "eval"): model.eval()
    shares = [float(batch_accuracy(model(x), y)) for x, y in dl]
    return float(f"{sum(shares) / len(shares):.4f}")
""",
    },
}


@pytest.mark.parametrize(("function", "variant"), [(name, key) for name in RIGHT for key in RIGHT[name]])
def test_odd_but_right_solutions_pass(function: str, variant: str) -> None:
    """A function that does what the contract says passes, whatever it is written like."""
    assert not complaints(graded(RIGHT[function][variant], function))


CHAPTER = """
def init_params(size, std=1.0): return (torch.randn(size)*std).requires_grad_()
def linear1(xb): return xb@weights + bias
def mnist_loss(predictions, targets):
    predictions = predictions.sigmoid()
    return torch.where(targets==1, 1-predictions, predictions).mean()
def calc_grad(xb, yb, model):
    preds = model(xb)
    loss = mnist_loss(preds, yb)
    loss.backward()
def train_epoch(model, lr, params):
    for xb,yb in dl:
        calc_grad(xb, yb, model)
        for p in params:
            p.data -= p.grad*lr
            p.grad.zero_()
def train_3s_and_7s(train_x, train_y, epochs, lr):
    global weights, bias, dl
    SEED
    weights, bias = init_params((28*28,1)), init_params(1)
    dl = torch.utils.data.DataLoader(list(zip(train_x,train_y)), batch_size=256)
    for i in range(epochs): train_epoch(linear1, lr, (weights, bias))
    return linear1
"""
TRAINERS = {
    "chapter's": CHAPTER.replace("SEED", ""),
    "chapter's, another run": CHAPTER.replace("SEED", "torch.manual_seed(torch.initial_seed() + 100)"),
    "chapter's, a third run": CHAPTER.replace("SEED", "torch.manual_seed(torch.initial_seed() + 200)"),
    "chapter's, a fourth run": CHAPTER.replace("SEED", "torch.manual_seed(torch.initial_seed() + 300)"),
    "nn.Linear and torch.optim": """
def train_3s_and_7s(train_x, train_y, epochs, lr):
    model = torch.nn.Linear(784, 1)
    opt = torch.optim.SGD(model.parameters(), lr)
    dl = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(train_x, train_y), 256, shuffle=True)
    for _ in range(epochs):
        for xb, yb in dl:
            torch.nn.functional.binary_cross_entropy_with_logits(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
    return model
""",
    "hidden layer": """
def train_3s_and_7s(train_x, train_y, epochs, lr):
    model = torch.nn.Sequential(torch.nn.Linear(784, 30), torch.nn.ReLU(), torch.nn.Linear(30, 1))
    opt, dl = BasicOptim(model.parameters(), lr / 10), minibatches(train_x, train_y, 64, True)
    for _ in range(epochs // 4): train_epoch(model, dl, torch.nn.functional.binary_cross_entropy_with_logits, opt)
    return model
""",
    "hard votes of a least-squares fit": """
def train_3s_and_7s(x, y, epochs, lr):
    w = torch.linalg.lstsq(torch.cat([x, torch.ones(len(x), 1)], 1), y - 0.5, driver="gelsd").solution
    return lambda z: (z @ w[:-1] + w[-1] > 0).float()
""",
}


@pytest.mark.parametrize("trainer", TRAINERS)
def test_honest_training_passes(on_mnist: Grade, trainer: str) -> None:
    """Any model, loss and batch size will do, the chapter's own above all, whatever the seed."""
    results = on_mnist(f"{SOLUTION}\n{TRAINERS[trainer]}", "test_train_3s_and_7s")
    assert not complaints(results)
    notes = [note for result in results for note in result.notes]
    assert len(notes) == 2
    assert all(re.fullmatch(r"accuracy on MNIST's validation 3s and 7s: 9[678]\.\d % \(.*\)", note) for note in notes)


def test_one_lucky_run_is_not_enough(on_mnist: Grade) -> None:
    """A model that reaches the line with one seed of five fails, with two of five it passes."""
    lucky = """
count = 0
_train = train_3s_and_7s
def train_3s_and_7s(x, y, epochs, lr):
    global count
    count += 1
    return _train(x, y, epochs if count in LUCKY else 0, lr)
"""
    for runs, verdict in (("(1,)", Verdict.FAILED), ("(2, 4)", Verdict.PASSED), ("(4, 5)", Verdict.PASSED)):
        results = on_mnist(SOLUTION + lucky.replace("LUCKY", runs), "learns_threes")
        assert [result.verdict for result in results] == [verdict], runs


def test_without_mnist_only_training_is_ungradable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the full set is missing the training checks say how to get it, and everything else is graded."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    results = grade(FOLDER, SOLUTION.encode())
    ungradable = [result for result in results if result.verdict is Verdict.UNGRADABLE]
    assert [result.id.partition("_learns_")[2] for result in ungradable] == ["threes", "sevens"]
    assert all(result.finding and "grade data" in result.finding.message for result in ungradable)
    assert all(result.verdict is Verdict.PASSED for result in results if result not in ungradable)


# --- wrong ---

# For any name: things that come back instead of the answer.
GARBAGE = (
    *("None", "'x'", "[]", "{}", "float('nan')", "torch.zeros(0)", "object()", "True", "b''", "(1, 2)", "torch"),
    *("torch.tensor([float('nan')])", "torch.zeros(2, 3, dtype=torch.int64)", "torch.zeros(1, dtype=torch.complex64)"),
    *("torch.zeros(3).numpy()", "10 ** 400", "-1", "torch.tensor(float('inf'))", "print", "iter(int, 1)"),
)
SPOILT = (
    *("right.detach().double()", "right.detach() + 1", "right.detach() * float('nan')", "right.detach()[None]"),
    *("right.detach().to(torch.int64)", "[right]", "str(right)", "(right, right)", "right.detach().numpy()"),
)
NUMBERS = (
    "right + 1",
    "float('nan')",
    "[right]",
    "str(right)",
    "(right, right)",
    "torch.tensor([right])",
    "int(right)",
)
BODIES = (
    "raise ValueError('no')",
    "raise SystemExit(1)",
    "raise KeyError",
    "return args[99]",
    "raise NotImplementedError",
)
TENSORS = ("init_params", "linear1", "quadratic", "mse")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_wrong_answers_pass_nothing(function: str) -> None:
    """Whatever else comes back, no check of the function passes, and none becomes ungradable."""
    for body in [f"return {value}" for value in GARBAGE] + list(BODIES):
        results = graded(f"earlier = {function}\ndef {function}(*args): {body}", function)
        assert results
        for result in results:
            refuses = result.id == "minibatches_refuses" and "ValueError" in body  # that is what it asks for
            assert result.verdict is not Verdict.UNGRADABLE, (body, result.id)
            assert result.verdict is not Verdict.PASSED or refuses, (body, result.id)


@pytest.mark.parametrize("function", [*TENSORS, "batch_accuracy", "validate_epoch"])
def test_spoilt_answers_fail(function: str) -> None:
    """A right answer of another type, shape, dtype or size fails a check of the function."""
    convert, spoilt = ("", SPOILT) if function in TENSORS else ("float", NUMBERS)
    for value in spoilt:
        body = f"right = {convert}(earlier(*args)); return {value}"
        results = graded(f"earlier = {function}\ndef {function}(*args): {body}", function)
        assert {result.verdict for result in results} & {Verdict.FAILED, Verdict.RAISED}, value
        assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


@pytest.mark.parametrize(
    "body", ["return None", "return torch.zeros(2038, 1)", "raise ValueError", "return lambda x: x"]
)
def test_wrong_trainers_pass_nothing(on_mnist: Grade, body: str) -> None:
    """A trainer that gives back no model passes no training check either."""
    results = on_mnist(f"{SOLUTION}\ndef train_3s_and_7s(*args): {body}", "learns")
    assert [result.verdict in (Verdict.FAILED, Verdict.RAISED) for result in results] == [True, True]


OUTPUTS = (
    *("torch.zeros(len(x), 1)", "torch.ones(len(x), 1)", "torch.full((len(x), 1), float('nan'))", "None", "[]"),
    *("torch.zeros(len(x))", "torch.zeros(1, len(x))", "torch.zeros(len(x), 2)", "x[:, :1].long()", "x.numpy()"),
    *("x[:, 406:407] - 0.5", "x[:, :1].double()"),
)


def test_worthless_models_learn_nothing(on_mnist: Grade) -> None:
    """A model that gives constants, NaN, a pixel or something of another shape or type stays below the line."""
    for output in OUTPUTS:
        source = f"{SOLUTION}\ndef train_3s_and_7s(*args): return lambda x: {output}"
        results = on_mnist(source, "learns")
        assert [result.verdict for result in results] == [Verdict.FAILED] * 2, output
        if not output.startswith("x[:, 406"):
            assert results[0].points == 0


ARITY = (
    "def {0}(): return 1",
    "def {0}(a): return a",
    "def {0}(a, b, c, d, e, f): return a",
    "{0} = 3",
    "{0} = None",
    "class {0}: pass",
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_garbage_everywhere_is_graded(function: str) -> None:
    """Definitions that can't be called as asked get no point of the function, and a verdict."""
    for line in ARITY:
        results = grade(FOLDER, f"import torch\n{line.format(function)}\n".encode(), "not learns")
        assert not [(line, result.id) for result in results if result.points]
        assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


def test_garbage_from_every_function_at_once_is_graded() -> None:
    """A submission whose functions all return the same nonsense gets no point and is never ungradable."""
    for value in GARBAGE:
        source = "import torch\n" + "\n".join(f"def {name}(*args): return {value}" for name in FUNCTIONS)
        results = grade(FOLDER, source.encode(), "not learns")
        assert sum(result.points for result in results) == 0
        assert all(result.verdict in (Verdict.FAILED, Verdict.RAISED) for result in results)


LOADER = """
class Loader:
    def __init__(self, *args):
        self.x, self.y, self.bs, self.shuffle, self.g = (*args, False, None)[:5] if len(args) == 3 else args
        self.args, self.inner = args, earlier(*args)
    def __len__(self): return len(self.inner)
    def __iter__(self): {0}
minibatches = Loader
"""
OPTIM = """
class BasicOptim(BasicOptim):
    {0}
"""

# A slip that one clause of the contract forbids, and the check that has to notice it.
SLIPS = (
    ("init_params", "return earlier(*args).detach()", "gives_leaves"),
    ("init_params", "return earlier(*args) * 1", "gives_leaves"),
    ("init_params", "return earlier(*args).detach().double().requires_grad_()", "gives_leaves"),
    ("init_params", "return earlier(args[0] if isinstance(args[0], int) else args[0][::-1], *args[1:])", "leaves"),
    ("init_params", "return earlier(args[0], *(args[1:] or [0.8]))", "normal"),
    ("init_params", "return (earlier(*args).detach() + 0.1).requires_grad_()", "normal"),
    ("init_params", "return earlier(*args).detach().clamp(-2, 2).requires_grad_()", "normal"),
    ("init_params", "return (earlier(args[0]).sign() * (args or [1, 1.0])[-1]).detach().requires_grad_()", "normal"),
    ("init_params", "return (earlier(*args).detach() + 1e-3).requires_grad_()", "normal"),
    ("init_params", "torch.seed(); return earlier(*args)", "seed"),
    ("linear1", "return earlier(args[0], args[1], args[2].sum())", "linear_model"),
    ("linear1", "return earlier(args[0], args[1], args[2].reshape(1, -1)[0, :1])", "linear_model"),
    ("linear1", "return earlier(*args).relu()", "linear_model"),
    ("linear1", "args[0].zero_(); return earlier(*args)", "linear_model"),
    ("quadratic", "a, b, c = args[1]; return a * args[0].abs() ** 2 + b * args[0].abs() + c", "formula"),
    ("quadratic", "return earlier(*args).reshape(-1, 1)", "formula"),
    ("quadratic", "args[0].mul_(1).add_(1); return earlier(args[0] - 1, args[1])", "formula"),
    ("mse", "return earlier(*args).reshape(1)", "mean_square"),
    ("mse", "return earlier(*args).item()", "mean_square"),
    ("mse", "return earlier(args[0], args[1].abs())", "mean_square"),
    ("mse", "return ((args[0] - args[1]) ** 2).sum() / (args[0].numel() - 1 or 1)", "mean_square"),
    ("fit_quadratic", "p, losses = earlier(*args); return p, losses[1:]", "descends"),
    ("fit_quadratic", "p, losses = earlier(*args); return p, tuple(losses)", "descends"),
    ("fit_quadratic", "p, losses = earlier(*args); return p, torch.tensor(losses)", "descends"),
    ("fit_quadratic", "p, losses = earlier(*args); return p.tolist(), losses", "descends"),
    ("fit_quadratic", "return earlier(*args)[0]", "descends"),
    ("fit_quadratic", "return earlier(*args)[::-1]", "descends"),
    ("fit_quadratic", "p, losses = earlier(*args); return p.clone().requires_grad_(), losses", "descends"),
    ("fit_quadratic", "return earlier(*args) if args[3] else (args[4].detach(), [])", "new_params"),
    ("fit_quadratic", "args[4].grad = None; return earlier(*args)", "new_params"),
    ("fit_quadratic", "args[4].requires_grad_(); return earlier(*args)", "new_params"),
    ("fit_quadratic", "p, losses = earlier(*args[:3], max(args[3], 1), args[4]); return p, losses", "new_params"),
    ("make_dataset", "return dict(enumerate(earlier(*args)))", "pairs"),
    ("make_dataset", "return earlier(*args)[:-1]", "pairs"),
    ("make_dataset", "return earlier(*args) + earlier(*args)[:1]", "pairs"),
    ("make_dataset", "return [(a, b, a) for a, b in earlier(*args)]", "pairs"),
    ("make_dataset", "return [(a.numpy(), b) for a, b in earlier(*args)]", "pairs"),
    ("make_dataset", "return earlier(args[0], args[1].flatten())", "pairs"),
    ("make_dataset", "args[1].add_(1); return earlier(*args)", "pairs"),
    ("make_dataset", "import itertools; return itertools.cycle(earlier(*args))", "pairs"),
    ("minibatches", "return earlier(*args[:3])", "shuffles"),
    ("minibatches", "return list(earlier(*args))", "shuffles"),
    ("minibatches", "return [{'x': x, 'y': y} for x, y in earlier(*args)]", "in_order"),
    ("minibatches", "return [(x, y, y) for x, y in earlier(*args)]", "in_order"),
    ("minibatches", "return [(x.tolist(), y.tolist()) for x, y in earlier(*args)]", "in_order"),
    ("minibatches", "return [(x, y.flatten()) for x, y in earlier(*args)]", "in_order"),
    ("minibatches", "return [(y, x) for x, y in earlier(*args)]", "in_order"),
    ("minibatches", "args[0].add_(1); return earlier(*args)", "in_order"),
    ("minibatches", "return earlier(*args) if len(args[0]) else [(args[0], args[1])]", "has_a_len"),
    ("minibatches", "return earlier(*args) if len(args[0]) else 1 / 0", "has_a_len"),
    ("minibatches", "torch.rand(1); return earlier(*args)", "global_generator"),
    ("minibatches", "torch.manual_seed(0); return earlier(*args)", "global_generator"),
    ("minibatches", "return earlier(*args[:4], None if len(args) < 5 else torch.Generator())", "follows_the_seed"),
    ("minibatches", "return earlier(*args) if args[2] > 0 else earlier(args[0], args[1], 1)", "refuses"),
    ("minibatches", "return earlier(*args) if args[2] > 0 else []", "refuses"),
    ("minibatches", "n = min(map(len, args[:2])); return earlier(args[0][:n], args[1][:n], *args[2:])", "refuses"),
    ("minibatches", "n = len(args[0]); return earlier(args[0], args[1][:n], *args[2:])", "refuses"),
    ("minibatches", "assert args[2] > 0; return earlier(*args)", "refuses"),
)
LOADERS = (
    ("return iter(list(self.inner) * 2)", "in_order"),
    ("import itertools; return itertools.cycle(self.inner)", "in_order"),
    ("return (batch for batch in list(self.inner)[: len(self)] if len(batch[0]) == self.bs)", "in_order"),
    ("self.x[:] = self.x[torch.randperm(len(self.x))]; return iter(self.inner)", "in_order"),
    ("self.inner, now = [], iter(self.inner); return now", "begins_anew"),
    ("return iter(earlier(*self.args[:4], self.g and self.g.manual_seed(1)))", "shuffles"),
    ("order = self.args[3:] and self.args[3]; b = list(self.inner); return iter(b[::-1] if order else b)", "follows"),
)
OPTIMS = (
    ("def step(self):\n        for p in self.params: p.data -= self.lr * p.grad", "any_params"),
    ("def step(self):\n        if all(p.grad is not None for p in self.params): super().step()", "any_params"),
    ("def step(self):\n        self.params[0].data -= self.lr * self.params[0].grad", "steps"),
    ("def step(self):\n        for p in self.params: p -= self.lr * p.grad", "steps"),
    ("def step(self):\n        for p in self.params: p.data -= self.lr * p.grad.sign()", "steps"),
    ("def step(self):\n        super().step(); self.zero_grad()", "steps"),
    ("def step(self):\n        super().step(); self.lr *= 0.9", "steps"),
    ("def step(self):\n        super().step(); [p.requires_grad_(False) for p in self.params]", "steps"),
    ("def zero_grad(self):\n        self.params[0].grad = None", "forgets_gradients"),
    ("def zero_grad(self): pass", "forgets_gradients"),
    ("def zero_grad(self): self.params = []", "forgets_gradients"),
    ("def __init__(self, params, lr): self.params, self.lr = params, lr", "any_params"),
    ("def __init__(self, params, lr): self.params, self.lr = params[:], lr", "any_params"),
    ("def __init__(self, params, lr): super().__init__(params, 0.5)", "steps"),
)
EPOCHS = (
    ("earlier(args[0], list(args[1])[:1], *args[2:])", "is_sgd"),
    ("earlier(args[0], list(args[1])[::-1], *args[2:])", "is_sgd"),
    ("[earlier(args[0], [batch], *args[2:]) for batch in list(args[1]) for _ in (0, 1)]", "is_sgd"),
    ("earlier(args[0], list(args[1]), lambda p, t: ((p - t) ** 2).mean(), args[3])", "is_sgd"),
    ("earlier(args[0], list(args[1]), lambda p, t: args[2](p, t) * len(p), args[3])", "is_sgd"),
    ("earlier(args[0], [(x[:1], y[:1]) for x, y in args[1]], *args[2:])", "is_sgd"),
    ("earlier(args[0], [args[1][i] for i in range(len(args[1]))], *args[2:])", "takes_anything"),
    ("earlier(args[0].forward, *args[1:])", "takes_anything"),
    ("len(args[1]); earlier(*args)", "takes_anything"),
    ("[x.mul_(2) for x, y in args[1]]; earlier(*args)", "is_sgd"),
    ("earlier(*args[:3], BasicOptim(args[3].param_groups[0]['params'], args[3].param_groups[0]['lr']))", "anything"),
)
ACCURACIES = (
    ("batch_accuracy", "return earlier(args[0] - 0.3, args[1])", "share"),
    ("batch_accuracy", "return earlier(args[0].round(decimals=5), args[1])", "share"),
    ("batch_accuracy", "return earlier(args[0].abs(), args[1])", "share"),
    ("batch_accuracy", "return ((args[0] > 0) == (args[1] == 1).flatten()).float().mean()", "share"),
    ("batch_accuracy", "return earlier(*args).double()", "share"),
    ("batch_accuracy", "return round(float(earlier(*args)), 2)", "share"),
    ("batch_accuracy", "args[1].fill_(1); return earlier(*args)", "share"),
    ("validate_epoch", "return earlier(args[0], list(args[1])[:2])", "mean"),
    ("validate_epoch", "return earlier(args[0].forward, args[1])", "mean"),
    ("validate_epoch", "return earlier(args[0], [args[1][i] for i in range(len(args[1]))])", "mean"),
    ("validate_epoch", "return round(earlier(*args), 3)", "mean"),
    ("validate_epoch", "return int(earlier(*args) * 10000) / 10000 - 1e-5", "mean"),
    ("validate_epoch", "return str(earlier(*args))", "mean"),
    ("validate_epoch", "b = list(args[1]); v = earlier(args[0], b); b[0][0].zero_(); return v", "mean"),
    ("train_3s_and_7s", "args[0].sub_(0.5); return earlier(*args)", "gives_a_model"),
    ("train_3s_and_7s", "args[1].fill_(1); return earlier(*args)", "gives_a_model"),
    ("train_3s_and_7s", "m = earlier(*args); return lambda x: m(x).flatten()", "gives_a_model"),
    ("train_3s_and_7s", "m = earlier(*args); return lambda x: m(x).double()", "gives_a_model"),
    ("train_3s_and_7s", "m = earlier(*args); return lambda x: m(x).tolist()", "gives_a_model"),
    ("train_3s_and_7s", "return earlier", "gives_a_model"),
)
REPLACED = tuple((name, f"earlier = {name}\ndef {name}(*args): {body}", check) for name, body, check in SLIPS)
REPLACED += tuple(("minibatches", f"earlier = minibatches\n{LOADER.format(body)}", check) for body, check in LOADERS)
REPLACED += tuple(("BasicOptim", OPTIM.format(body), check) for body, check in OPTIMS)
REPLACED += tuple(
    ("train_epoch", f"earlier = train_epoch\ndef train_epoch(*args): {body}", check) for body, check in EPOCHS
)
REPLACED += tuple((name, f"earlier = {name}\ndef {name}(*args): {body}", check) for name, body, check in ACCURACIES)


@pytest.mark.parametrize(("function", "source", "check"), REPLACED)
def test_slips_are_noticed(function: str, source: str, check: str) -> None:
    """A submission that breaks one clause of the contract fails the check for that clause."""
    results = graded(source, function)
    failing = [result.id for result in results if result.verdict in (Verdict.FAILED, Verdict.RAISED)]
    assert any(check in name for name in failing), failing
    assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


def test_a_wrong_part_shows_in_what_is_built_on_it() -> None:
    """A check of a function that uses another one of the student's names that one too."""
    for part, whole, body in (
        ("mse", "fit_quadratic", "return ((args[0] - args[1]) ** 2).sum()"),
        ("quadratic", "fit_quadratic", "return args[0] * 0 + args[1][0]"),
        ("batch_accuracy", "validate_epoch", "return ((args[0] > 0.5) == args[1]).float().mean()"),
    ):
        results = graded(f"def {part}(*args): {body}", whole)
        failed = [result for result in results if result.verdict is Verdict.FAILED]
        assert failed and all(part in result.functions for result in failed)


def test_what_is_shown_can_be_pasted() -> None:
    """A failing probe is shown as the call a student would make."""
    shown = {
        "minibatches": ("minibatches = lambda *args: []", "minibatches(torch.tensor(["),
        "BasicOptim": (
            "class BasicOptim(BasicOptim):\n    def step(self): pass",
            "BasicOptim([torch.tensor([1.0], req",
        ),
        "train_epoch": ("train_epoch = lambda *args: None", "train_epoch(lambda xb: xb @ weights + bias, [(torch."),
        "validate_epoch": ("validate_epoch = lambda *args: 2.0", "validate_epoch(lambda xb: xb @ torch.tensor([[1.0]]"),
    }
    for function, (source, begin) in shown.items():
        finding = graded(source, function)[0].finding
        assert finding is not None and finding.call is not None and finding.call.startswith(begin), finding
