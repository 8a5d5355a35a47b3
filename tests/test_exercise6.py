"""Exercise 6, full MNIST, all but `train`: who gets which marks. A submission is the solution with names replaced."""

from __future__ import annotations

import inspect
import re
import runpy
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from fake_mnist import real_mnist
from fakes import InProcessSession
from marking import TELLING, assert_caught, assert_examples_true, assert_told_apart, complaints, imported

from grader import course, engine
from grader.judge import Conditions, Judge, run_checks
from grader.values import CheckResult, Verdict

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "exercises" / "exercise6"
SOLUTION = (ROOT / "solutions" / "exercise6.py").read_text(encoding="utf-8")
MISTAKES = (FOLDER / "mistakes.py").read_text(encoding="utf-8")
POINTS = {
    "load_folder": 3,
    "split": 2,
    "accuracy": 1,
    "mean_images": 1,
    "nearest_mean": 2,
    "cross_entropy": 4,
    "fit_with_learner": 3,
}
NAMES = [name for name in re.findall(r"^def ([a-z]\w*__\w+)", MISTAKES, re.MULTILINE) if name.split("__")[0] in POINTS]
HERE = " or ".join(f"test_{name}" for name in POINTS)
Grade = Callable[[str, str], list[CheckResult]]


@pytest.fixture(scope="module")
def on_mnist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grade]:
    """Grades a source with all of MNIST at hand; the second argument is the function whose checks run, "" for all."""
    folder = real_mnist(tmp_path_factory.mktemp("mnist")).folder
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # as guests have; two on a busy machine are many times slower

    def run(source: str, function: str) -> list[CheckResult]:
        exercise = course.read_exercise(FOLDER)
        session = InProcessSession(source.encode(), exercise)
        results: list[CheckResult] = []
        judge = Judge(lambda path: exercise, lambda wanted: session, results.append, Conditions(data=folder))
        engine.use_profile(Path(tempfile.gettempdir()) / "grader-hypothesis")
        run_checks(judge, exercise.checks_file, ["-k", f"test_{function}" if function else HERE])
        assert not judge.errors
        return results

    yield run
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def graded(on_mnist: Grade) -> Grade:
    """Grades the solution followed by a source."""
    return lambda extra, function: on_mnist(f"{SOLUTION}\n\n{extra}\n", function)


def test_the_stub_gets_no_point(on_mnist: Grade) -> None:
    """The stub gets no point, and every check says what is not written yet, by the names asked for."""
    results = on_mnist((FOLDER / "exercise6.py").read_text(encoding="utf-8"), "")
    assert {(result.verdict, result.points) for result in results} == {(Verdict.MISSING, 0)}
    said = {result.finding.message for result in results if result.finding}
    assert said == {f"`{name}` is not written yet." for name in POINTS}


def test_the_solution_gets_full_marks(on_mnist: Grade) -> None:
    """The solution passes every check, and each function is worth what it should be."""
    results = on_mnist(SOLUTION, "")
    assert not complaints(results)
    for name, points in POINTS.items():
        assert sum(result.max_points for result in results if result.functions[0] == name) == points
    assert all(result.max_points >= 1 and len(result.title) <= 70 for result in results)
    assert any("66.85 %" in note for result in results for note in result.notes)


def test_the_names_are_those_of_the_contract() -> None:
    """exercise.toml, the stub and the solution name the same things with the same parameters."""
    exercise = course.read_exercise(FOLDER)
    stub, solution = imported(FOLDER / "exercise6.py"), imported(ROOT / "solutions" / "exercise6.py")
    for name in exercise.names:
        assert str(inspect.signature(getattr(stub, name.name))) == name.signature
    for name in exercise.names[:-1]:
        assert str(inspect.signature(getattr(solution, name.name))) == name.signature
    assert tuple(name.name for name in exercise.names) == (*POINTS, "train")
    assert all(2 <= len(name.hints) <= 3 for name in exercise.names)


def test_the_stubs_examples_are_true() -> None:
    """Every example in the stub's docstrings gives with the solution what it says."""
    stub, solution = FOLDER / "exercise6.py", ROOT / "solutions" / "exercise6.py"
    assert_examples_true(stub, solution, POINTS, {"load_folder", "fit_with_learner"})


