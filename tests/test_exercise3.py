"""Exercise 3, gradients: who gets which marks. A submission here is the solution with some names replaced."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from fakes import grade
from marking import assert_caught, assert_examples_true, assert_told_apart, complaints, imported

from grader import course
from grader.values import CheckResult, Verdict

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "exercises" / "exercise3"
SOLUTION = (ROOT / "solutions" / "exercise3.py").read_text(encoding="utf-8")
MISTAKES = (FOLDER / "mistakes.py").read_text(encoding="utf-8")
FUNCTIONS = ("numerical_gradient", "gradient", "sigmoid", "mnist_loss", "accuracy_loss", "calc_grad")
NAMES = re.findall(r"^def (\w+__\w+)", MISTAKES, re.MULTILINE)


def graded(extra: str = "", function: str = "") -> list[CheckResult]:
    """Results of the solution followed by `extra`; only the checks of `function`, where one is given."""
    select = f"test_{function}" if function else ""
    return grade(FOLDER, f"{SOLUTION}\n\n{extra}\n".encode(), select)


def test_the_stub_gets_no_point() -> None:
    """The stub gets no point, and every check says that it is not written yet."""
    results = grade(FOLDER, (FOLDER / "exercise3.py").read_bytes())
    assert {(result.verdict, result.points) for result in results} == {(Verdict.MISSING, 0)}


def test_the_solution_gets_full_marks() -> None:
    """The solution passes every check, and the checks are worth 20 points, every function some."""
    results = graded()
    assert not complaints(results)
    assert sum(result.max_points for result in results) == 20
    assert {name for result in results for name in result.functions} == set(FUNCTIONS)
    assert all(result.max_points >= 1 and len(result.title) <= 70 for result in results)


def test_the_names_are_those_of_the_contract() -> None:
    """exercise.toml, the stub and the solution name the same functions with the same parameters."""
    exercise = course.read_exercise(FOLDER)
    for module in (imported(FOLDER / "exercise3.py"), imported(ROOT / "solutions" / "exercise3.py")):
        for name in exercise.names:
            parameters = [parameter.strip().split("=")[0] for parameter in name.signature.strip("()").split(",")]
            assert list(inspect.signature(getattr(module, name.name)).parameters) == parameters
    assert tuple(name.name for name in exercise.names) == FUNCTIONS
    assert all(2 <= len(name.hints) <= 3 for name in exercise.names)


def test_the_stubs_examples_are_true() -> None:
    """Every example in the stub's docstrings gives with the solution what it says."""
    stub, solution = FOLDER / "exercise3.py", ROOT / "solutions" / "exercise3.py"
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