def test_means_are_far_apart_or_equally_near() -> None:
    """In nearest_mean's cases no rounding decides: the two nearest means tie exactly, or differ by 20 in their sums."""
    for images, means in runpy.run_path(str(FOLDER / "checks.py"))["means_cases"]():
        sums = (images.double()[:, None] - means.double()).abs().sum((2, 3)).sort(1).values
        gaps = sums[:, 1] - sums[:, 0]
        assert bool(((gaps == 0) | (gaps >= 20)).all())
        assert bool((sums * 4 == (sums * 4).round()).all()) and float(sums.max()) < 2**22


# --- known mistakes ---


@pytest.fixture(scope="module")
def caught(graded: Grade) -> dict[str, list[CheckResult]]:
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


# A fault, and the points that it costs: what one check is about should not fail the others.
COSTS = (
    *(("load_folder__sorts_numbers_as_text", 1), ("load_folder__needs_every_folder", 1)),
    *(("load_folder__counts_the_folders", 1), ("load_folder__reads_dot_files", 1), ("load_folder__takes_the_red", 1)),
    *(("load_folder__leaves_pils_exception", 1), ("split__takes_the_first", 1), ("split__fixed_number", 1)),
    *(("nearest_mean__ties_to_the_highest", 1), ("cross_entropy__overflows", 1), ("cross_entropy__detached", 2)),
    *(("cross_entropy__calls_torchs_own", 1), ("fit_with_learner__fixed_lr", 1)),
    *(("fit_with_learner__trains_by_itself", 1), ("fit_with_learner__softmax_before_the_loss", 2)),
)


@pytest.mark.parametrize(("name", "points"), COSTS)
def test_a_mistake_costs_what_it_is_about(caught: dict[str, list[CheckResult]], name: str, points: int) -> None:
    """One fault leaves the points of the checks that are about something else."""
    assert sum(result.max_points - result.points for result in caught[name]) == points


# --- right, whatever it is written like ---

RIGHT = {
    "load_folder": {
        "os.listdir": """
import os
def load_folder(path):
    images, labels = [], []
    for name in sorted(os.listdir(path)):
        folder = os.path.join(path, name)
        if name.startswith(".") or not os.path.isdir(folder):
            continue
        numbers = sorted(int(f[:-4]) for f in os.listdir(folder) if f.endswith(".png") and f[0] != ".")
        for number in numbers:
            file = f"{folder}/{number}.png"
            try:
                images.append(torch.tensor(np.array(Image.open(file).convert("L"))))
            except (OSError, SyntaxError) as error:
                raise ValueError("cannot read " + file) from error
            labels += [int(name)]
    if not images:
        return torch.empty(0, 28, 28, dtype=torch.uint8), torch.empty(0, dtype=torch.long)
    return torch.stack(images), torch.LongTensor(labels)
""",
        "verify, a list, a class of errors": """
class Broken(ValueError): pass
def load_folder(*args):
    images, labels = torch.zeros(0, 28, 28).byte(), []
    for digit in range(10):
        folder = Path(args[0]) / f"{digit}"
        files = [f for f in folder.glob("*.png") if not f.name.startswith(".")] if folder.exists() else []
        for f in sorted(files, key=lambda f: (len(f.name), f.name)):
            try:
                with open(f, "rb") as opened:
                    image = Image.open(opened)
                    image.load()
            except Exception:
                raise Broken(f.name)
            images = torch.cat([images, torch.from_numpy(np.asarray(image.convert("L")).copy())[None]])
            labels.append(digit)
    return [images, torch.tensor(labels).long()]
""",
    },
    "split": {
        "stratified, rounded down": """
def split(labels, valid_fraction, generator):
    train, valid = [], []
    for c in labels.unique():
        idx = (labels == c).nonzero().flatten()
        idx = idx[torch.randperm(len(idx), generator=generator)]
        k = int(len(idx) * valid_fraction)
        valid.append(idx[:k]); train.append(idx[k:])
    return torch.cat(train), torch.cat(valid)
""",
        "random_split": """
def split(labels, valid_fraction, generator):
    k = int(len(labels) * valid_fraction)
    parts = torch.utils.data.random_split(range(len(labels)), [len(labels) - k, k], generator=generator)
    return [torch.tensor(part.indices) for part in parts]
""",
        "numpy, seeded by the generator": """
def split(labels, valid_fraction, generator):
    rng = np.random.default_rng(torch.randint(2 ** 60, (), generator=generator).item())
    order, cut = rng.permutation(len(labels)), -round(valid_fraction * len(labels))
    return torch.from_numpy(np.sort(order[:cut])), torch.from_numpy(np.sort(order[cut:]))
""",
        "Python's, seeded like the generator": """
import random
def split(*args):
    labels, valid_fraction, generator = args
    n = labels.shape[0]
    valid = set(random.Random(generator.initial_seed()).sample(range(n), round(n * valid_fraction)))
    return torch.tensor([i for i in range(n) if i not in valid]), torch.tensor(list(valid))
""",
        "smallest random keys": """
def split(labels, valid_fraction, generator):
    return torch.rand(len(labels), generator=generator).argsort().split(
        [len(labels) - round(len(labels) * valid_fraction), round(len(labels) * valid_fraction)])
""",
    },
    "accuracy": {
        "max": "accuracy = lambda logits, labels: (logits.max(dim=1).indices == labels).double().mean().item()",
        "loop": """
def accuracy(x, y):
    return sum(int(row.argmax()) == label for row, label in zip(x, y.tolist())) / len(y)
""",
        "numpy float": "def accuracy(x, y): return np.float64((x.softmax(1).numpy().argmax(1) == y.numpy()).mean())",
        "topk": "def accuracy(*a): return float(torch.mean((a[0].topk(1)[1].squeeze(1) == a[1]) * 1.0))",
    },
    "mean_images": {
        "one-hot": """
def mean_images(images, labels):
    hot = torch.nn.functional.one_hot(labels, 10).float()
    return torch.einsum("nd,nhw->dhw", hot, images.float()) / hot.sum(0)[:, None, None]
""",
        "numpy": """
def mean_images(images, labels):
    images, labels = images.numpy(), labels.numpy()
    return torch.from_numpy(np.stack([images[labels == d].mean(0) for d in range(10)])).float()
""",
        "loop": """
def mean_images(images, labels):
    total = torch.zeros(10, 28, 28).index_add_(0, labels, images.to(torch.float32))
    return total / torch.bincount(labels).view(-1, 1, 1)
""",
        "float64 inside": """
def mean_images(*args):
    return torch.stack([args[0][args[1] == d].mean(0, dtype=torch.float64) for d in range(10)]).to(torch.float)
""",
    },
    "nearest_mean": {
        "broadcast": """
def nearest_mean(images, means):
    return (images[:, None].float() - means[None]).abs().mean((-1, -2)).argmin(-1)
""",
        "loop, strictly smaller": """
def nearest_mean(images, means):
    best, found = torch.full((len(images),), float("inf")), torch.zeros(len(images), dtype=torch.long)
    for digit, mean in enumerate(means):
        distance = (images / 255 - mean / 255).abs().mean(dim=(1, 2))
        closer = distance < best
        best[closer], found[closer] = distance[closer], digit
    return found
""",
        "numpy": """
def nearest_mean(images, means):
    images, means = images.numpy().astype("float64"), means.numpy()
    return torch.from_numpy(np.stack([np.abs(images - m).sum((1, 2)) for m in means]).argmin(0))
""",
        "image by image": """
def nearest_mean(images, means):
    return torch.tensor([min(range(10), key=lambda d: (image - means[d]).abs().sum().item()) for image in images])
""",
    },
    "cross_entropy": {
        "logsumexp": """
def cross_entropy(logits, labels):
    return (torch.logsumexp(logits, dim=1) - logits[range(len(labels)), labels]).mean()
""",
        "one-hot": """
def cross_entropy(x, y):
    hot = torch.nn.functional.one_hot(y, x.shape[1])
    x = x - x.max(dim=1, keepdim=True)[0].detach()
    return -((x - x.exp().sum(1, keepdim=True).log()) * hot).sum() / len(y)
""",
        "float64 inside, method": """
def cross_entropy(*args):
    z, y = args[0].double(), args[1]
    return (z.logsumexp(-1) - z.gather(-1, y.unsqueeze(-1)).squeeze(-1)).mean().float()
""",
        "a loop": """
def cross_entropy(logits, labels):
    loss = torch.zeros(())
    for row, label in zip(logits, labels):
        loss = loss + (row - row[label]).logsumexp(0)
    return loss / len(labels)
""",
        "a gradient of its own": """
class Loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, y):
        p = (z - z.amax(1, keepdim=True)).exp()
        p = p / p.sum(1, keepdim=True)
        p[torch.arange(len(y)), y] -= 1
        ctx.save_for_backward(p / len(y))
        return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()
    @staticmethod
    def backward(ctx, grad):
        return ctx.saved_tensors[0] * grad, None
cross_entropy = Loss.apply
""",
    },
    "fit_with_learner": {
        "DataLoader, Adam, metrics, validation": """
def fit_with_learner(images, labels, Learner, epochs, lr):
    def ready(x): return x.unsqueeze(1).float().div(255)
    data = torch.utils.data.TensorDataset(ready(images), labels)
    train = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)
    valid = torch.utils.data.DataLoader(data, batch_size=300)
    net = nn.Sequential(nn.Conv2d(1, 8, 5, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(1152, 10))
    learner = Learner(dls=DataLoaders(train, valid), model=net, opt_func=lambda p, lr: torch.optim.Adam(p, lr / 10),
                      loss_func=torch.nn.functional.cross_entropy, metrics=[accuracy])
    learner.fit(n_epochs=epochs, lr=lr)
    assert learner.recorder.epochs[-1]["accuracy"] >= 0 and len(learner.validate()) == 2
    return lambda x: learner.predict(ready(x))
""",
        "a tuple of lists, a module, one-hot targets": """
class Net(nn.Module):
    def __init__(self, mean, sd):
        super().__init__()
        self.mean, self.sd, self.layer = mean, sd, nn.Linear(784, 10)
    def forward(self, x): return self.layer(((x.float() - self.mean) / self.sd).reshape(len(x), -1))
def fit_with_learner(images, labels, Learner, epochs, lr):
    targets = torch.nn.functional.one_hot(labels, 10).float()
    train = [[images[i : i + 5], targets[i : i + 5]] for i in range(0, len(images), 5)]
    model = Net(images.float().mean(), 255)
    loss = lambda p, t: ((p - t) ** 2).sum(1).mean() / 2
    Learner((train, []), model, torch.optim.SGD, loss).fit(epochs, lr)
    return model
""",
        "loaders that are indexed, an optimizer of its own, batches that run out": """
class Loaders:
    def __init__(self, *parts): self.parts = parts
    def __getitem__(self, i): return self.parts[i]
class SGD:
    def __init__(self, params, lr): self.params, self.lr = list(params), lr
    def step(self):
        for p in self.params: p.data -= self.lr * p.grad
    def zero_grad(self):
        for p in self.params: p.grad = None
def fit_with_learner(*args):
    images, labels, Learner, epochs, lr = args
    x = images.double().flatten(1) / 256
    net = nn.Linear(784, 10).double()
    learner = Learner(Loaders(((x[i::60], labels[i::60]) for i in range(60)), ()), net, SGD, cross_entropy, None)
    learner.fit(epochs, lr)
    return lambda images: net(images.double().flatten(1) / 256)
""",
    },
}