RIGHT = {
    "numerical_gradient": {
        "vectorised": """
def numerical_gradient(f, x, h=1e-3):
    x = x.detach().clone()
    steps = h * torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)
    start = torch.as_tensor(f(x), dtype=x.dtype)
    return torch.stack([(torch.as_tensor(f(x + step), dtype=x.dtype) - start) / h for step in steps]).reshape(x.shape)
""",
        "puts the element back": """
def numerical_gradient(f, x, h=1e-3):
    with torch.no_grad():
        moved, slopes = x.clone(), torch.zeros_like(x)
        for i in range(x.numel()):
            start = float(f(moved))
            old = moved.view(-1)[i].item()
            moved.view(-1)[i] = old + h
            slopes.view(-1)[i] = (float(f(moved)) - start) / h
            moved.view(-1)[i] = old
        return slopes
""",
        "detached view for the start": """
def numerical_gradient(f, x, eps=0.001):
    x = x.detach()
    out = torch.zeros_like(x)
    for index in torch.ones_like(x).nonzero().tolist():
        moved = x.clone()
        moved[tuple(index)] += eps
        out[tuple(index)] = (f(moved) - f(x)) / eps
    return out
""",
        "any arguments": """
_numerical_gradient = numerical_gradient
numerical_gradient = lambda *args, **kwargs: _numerical_gradient(*args, **kwargs)
""",
    },
    "gradient": {
        "backward": """
def gradient(f, x):
    copy = torch.tensor(x.tolist(), requires_grad=True)
    y = f(copy)
    if y.grad_fn is not None:
        y.backward()
    return copy.grad if copy.grad is not None else torch.zeros(x.shape)
""",
        "adds a zero": """
def gradient(f, x):
    x = x.detach().clone().requires_grad_(True)
    (f(x) + 0 * x.sum()).backward()
    return x.grad.detach()
""",
        "puts everything back": """
def gradient(f, x):
    needed, old = x.requires_grad, x.grad
    x.grad = None
    x.requires_grad_(True)
    y = f(x)
    if y.requires_grad:
        y.backward()
    result = torch.zeros(x.shape) if x.grad is None else x.grad
    x.requires_grad_(needed)
    x.grad = old
    return result
""",
        "torch.func": """
def gradient(f, x):
    return torch.func.grad(lambda t: f(t) + 0 * t.sum())(x.detach())
""",
    },
    "sigmoid": {
        "torch's own": "sigmoid = torch.sigmoid",
        "the method": "sigmoid = lambda x: x.sigmoid()",
        "nn.Module": "sigmoid = torch.nn.Sigmoid()",
        "tanh": "def sigmoid(x):\n    return 0.5 * (1 + torch.tanh(x / 2))",
        "reciprocal": "def sigmoid(*args):\n    return torch.exp(-args[0]).add(1).reciprocal()",
        "in two halves": """
def sigmoid(x):
    return torch.where(x >= 0, 1 / (1 + torch.exp(-x.clamp(min=-80))), 1 - 1 / (1 + torch.exp(x.clamp(max=80))))
""",
        "exp of logsigmoid": "def sigmoid(x):\n    return torch.nn.functional.logsigmoid(x).exp()",
    },
    "mnist_loss": {
        "chapter's": """
def mnist_loss(predictions, targets):
    predictions = predictions.sigmoid()
    return torch.where(targets==1, 1-predictions, predictions).mean()
""",
        "distance": """
def mnist_loss(predictions, targets):
    return (torch.sigmoid(predictions) - targets.to(predictions.dtype)).abs().mean()
""",
        "l1_loss": """
def mnist_loss(inputs, labels, reduction="mean"):
    return torch.nn.functional.l1_loss(torch.sigmoid(inputs), labels.to(inputs.dtype), reduction=reduction)
""",
        "two means": """
def mnist_loss(predictions, targets):
    sign = 1 - 2 * targets.to(predictions.dtype)
    return torch.sigmoid(sign * predictions).sum() / len(predictions)
""",
    },
    "accuracy_loss": {
        "Python float": """
def accuracy_loss(predictions, targets):
    return 1 - ((torch.sigmoid(predictions) > 0.5) == targets).float().mean().item()
""",
        "raw outputs above 0": """
def accuracy_loss(predictions, targets):
    return ((predictions > 0) != (targets == 1)).float().mean()
""",
        "numpy": """
import numpy
def accuracy_loss(predictions, targets):
    return numpy.mean((predictions.numpy() > 0) != (targets.float().numpy() == 1))
""",
        "float32 numpy": """
import numpy
def accuracy_loss(predictions, targets):
    return numpy.float32(1) - ((predictions > 0) == (targets == 1)).float().mean().numpy()
""",
        "loop": """
def accuracy_loss(predictions, targets):
    wrong = 0
    for p, t in zip(predictions.flatten().tolist(), targets.flatten().tolist()):
        wrong += int(p > 0) != int(t)
    return wrong / len(predictions)
""",
    },
    "calc_grad": {
        "chapter's": """
def calc_grad(xb, yb, model):
    preds = model(xb)
    loss = mnist_loss(preds, yb)
    loss.backward()
""",
        "returns the loss": """
def calc_grad(*batch):
    xb, yb, model = batch
    loss = mnist_loss(predictions=model(xb), targets=yb)
    loss.backward()
    return loss.item()
""",
        "its own loss": """
def calc_grad(xb, yb, model):
    p = torch.sigmoid(model(xb))
    torch.where(yb == 1, 1 - p, p).mean().backward()
    return "done"
""",
    },
}


@pytest.mark.parametrize(("function", "variant"), [(name, key) for name in RIGHT for key in RIGHT[name]])
def test_odd_but_right_solutions_pass(function: str, variant: str) -> None:
    """A function that does what the contract says passes, whatever it is written like."""
    assert not complaints(graded(RIGHT[function][variant], function))


# For any function: things that come back instead of the answer.
GARBAGE = (
    *("None", "'x'", "[]", "{}", "float('nan')", "torch.zeros(0)", "object()", "True", "b''", "(1, 2)", "torch"),
    *("torch.tensor([float('nan')])", "torch.zeros(2, 3, dtype=torch.int64)", "torch.zeros(1, dtype=torch.complex64)"),
    *("torch.zeros(3).numpy()", "10 ** 400", "-1", "torch.tensor(float('inf'))", "print"),
)
# For functions that return something: what is done to a right answer.
SPOILT = (
    *("right.double().half()", "right + 1", "right * float('nan')", "right.reshape(-1, 1, 1)", "right.to(torch.int64)"),
    *("[right]", "str(right)", "(right, right)", "-right"),
)
BODIES = (
    "raise ValueError('no')",
    "raise SystemExit(1)",
    "raise KeyError",
    "return args[99]",
    "raise NotImplementedError",
)


def wrong_bodies(function: str) -> list[str]:
    bodies = [f"return {value}" for value in GARBAGE] + list(BODIES)
    if function != "calc_grad":
        bodies += [f"right = earlier(*args); return {value}" for value in SPOILT]
        # accuracy_loss may return a numpy or Python number; the others have to give a tensor
        bodies += ["return earlier(*args).detach().numpy()"] if function != "accuracy_loss" else []
    return bodies


@pytest.mark.parametrize("function", FUNCTIONS)
def test_wrong_answers_pass_nothing(function: str) -> None:
    """Whatever else comes back, no check of the function passes, and none becomes ungradable."""
    for body in wrong_bodies(function):
        results = graded(f"earlier = {function}\ndef {function}(*args): {body}", function)
        bad = (Verdict.PASSED, Verdict.UNGRADABLE)
        assert results and not [(body, result.id) for result in results if result.verdict in bad]