@pytest.mark.parametrize(("function", "variant"), [(name, key) for name in RIGHT for key in RIGHT[name]])
def test_odd_but_right_solutions_pass(graded: Grade, function: str, variant: str) -> None:
    """What does as the contract says passes, whatever it is written like."""
    assert not complaints(graded(RIGHT[function][variant], function))


# --- wrong ---

GARBAGE = (
    *("None", "'x'", "[]", "{}", "float('nan')", "torch.zeros(0)", "object()", "True", "b''", "(1, 2)", "torch"),
    *("torch.tensor([float('nan')])", "torch.zeros(2, 3, dtype=torch.int64)", "torch.zeros(1, dtype=torch.complex64)"),
    *("torch.zeros(3).numpy()", "10 ** 400", "-1", "torch.tensor(float('inf'))", "print", "nn.Linear(784, 10)"),
    *("(torch.zeros(0), torch.zeros(0))", "[torch.zeros(2, 2).long()] * 2", "torch.zeros(2, device='meta')"),
)
DEEDS = ("raise ValueError('no')", "raise SystemExit(1)", "raise KeyError", "return args[99]", "raise RuntimeError")


@pytest.mark.parametrize("function", POINTS)
def test_wrong_answers_pass_nothing(graded: Grade, function: str) -> None:
    """Whatever else comes back, no check of the function passes, and none becomes ungradable."""
    for body in [f"return {value}" for value in GARBAGE] + list(DEEDS):
        results = graded(f"def {function}(*args): {body}", function)
        assert results and not [(body, result.id) for result in results if result.verdict not in TELLING]


def test_garbage_from_every_function_at_once_is_graded(on_mnist: Grade) -> None:
    """A submission whose functions all return the same nonsense gets no point and is never ungradable."""
    for value in GARBAGE:
        source = "import torch\nfrom torch import nn\n"
        source += "\n".join(f"def {name}(*args): return {value}" for name in POINTS)
        results = on_mnist(source, "")
        assert not [(value, result.id) for result in results if result.points or result.verdict not in TELLING]


ARITY = (
    "def {0}(): return 1",
    "def {0}(a): return a",
    "def {0}(a, b, c, d, e, f): return a",
    "{0} = 3",
    "{0} = None",
    "class {0}: pass",
)


@pytest.mark.parametrize("function", POINTS)
def test_what_cannot_be_called_as_asked_is_graded(on_mnist: Grade, function: str) -> None:
    """Definitions that can't be called as asked get no point of the function, and a verdict."""
    for line in ARITY:
        results = on_mnist(line.format(function), function)
        assert results and not [(line, result.id) for result in results if result.verdict not in TELLING]


MODELS = (
    *("None", "torch.zeros(len(x), 10)", "torch.ones(len(x), 10)", "torch.full((len(x), 10), float('nan'))", "'x'"),
    *("torch.zeros(len(x))", "torch.zeros(10, len(x))", "torch.zeros(len(x), 11)", "x[:, 0, :10]", "m(x).numpy()"),
    *("m(x).tolist()", "m(x).long()", "m(x)[:1]", "(m(x), 1)", "m(x).T", "m(x.flip(1))", "-m(x)", "m(x) / 0 * 0"),
)


def test_worthless_models_learn_nothing(graded: Grade) -> None:
    """A model that gives constants, NaN, or something of another shape or type gets no point of fit_with_learner."""
    for output in MODELS:
        body = f"m = earlier(*args); return lambda x: {output}"
        results = graded(f"earlier = fit_with_learner\ndef fit_with_learner(*args): {body}", "fit_with_learner")
        assert not [(output, result.id) for result in results if result.verdict not in TELLING]