ARITY = (
    "def {0}(): return 1",
    "def {0}(a): return a",
    "def {0}(a, b, c, d): return a",
    "{0} = 3",
    "{0} = None",
    "class {0}: pass",
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_garbage_everywhere_is_graded(function: str) -> None:
    """Definitions that can't be called as asked get no point of the function, and a verdict."""
    for line in ARITY:
        source = line.format(function)
        if function == "sigmoid" and "(a)" in source:
            source = "def sigmoid(a): return a"
        results = grade(FOLDER, f"import torch\n{source}\n".encode())
        assert not [(line, result.id) for result in results if result.points]
        assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


def test_garbage_from_every_function_at_once_is_graded() -> None:
    """A submission whose functions all return the same nonsense gets no point and is never ungradable."""
    for value in GARBAGE:
        source = "import torch\n" + "\n".join(f"def {name}(*args): return {value}" for name in FUNCTIONS)
        results = grade(FOLDER, source.encode())
        assert sum(result.points for result in results) == 0
        assert all(result.verdict in (Verdict.FAILED, Verdict.RAISED) for result in results)


# A slip that one clause of the contract forbids, and the check that has to notice it.
SLIPS = (
    ("numerical_gradient", "f = args[0]; args[0](args[1]); return earlier(*args)", "gives_f_a_fresh_tensor"),
    ("numerical_gradient", "return earlier(*args).requires_grad_()", "is_the_forward_quotient"),
    (
        "numerical_gradient",
        "return earlier(args[0], args[1], *([2e-3] if len(args) == 2 else args[2:]))",
        "keeps_shape",
    ),
    ("numerical_gradient", "args[1].data += 1e-9; return earlier(*args)", "is_the_forward_quotient"),
    ("numerical_gradient", "return earlier(lambda t: args[0](t).item(), *args[1:])", "takes_any_function"),
    ("numerical_gradient", "return earlier(lambda t: args[0](t.float().double()), *args[1:])", "keeps_shape"),
    ("numerical_gradient", "return earlier(lambda t: args[0](t.reshape(-1)), *args[1:])", "keeps_shape"),
    ("numerical_gradient", "return earlier(lambda t: args[0](t.requires_grad_()), *args[1:])", "gives_f_a_fresh"),
    (
        "numerical_gradient",
        "return earlier(*args) if args[1].dtype == torch.float64 else earlier(*args).double()",
        "keeps",
    ),
    ("gradient", "args[1].data += 1; return earlier(*args)", "leaves_x"),
    ("gradient", "args[1].grad = None; return earlier(*args)", "leaves_x"),
    ("gradient", "args[1].requires_grad_(False); return earlier(*args)", "leaves_x"),
    ("gradient", "args[1].requires_grad_(True); return earlier(*args)", "leaves_x"),
    ("sigmoid", "return earlier(args[0]) - 5e-5 * (args[0] > 2)", "bounds"),
    ("sigmoid", "return earlier(args[0]) * 1.0000002", "bounds"),
    ("sigmoid", "return earlier(args[0]) - 1e-8", "bounds"),
    ("sigmoid", "return torch.where(args[0].isinf(), args[0] * 0, earlier(args[0]))", "bounds"),
    ("sigmoid", "return earlier(args[0].clamp(-60, 5))", "bounds"),
    ("sigmoid", "return torch.exp(args[0].double() * 9) ** (1 / 9) * earlier(-args[0])", "bounds"),
    ("sigmoid", "return earlier(args[0]).float()", "is_the_formula"),
    ("sigmoid", "return earlier(args[0].double())", "is_the_formula"),
    ("sigmoid", "y = earlier(args[0]); args[0].zero_(); return y", "is_the_formula"),
    ("sigmoid", "return (earlier(args[0]) * 10000).round() / 10000", "is_the_formula"),
    ("sigmoid", "return 1 / (1 + torch.exp(-args[0] * 2) ** 0.5)", "gradients"),
    ("mnist_loss", "return earlier(args[0], args[1].float()) if args[1].dtype != torch.bool else 1 / 0", "any_dtype"),
    ("mnist_loss", "return earlier(*args).detach()", "learned_from"),
    ("mnist_loss", "return earlier(args[0].float(), args[1])", "any_dtype"),
    ("mnist_loss", "return earlier(args[0][:5], args[1][:5])", "mean_distance"),
    ("mnist_loss", "return earlier(*args).reshape(1)", "mean_distance"),
    ("mnist_loss", "e = torch.exp(args[0]); p = e / (1 + e); return (p - args[1].to(p.dtype)).abs().mean()", "learned"),
    ("mnist_loss", "args[1].fill_(0); return earlier(*args)", "mean_distance"),
    ("accuracy_loss", "return earlier(*args) * args[0].numel()", "share_of_mistakes"),
    ("accuracy_loss", "return 0.0", "is_flat"),
    ("accuracy_loss", "return earlier(*args) + 1e-3 * args[0].float().mean()", "is_flat"),
    ("accuracy_loss", "return earlier(*args).double()", "is_flat"),
    ("accuracy_loss", "return earlier(args[0] - 0.3, args[1])", "share_of_mistakes"),
    ("accuracy_loss", "return 1 - ((args[0] > 0) == args[1].reshape(-1)).float().mean()", "share_of_mistakes"),
    ("calc_grad", "return earlier(args[0], args[1], args[2].forward)", "any_model"),
    ("calc_grad", "getattr(args[2], 'zero_grad', int)(); earlier(*args)", "any_model"),
    ("calc_grad", "earlier(*args); earlier(*args)", "gradient_of_the_loss"),
    ("calc_grad", "args[0].mul_(2); earlier(*args)", "gradient_of_the_loss"),
    ("calc_grad", "args[2](args[0]).sigmoid().sub(args[1].float()).pow(2).mean().backward()", "gradient_of_the_loss"),
    ("calc_grad", "earlier(args[0][:1], args[1][:1], args[2])", "gradient_of_the_loss"),
)


@pytest.mark.parametrize(("function", "body", "check"), SLIPS)
def test_slips_are_noticed(function: str, body: str, check: str) -> None:
    """A submission that breaks one clause of the contract fails the check for that clause."""
    results = graded(f"earlier = {function}\ndef {function}(*args): {body}", function)
    failing = [result.id for result in results if result.verdict in (Verdict.FAILED, Verdict.RAISED)]
    assert any(check in name for name in failing), failing


def test_a_wrong_loss_shows_in_calc_grad() -> None:
    """calc_grad is compared with the contract's loss, and says that mnist_loss may be at fault."""
    results = graded("def mnist_loss(p, t): return (p - t.float()).abs().mean()", "calc_grad")
    assert {result.verdict for result in results} == {Verdict.FAILED}
    assert all("mnist_loss" in result.functions for result in results)


def test_what_is_shown_can_be_pasted() -> None:
    """A failing probe is shown as the call a student would make."""
    results = graded("def gradient(f, x): return torch.ones(x.shape)", "gradient")
    finding = results[0].finding
    assert finding is not None and finding.call == "gradient(lambda x: (x * x).sum(), torch.tensor([1.0, -2.0]))"