# A slip that one clause of the contract forbids, and the check that has to notice it.
SLIPS = (
    ("load_folder", "x, y = earlier(*args); return x.float(), y", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return x, y.int()", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return x[:, None], y", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return x, y, 1", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return x, y[:, None]", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return x.numpy(), y.numpy()", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return x[y < 9], y[y < 9]", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return x[y > 0], y[y > 0]", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return x.bitwise_not(), y", "reads_images"),
    ("load_folder", "return earlier(args[0] + '')", "reads_images"),
    ("load_folder", "return earlier(args[0].absolute())", "reads_images"),
    ("load_folder", "x, y = earlier(*args); return (x, y) if len(y) else (x, y.int())", "leaves_out"),
    ("load_folder", "x, y = earlier(*args); return (x, y) if len(y) else (x.float(), y)", "leaves_out"),
    ("load_folder", "x, y = earlier(*args); return (x, y) if len(y) else 1 / 0", "leaves_out"),
    ("load_folder", "assert (Path(args[0]) / '5').is_dir(); return earlier(*args)", "leaves_out"),
    ("load_folder", "assert next((Path(args[0]) / '3').iterdir()); return earlier(*args)", "leaves_out"),
    (
        "load_folder",
        "\n    try: return earlier(*args)\n    except ValueError as e: raise ValueError(str(e).split('.')[0])",
        "broken",
    ),
    ("load_folder", "\n    try: return earlier(*args)\n    except ValueError as e: raise OSError(str(e))", "broken"),
    ("load_folder", "\n    try: return earlier(*args)\n    except ValueError as e: return str(e)", "broken"),
    ("load_folder", "\n    try: return earlier(*args)\n    except ValueError as e: raise RuntimeError(e)", "broken"),
    ("split", "a, b = earlier(*args); return a[1:], b", "parts"),
    ("split", "a, b = earlier(*args); return a, torch.cat([b, a[:1]])", "parts"),
    ("split", "a, b = earlier(*args); return a[25:], torch.cat([a[:25], b])", "parts"),
    ("split", "a, b = earlier(*args); return torch.cat([a, b[:25]]), b[25:]", "parts"),
    ("split", "a, b = earlier(*args); return a - 1, b - 1", "parts"),
    ("split", "a, b = earlier(*args); return a + 1, b + 1", "parts"),
    ("split", "a, b = earlier(*args); return a.int(), b.int()", "parts"),
    ("split", "a, b = earlier(*args); return a.double(), b.double()", "parts"),
    ("split", "a, b = earlier(*args); return a[:, None], b[:, None]", "parts"),
    ("split", "a, b = earlier(*args); return a, b, b", "parts"),
    ("split", "a, b = earlier(*args); return a.numpy(), b.numpy()", "parts"),
    ("split", "a, b = earlier(*args); return a, torch.cat([b, b[:1]])", "parts"),
    ("split", "a, b = earlier(*args); return a, torch.cat([b[1:], b[1:2]])", "parts"),
    ("split", "args[0].fill_(0); return earlier(*args)", "parts"),
    ("split", "torch.rand(1); return earlier(*args)", "parts"),
    ("split", "np.random.rand(); return earlier(*args)", "parts"),
    ("split", "import random; random.random(); return earlier(*args)", "parts"),
    ("split", "torch.manual_seed(7); return earlier(*args)", "parts"),
    ("split", "g = torch.Generator().manual_seed(args[2].initial_seed() % 2); return earlier(*args[:2], g)", "random"),
    ("split", "g = torch.Generator(); g.seed(); return earlier(*args[:2], g)", "random"),
    ("split", "g = torch.Generator().manual_seed(torch.initial_seed()); return earlier(*args[:2], g)", "random"),
    (
        "split",
        "n = len(args[0]); k = round(n * args[1]); s = int(torch.randint(n, (1,), generator=args[2]));"
        " i = (torch.arange(n) + s) % n; return i[k:], i[:k]",
        "random",
    ),
    ("accuracy", "return round(earlier(*args), 2)", "share"),
    ("accuracy", "return np.float32(earlier(*args))", "share"),
    ("accuracy", "return torch.tensor(earlier(*args))", "share"),
    ("accuracy", "return str(earlier(*args))", "share"),
    ("accuracy", "return (earlier(*args),)", "share"),
    ("accuracy", "return earlier(args[0].abs(), args[1])", "share"),
    ("accuracy", "return earlier(args[0][:, :10], args[1])", "share"),
    ("accuracy", "return earlier(args[0][:20], args[1][:20])", "share"),
    ("accuracy", "args[0].zero_()[0, 0] = 1; return earlier(*args)", "share"),
    ("accuracy", "args[1].add_(1); return earlier(args[0], args[1] - 1)", "share"),
    ("accuracy", "assert args[0].shape[1] > 1; return earlier(*args)", "share"),
    ("mean_images", "return earlier(*args).double()", "averages"),
    ("mean_images", "return earlier(*args)[:, None]", "averages"),
    ("mean_images", "return earlier(*args).flip(0)", "averages"),
    ("mean_images", "return earlier(*args).mT", "averages"),
    ("mean_images", "return earlier(args[0][:300], args[1][:300])", "averages"),
    ("mean_images", "return earlier(args[0].byte(), args[1])", "averages"),
    ("mean_images", "return earlier(args[0].float() / 255, args[1])", "averages"),
    ("mean_images", "m = earlier(*args); return m * 255 if m.max() <= 1 else m", "averages"),
    ("mean_images", "m = earlier(*args); args[0].zero_(); return m", "averages"),
    ("mean_images", "m = earlier(*args); args[1].zero_(); return m", "averages"),
    ("mean_images", "return earlier(*args).numpy()", "averages"),
    ("nearest_mean", "return earlier(*args).float()", "smallest"),
    ("nearest_mean", "return earlier(*args).tolist()", "smallest"),
    ("nearest_mean", "return earlier(*args)[:1]", "smallest"),
    ("nearest_mean", "return earlier(args[0] // 2 * 2, args[1])", "smallest"),
    ("nearest_mean", "return earlier(args[0], args[1].floor())", "smallest"),
    ("nearest_mean", "return earlier(args[0][:, 1:], args[1][:, 1:])", "smallest"),
    ("nearest_mean", "return earlier(args[0].mT, args[1])", "smallest"),
    ("nearest_mean", "return earlier(args[0], args[1][:9])", "smallest"),
    ("nearest_mean", "args[1].add_(1); return earlier(args[0], args[1] - 1)", "smallest"),
    ("nearest_mean", "d = earlier(*args); args[0].zero_(); return d", "smallest"),
    ("nearest_mean", "return (args[0][:, None] - args[1]).square().mean((2, 3)).argmin(1)", "on_mnist"),
    ("nearest_mean", "return earlier(args[0][:100], args[1])", "on_mnist"),
    ("nearest_mean", "return earlier(*args).clamp(max=8)", "on_mnist"),
    ("cross_entropy", "return earlier(*args).reshape(1)", "is_the_mean"),
    ("cross_entropy", "return earlier(*args).double()", "is_the_mean"),
    ("cross_entropy", "return earlier(*args) * 1.001", "is_the_mean"),
    ("cross_entropy", "return earlier(*args) + 1e-4", "is_the_mean"),
    ("cross_entropy", "return earlier(args[0][:4], args[1][:4])", "is_the_mean"),
    ("cross_entropy", "return earlier(args[0].abs(), args[1])", "is_the_mean"),
    ("cross_entropy", "return earlier(args[0][:1], args[1][:1])", "is_the_mean"),
    ("cross_entropy", "args[0].data.sub_(1); return earlier(*args)", "is_the_mean"),
    ("cross_entropy", "return earlier(*args).detach().requires_grad_()", "gradient"),
    ("cross_entropy", "return earlier(args[0].detach(), args[1])", "gradient"),
    ("cross_entropy", "return earlier(*args) + args[0].sum() - args[0].sum().detach()", "gradient"),
    ("cross_entropy", "loss = earlier(*args); return 2 * loss - loss.detach()", "gradient"),
    ("cross_entropy", "return earlier(args[0].clamp(-1000, 1000), args[1])", "large"),
    ("cross_entropy", "return earlier(args[0] + 1e-3 * torch.exp(args[0] / 90) - 1e-3, args[1])", "large"),
    ("cross_entropy", "return earlier(*args).clamp(max=50)", "large"),
    ("cross_entropy", "loss = earlier(*args); return loss + 0 * args[0].exp().log().sum()", "large"),
    ("cross_entropy", "return F.nll_loss(args[0] - args[0].logsumexp(1, True), args[1])", "by_hand"),
    ("cross_entropy", "return -args[0].log_softmax(1)[torch.arange(len(args[1])), args[1]].mean()", "by_hand"),
    ("cross_entropy", "return -torch.log_softmax(*args[:1], 1)[range(len(args[1])), args[1]].mean()", "by_hand"),
    ("cross_entropy", "return -nn.LogSoftmax(1)(args[0])[range(len(args[1])), args[1]].mean()", "by_hand"),
    ("cross_entropy", "return nn.CrossEntropyLoss()(*args)", "by_hand"),
    ("cross_entropy", "return nn.NLLLoss()(torch.special.log_softmax(args[0], 1), args[1])", "by_hand"),
    ("cross_entropy", "return F.cross_entropy(args[0].double(), args[1]).float()", "by_hand"),
    ("cross_entropy", "return torch._C._nn.cross_entropy_loss(*args)", "by_hand"),
    ("fit_with_learner", "return earlier(*args[:3], args[3] + 1, args[4])", "uses"),
    ("fit_with_learner", "return earlier(*args[:4], args[4] * 1.01)", "uses"),
    ("fit_with_learner", "return earlier(*args[:3], args[3], min(args[4], 0.1))", "uses"),
    ("fit_with_learner", "return earlier(*args[:3], max(args[3], 4), args[4])", "uses"),
    ("fit_with_learner", "earlier(*args); return earlier(*args[:2], Own, *args[3:])", "uses"),
    ("fit_with_learner", "m = earlier(*args); args[0].zero_(); return m", "learns"),
    ("fit_with_learner", "m = earlier(*args); args[1].zero_(); return m", "learns"),
    ("fit_with_learner", "m = earlier(*args); return lambda x: m(x.bitwise_not_().bitwise_not())", "learns"),
    (
        "fit_with_learner",
        "m = earlier(*args); return lambda x: m(torch.cat([x] * 600)[:600])[: len(x)][:, :9]",
        "learns",
    ),
    ("fit_with_learner", "m = earlier(*args); return m(args[0])", "learns"),
    ("fit_with_learner", "return earlier(args[0], (args[1] + 1) % 10, *args[2:])", "learns"),
    ("fit_with_learner", "return earlier(args[0][:5], args[1][:5], *args[2:])", "learns"),
)
BEFORE = """
import torch.nn.functional as F
class Own:
    def __init__(self, dls, model, opt_func, loss_func): self.dls, self.model, self.loss = dls, model, loss_func
    def fit(self, epochs, lr):
        opt = torch.optim.SGD(self.model.parameters(), 0.05)
        for x, y in self.dls.train * 6:
            opt.zero_grad(); self.loss(self.model(x), y).backward(); opt.step()
    def predict(self, x): return self.model(x).detach()
earlier = {0}
def {0}(*args): {1}
"""


@pytest.mark.parametrize(("function", "body", "check"), SLIPS)
def test_slips_are_noticed(graded: Grade, function: str, body: str, check: str) -> None:
    """A submission that breaks one clause of the contract fails the check for that clause."""
    results = graded(BEFORE.format(function, body), function)
    failing = [result.id for result in results if result.verdict in TELLING]
    assert any(check in name for name in failing), failing
    assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


def test_a_wrong_part_shows_in_what_is_built_on_it(graded: Grade) -> None:
    """Where fit_with_learner fails because of the submission's own cross_entropy, the check names that one too."""
    results = graded("def cross_entropy(logits, labels): return logits.mean()", "fit_with_learner")
    failed = [result for result in results if result.verdict is Verdict.FAILED]
    assert failed and all("cross_entropy" in result.functions for result in failed)


def test_what_is_shown_can_be_pasted(graded: Grade) -> None:
    """A failing probe is shown as the call a student would make, and a folder by what it holds."""
    shown = {
        "split": "split(torch.repeat_interleave(torch.arange(2), torch.tensor([300, 301])), 0.2,"
        " torch.Generator().manual_seed(5))",
        "cross_entropy": "cross_entropy(torch.tensor([[1.0, 2.0, 0.0]]), torch.tensor([2]))",
        "fit_with_learner": "fit_with_learner(images, labels, Learner, 6, 0.05)",
    }
    for function, call in shown.items():
        finding = graded(f"{function} = lambda *args: None", function)[0].finding
        assert finding is not None and finding.call == call
    finding = graded("load_folder = lambda *args: None", "load_folder")[1].finding
    assert finding is not None and finding.message.startswith("The folder holds 3/7.png, 3/.DS_Store. ")
