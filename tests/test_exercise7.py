"""Exercise 7, by hand against the library: who gets which marks.

A submission is the solution with something replaced.
"""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from fakes import grade
from marking import assert_caught, assert_examples_true, assert_told_apart, complaints, imported

from grader import course, mistakes
from grader.values import CheckResult, Verdict

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "exercises" / "exercise7"
SOLUTION = (ROOT / "solutions" / "exercise7.py").read_text(encoding="utf-8")
MISTAKES = (FOLDER / "mistakes.py").read_text(encoding="utf-8")
CHECKS_OF = {"PAIRS": "test_pairs", "correlation_table": "test_table"}
SEVEN = ("l1", "rmse", "sigmoid", "relu", "linear", "cross_entropy", "sgd_step")
KNOWN = mistakes.read(course.read_exercise(FOLDER))


def graded(extra: str = "", select: str = "") -> list[CheckResult]:
    """Results of the solution followed by `extra`, on the checks that `select` names."""
    return grade(FOLDER, f"{SOLUTION}\n\n{extra}\n".encode(), select)


def with_side(name: str, own: str = "o", library: str = "l") -> str:
    """A line that exchanges sides of one pair; `o` and `l` are those of the solution."""
    return f"PAIRS = [(n, {own}, {library}) if n == {name!r} else (n, o, l) for n, o, l in PAIRS]"


def test_the_stub_gets_no_point() -> None:
    """The stub gets no point, and every check says that it is not written yet."""
    results = grade(FOLDER, (FOLDER / "exercise7.py").read_bytes())
    assert {(result.verdict, result.points) for result in results} == {(Verdict.MISSING, 0)}
    told = {result.finding.message for result in results if result.finding}
    assert told == {"`PAIRS` is not written yet.", "`correlation_table` is not written yet."}


def test_a_stub_of_a_pair_is_named() -> None:
    """A function in PAIRS that is not written yet is named as such."""
    results = graded("def relu(x):\n    raise NotImplementedError\n" + with_side("relu", "relu"), "test_pairs_relu")
    assert [(result.verdict, result.finding.message) for result in results if result.finding] == [
        (Verdict.MISSING, "`relu` is not written yet.")
    ]


def test_the_solution_gets_full_marks() -> None:
    """The solution passes every check, and the checks are worth 20 points, at most two of them observed."""
    results = graded()
    assert not complaints(results)
    assert sum(result.max_points for result in results) == 20
    assert {name for result in results for name in result.functions} == set(CHECKS_OF)
    assert all(result.max_points >= 1 and len(result.title) <= 70 for result in results)
    assert (FOLDER / "checks.py").read_text(encoding="utf-8").count("@pytest.mark.observed") == 1


def test_the_names_are_those_of_the_contract() -> None:
    """exercise.toml, the stub and the solution define PAIRS and correlation_table(pairs, inputs)."""
    exercise = course.read_exercise(FOLDER)
    assert [(name.name, name.signature) for name in exercise.names] == [
        ("PAIRS", ""),
        ("correlation_table", "(pairs, inputs)"),
    ]
    for module in (imported(FOLDER / "exercise7.py"), imported(ROOT / "solutions" / "exercise7.py")):
        assert list(inspect.signature(module.correlation_table).parameters) == ["pairs", "inputs"]
        assert type(module.PAIRS) is list
    assert all(2 <= len(name.hints) <= 3 for name in exercise.names)
    assert all(f'"{name}"' in (FOLDER / "exercise7.py").read_text(encoding="utf-8") for name in SEVEN)


def test_the_stubs_example_is_true() -> None:
    """The example in the stub gives with the solution what it says."""
    assert_examples_true(FOLDER / "exercise7.py", ROOT / "solutions" / "exercise7.py", ["correlation_table"])


@pytest.fixture(scope="module")
def caught() -> dict[str, list[CheckResult]]:
    """The results of every mistake, on the checks that can notice it."""
    found = {}
    for known in KNOWN:
        side = next((name for name in SEVEN if known.name.startswith(f"PAIRS__{name}_")), None)
        select = f"pairs_{side} or finite or by_hand" if side else CHECKS_OF[known.function]
        found[known.name] = graded(f"{MISTAKES}\n{known.function} = {known.name}", select)
    return found


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_every_mistake_is_caught(caught: dict[str, list[CheckResult]], known: mistakes.Mistake) -> None:
    """Each known mistake fails a check of its name, is never ungradable, and has a hint."""
    assert_caught(caught[known.name], known.function)
    assert len(known.hint) >= 25


def test_mistakes_can_be_told_apart(caught: dict[str, list[CheckResult]]) -> None:
    """No two mistakes answer alike where they fail, so that a student gets the right hint."""
    assert len(KNOWN) >= 8
    assert_told_apart(caught)


# --- right in another way ---

IMPORTS = "import math, itertools, collections\nimport numpy as np\n"
RIGHT_SIDES = {
    "l1": (
        ("lambda a, b: float((a - b).abs().mean())", "torch.nn.L1Loss()"),
        ("lambda a, b: np.abs(a.numpy() - b.numpy()).mean()", "torch.nn.functional.l1_loss"),
        ("lambda *args: torch.linalg.vector_norm(args[0] - args[1], 1) / args[0].numel()", "l"),
        (
            "lambda y, z, k=1: sum(abs(p - q) for p, q in zip(y.flatten().tolist(), z.flatten().tolist())) / y.numel()",
            "o",
        ),
    ),
    "rmse": (
        ("lambda a, b: math.sqrt(((a - b) ** 2).mean())", "lambda a, b: torch.nn.MSELoss()(a, b) ** 0.5"),
        ("lambda a, b: np.sqrt(((a - b).numpy() ** 2).mean())", "lambda a, b: torch.dist(a, b) / a.numel() ** 0.5"),
    ),
    "sigmoid": (
        ("lambda x: 0.5 * (1 + torch.tanh(x / 2))", "torch.nn.Sigmoid()"),
        ("lambda x: torch.where(x > 0, 1 / (1 + torch.exp(-x)), 1 - 1 / (1 + torch.exp(x)))", "torch.special.expit"),
        ("lambda x: torch.exp(-torch.log1p(torch.exp(-x.clamp(min=-80))))", "torch.Tensor.sigmoid"),
        ("lambda x: 1 / (1 + math.e ** -x)", "torch.nn.functional.sigmoid"),
        ("lambda x: torch.stack([torch.zeros_like(x), x]).softmax(0)[1]", "l"),
    ),
    "relu": (
        ("lambda x: torch.max(x, torch.zeros_like(x))", "torch.nn.ReLU()"),
        ("lambda x: torch.where(x > 0, x, 0)", "torch.nn.functional.relu"),
        ("lambda x: (x + x.abs()) / 2", "lambda x: x.relu()"),
        ("lambda x: x * (x > 0)", "lambda x: torch.relu_(x.clone())"),
    ),
    "linear": (
        ("lambda x, w, b: torch.addmm(b, x, w)", "lambda x, w, b: torch.nn.functional.linear(x, w.t(), b)"),
        ("lambda x, w, b: torch.einsum('nk,km->nm', x, w).add(b)", "o"),
        ("lambda x, w, b: (x[:, :, None] * w[None]).sum(1) + b[None]", "l"),
        ("lambda *xwb: torch.stack([row @ xwb[1] + xwb[2] for row in xwb[0]])", "l"),
    ),
    "cross_entropy": (
        ("lambda z, y: (z.logsumexp(1) - z[range(len(y)), y]).mean()", "torch.nn.CrossEntropyLoss()"),
        ("lambda z, y: (z.logsumexp(-1) - z.gather(1, y[:, None]).squeeze(1)).mean().item()", "l"),
        ("o", "lambda z, y: torch.nn.functional.nll_loss(torch.log_softmax(z, 1), y)"),
        ("o", "lambda z, y: -z.log_softmax(1)[torch.arange(len(y)), y].mean().numpy()"),
    ),
    "sgd_step": (
        ("lambda params, grads, lr: tuple(p - g * lr for p, g in zip(params, grads))", "o"),
        ("lambda params, grads, lr: [torch.sub(p, g, alpha=lr) for p, g in zip(params, grads)]", "l"),
        ("lambda *args: [torch.nn.Parameter(p) for p in o(*args)]", "lambda *args: tuple(l(*args))"),
    ),
}


@pytest.mark.parametrize("name", SEVEN)
def test_sides_written_otherwise_pass(name: str) -> None:
    """A side that does what the contract says passes whatever it is written like."""
    select = f"test_pairs_{name} or finite or by_hand or threes"
    for own, library in RIGHT_SIDES[name]:
        line = with_side(name, own.replace("o(*", "earlier['o'](*"), library.replace("l(*", "earlier['l'](*"))
        both = f"earlier = next({{'o': o, 'l': l}} for n, o, l in PAIRS if n == {name!r})"
        assert not complaints(graded(f"{IMPORTS}{both}\n{line}", select)), (own, library)


RIGHT_LISTS = {
    "lists": "PAIRS = [list(pair) for pair in PAIRS]",
    "further pairs": "PAIRS = [('mine', print, None), ('gelu', 3, 4)] + PAIRS + [(None, None, None)]",
    "another order": "PAIRS = PAIRS[::-1]",
    "appended": "more, PAIRS = PAIRS, []\nfor pair in more:\n    PAIRS.append(pair)",
    "named tuples": "Pair = collections.namedtuple('Pair', 'name own library')\nPAIRS = [Pair(*p) for p in PAIRS]",
    "objects": """
class Calls:
    def __init__(self, f): self.f = f
    def __call__(self, *args): return self.f(*args)
PAIRS = [(n, Calls(o), Calls(l)) for n, o, l in PAIRS]""",
}


@pytest.mark.parametrize("variant", RIGHT_LISTS)
def test_lists_written_otherwise_pass(variant: str) -> None:
    """Entries may be tuples or lists of three, in any order, and there may be more of them."""
    assert not complaints(graded(IMPORTS + RIGHT_LISTS[variant], CHECKS_OF["PAIRS"]))


RIGHT_TABLES = {
    "numpy": """
def correlation_table(pairs, inputs):
    def flat(output):
        if isinstance(output, (list, tuple)):
            return [array for part in output for array in flat(part)]
        return [np.asarray(output, dtype=np.float64)]
    rows = []
    for name, own, library in pairs:
        left = [array for arguments in inputs[name] for array in flat(own(*arguments))]
        right = [array for arguments in inputs[name] for array in flat(library(*arguments))]
        row = dict(name=name, correlation=np.nan, max_abs_difference=np.nan, agrees=np.False_, note="mine")
        if [a.shape for a in left] == [a.shape for a in right]:
            a, b = (np.concatenate([array.ravel() for array in side]) for side in (left, right))
            row["max_abs_difference"] = np.abs(a - b).max()
            row["agrees"] = row["max_abs_difference"] <= 1e-4
            if np.ptp(a) == 0 or np.ptp(b) == 0:
                row["correlation"] = float(np.allclose(a, b, rtol=0, atol=1e-6))
            else:
                row["correlation"] = np.corrcoef(a, b)[0, 1]
        rows.append(row)
    return rows
""",
    "plain Python": """
def correlation_table(pairs, inputs):
    def walk(output):
        if isinstance(output, (list, tuple)):
            return [pair for part in output for pair in walk(part)]
        output = torch.as_tensor(output, dtype=torch.float64)
        return [(tuple(output.shape), output.reshape(-1).tolist())]
    rows = []
    for name, *sides in pairs:
        shapes, values = [], []
        for side in sides:
            walked = [pair for arguments in inputs[name] for pair in walk(side(*arguments))]
            shapes.append([shape for shape, _ in walked])
            values.append([number for _, numbers in walked for number in numbers])
        x, y = values
        if shapes[0] != shapes[1]:
            nan = float("nan")
            rows.append({"agrees": False, "correlation": nan, "max_abs_difference": nan, "name": name})
            continue
        difference = max(abs(p - q) for p, q in zip(x, y))
        n = len(x)
        if min(x) == max(x) or min(y) == max(y):
            r = int(difference <= 1e-6)
        else:
            top = sum(p * q for p, q in zip(x, y)) / n - sum(x) / n * sum(y) / n
            spread = [sum(p * p for p in side) / n - (sum(side) / n) ** 2 for side in (x, y)]
            r = top / math.sqrt(spread[0] * spread[1])
        rows.append(dict(name=name, correlation=r, max_abs_difference=difference, agrees=difference <= 0.0001))
    return rows
""",
    "0-d tensors": """
old = correlation_table
def correlation_table(*args):
    keys = ("correlation", "max_abs_difference")
    rows = [{**row, **{key: torch.tensor(row[key], dtype=torch.float64) for key in keys}} for row in old(*args)]
    return [collections.OrderedDict(row, agrees=torch.tensor(row["agrees"])) for row in rows]
""",
    "float32 at the end": """
old = correlation_table
def correlation_table(p, i, verbose=False):
    keys = ("correlation", "max_abs_difference")
    rows = [{**row, **{key: np.float32(row[key]) for key in keys}} for row in old(p, i)]
    return [{**row, "agrees": np.array([row["agrees"]])} for row in rows]
""",
    "a lambda": "old = correlation_table\ncorrelation_table = lambda *args, **kwargs: old(*args, **kwargs)",
}


@pytest.mark.parametrize("variant", RIGHT_TABLES)
def test_tables_worked_out_otherwise_pass(variant: str) -> None:
    """A correlation_table that does what the contract says passes, whatever it is written like."""
    assert not complaints(graded(IMPORTS + RIGHT_TABLES[variant], CHECKS_OF["correlation_table"]))


# --- wrong ---

# Things that come back instead of an answer, or stand where a list or a function should.
GARBAGE = (
    *("None", "'x'", "[]", "{}", "float('nan')", "torch.zeros(0)", "object()", "True", "b''", "(1, 2)", "torch"),
    *("torch.tensor([float('nan')])", "torch.zeros(2, 3, dtype=torch.int64)", "torch.zeros(1, dtype=torch.complex64)"),
    *("torch.zeros(3).numpy()", "10 ** 400", "-1", "torch.tensor(float('inf'))", "print", "[None] * 3", "[{}]"),
    *("[torch.tensor(float('nan'))] * 2", "[('l1', 1, 2)]", "[[1, 2, 3]]", "iter([1])"),
)
RAISING = ("1 / 0", "args[99]", "exit()", "next(iter(()))")


@pytest.mark.parametrize("place", ["garbage, l", "o, garbage"])
def test_wrong_sides_pass_nothing(place: str) -> None:
    """A side that gives nonsense, or cannot be called, fails the check of its name and nothing becomes ungradable."""
    for value in (*(f"lambda *args: {text}" for text in (*GARBAGE, *RAISING)), "lambda: 1", "3", "None"):
        source = f"{SOLUTION}\ngarbage = {value}\nPAIRS = [(n, {place}) for n, o, l in PAIRS]\n"
        results = grade(FOLDER, source.encode(), "test_pairs")
        passed = {result.id for result in results if result.verdict is Verdict.PASSED}
        assert passed <= {"pairs_is_a_list_of_threes", "pairs_own_sides_are_by_hand"}, value
        assert place.startswith("o") or "pairs_own_sides_are_by_hand" not in passed
        assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


SPOILT = (
    *("v + 1", "v * float('nan')", "v.double()", "v.half()", "v.reshape(1, *v.shape)", "v.to(torch.int64)", "-v - 1"),
    *("[v]", "str(v)", "(v, v)", "v * 1.001 + 1e-4", "{'v': v}", "v.expand(2, *v.shape)"),
)


@pytest.mark.parametrize("spoilt", SPOILT)
def test_spoilt_sides_are_noticed(spoilt: str) -> None:
    """A right result that is changed a little, in value, shape or type, passes the check of no name."""
    source = f"""
def spoil(value):
    return [spoil(v) for v in value] if isinstance(value, list) else (lambda v: {spoilt})(value)
def spoiling(f):
    return lambda *args: spoil(f(*args))
PAIRS = [(n, spoiling(o), l) for n, o, l in PAIRS]
"""
    results = graded(source, "test_pairs")
    passed = {result.id for result in results if result.verdict is Verdict.PASSED}
    assert passed == {"pairs_is_a_list_of_threes"}
    assert all(result.verdict is Verdict.FAILED for result in results if result.id not in passed)


@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_for_a_list_is_graded(value: str) -> None:
    """A PAIRS that is no list of pairs gets no point and a verdict."""
    results = graded(f"PAIRS = {value}", CHECKS_OF["PAIRS"])
    assert not [result.id for result in results if result.points or result.verdict is Verdict.UNGRADABLE]


WRONG_LISTS = (
    ("PAIRS = tuple(PAIRS)", "threes"),
    ("PAIRS = iter(PAIRS)", "threes"),
    ("PAIRS = [(*pair, 'more') for pair in PAIRS]", "threes"),
    ("PAIRS = PAIRS + [('more', abs)]", "threes"),
    ("PAIRS = PAIRS + ['abc']", "threes"),
    ("PAIRS = [(n, o, 'l') if n == 'rmse' else (n, o, l) for n, o, l in PAIRS]", "threes"),
    ("PAIRS = [(n, torch.ones(1), l) if n == 'rmse' else (n, o, l) for n, o, l in PAIRS]", "threes"),
    *((f"PAIRS = [pair for pair in PAIRS if pair[0] != {name!r}]", "threes") for name in SEVEN),
    *((f"PAIRS = [pair for pair in PAIRS if pair[0] != {name!r}]", f"pairs_{name}") for name in SEVEN),
    ("PAIRS = [(n.upper(), o, l) for n, o, l in PAIRS]", "threes"),
    ("def PAIRS(): return []", "threes"),
)


@pytest.mark.parametrize(("line", "check"), WRONG_LISTS)
def test_wrong_lists_are_noticed(line: str, check: str) -> None:
    """A list that is not as the contract says fails the check for that."""
    results = graded(line, check)
    assert [result.verdict for result in results] == [Verdict.FAILED]


@pytest.mark.parametrize("name", SEVEN)
def test_a_missing_pair_costs_its_own_points(name: str) -> None:
    """Without one pair the checks of the other six still pass."""
    results = graded(f"PAIRS = [pair for pair in PAIRS if pair[0] != {name!r}]", CHECKS_OF["PAIRS"])
    failing = {result.id for result in results if result.verdict is not Verdict.PASSED}
    general = {"pairs_is_a_list_of_threes", "pairs_own_sides_are_by_hand", "pairs_stay_finite"}
    assert failing - general == {f"pairs_{name}"}
    assert ("pairs_stay_finite" in failing) == (name in ("sigmoid", "cross_entropy"))


def body(name: str, statements: str, side: str = "own") -> str:
    """Lines that put a function with these statements on one side; `right` is the solution's."""
    line = with_side(name, "slip") if side == "own" else with_side(name, library="slip")
    return f"right = next(o for n, o, l in PAIRS if n == {name!r})\ndef slip(*args): {statements}\n{line}"


# A slip that one clause of the contract forbids, and the check that has to notice it.
SIDE_SLIPS = (
    ("l1", "return right(*args) * (1 + (args[0].dim() == 3))", "pairs_l1"),
    ("l1", "return right(args[0].flatten()[:19], args[1].flatten()[:19]) if len(args[0]) == 5 else right(*args)", "l1"),
    ("l1", "y = right(*args); args[0].add_(1); return y", "pairs_l1"),
    ("l1", "y = right(*args); args[1].requires_grad_(); return y", "pairs_l1"),
    ("l1", "return right(args[0].sum(), args[1].sum()) / args[0].numel()", "pairs_l1"),
    ("rmse", "return ((args[0] - args[1]) ** 2).mean(0).sqrt().mean()", "pairs_rmse"),
    ("rmse", "return ((args[0] - args[1]) ** 2).sum().sqrt() / args[0].numel()", "pairs_rmse"),
    ("rmse", "return (args[0] - args[1]).std(unbiased=False)", "pairs_rmse"),
    ("rmse", "y = right(*args); args[1].zero_(); return y", "pairs_rmse"),
    ("sigmoid", "return right(args[0]).clamp(0.01, 0.99)", "pairs_sigmoid"),
    ("sigmoid", "return right(args[0].clamp(-5, 5))", "pairs_sigmoid"),
    ("sigmoid", "return right(args[0]) if args[0].abs().max() < 9e3 else args[0] * float('nan')", "finite"),
    ("sigmoid", "e = torch.exp(args[0].double()); return (e / (1 + e)).float()", "finite"),
    ("sigmoid", "return args[0].neg_().exp_().add_(1).reciprocal_()", "pairs_sigmoid"),
    ("relu", "return args[0].clamp(0, 6)", "pairs_relu"),
    ("relu", "return torch.where(args[0] > 0, args[0], args[0] * 0.01)", "pairs_relu"),
    ("relu", "return args[0].clamp_(min=0)", "pairs_relu"),
    ("relu", "return args[0].clamp(min=1e-3)", "pairs_relu"),
    ("linear", "return args[0] @ args[1] + args[2][0]", "pairs_linear"),
    (
        "linear",
        "return args[0] @ args[1].T + args[2] if len(set(args[1].shape)) == 1 else right(*args)",
        "pairs_linear",
    ),
    ("linear", "return right(*args)[:1]", "pairs_linear"),
    ("linear", "args[2].add_(0.5); return right(*args)", "pairs_linear"),
    ("cross_entropy", "return right(args[0], args[1].clamp(max=1))", "pairs_cross_entropy"),
    ("cross_entropy", "return right(args[0][:1], args[1][:1])", "pairs_cross_entropy"),
    ("cross_entropy", "return right(args[0] / 2, args[1])", "pairs_cross_entropy"),
    ("cross_entropy", "return right(args[0], args[0].argmax(1))", "pairs_cross_entropy"),
    ("cross_entropy", "return right(args[0].clamp(-500, 500), args[1])", "finite"),
    ("cross_entropy", "args[1].zero_(); return right(*args)", "pairs_cross_entropy"),
    (
        "cross_entropy",
        "return (args[0].double().exp().sum(1).log() - args[0][range(len(args[1])), args[1]]).mean()",
        "finite",
    ),
    ("sgd_step", "return right(args[0][:1], args[1][:1], args[2])", "pairs_sgd_step"),
    ("sgd_step", "return torch.stack(right(*args))", "pairs_sgd_step"),
    ("sgd_step", "return {i: p for i, p in enumerate(right(*args))}", "pairs_sgd_step"),
    ("sgd_step", "return right(args[0], args[1], 0.5)", "pairs_sgd_step"),
    ("sgd_step", "y = right(*args); args[0].clear(); return y", "pairs_sgd_step"),
    ("sgd_step", "y = right(*args); args[1][0].zero_(); return y", "pairs_sgd_step"),
    ("sgd_step", "return [p if torch.equal(p, q) else q for p, q in zip(args[0], right(*args))]", "pairs_sgd_step"),
    ("sgd_step", "return (q for q in right(*args))", "pairs_sgd_step"),
    ("sgd_step", "return [p - args[2] * g.sign() for p, g in zip(*args[:2])]", "pairs_sgd_step"),
)


@pytest.mark.parametrize("side", ["own", "library"])
@pytest.mark.parametrize(("name", "statements", "check"), SIDE_SLIPS)
def test_slips_of_a_side_are_noticed(name: str, statements: str, check: str, side: str) -> None:
    """A side that breaks one clause of the contract fails the check for that clause, on either side."""
    results = graded(body(name, statements, side), check)
    assert [result.verdict for result in results] == [Verdict.FAILED]
    assert results[0].finding is not None and f"{side} side of {name!r}" in results[0].finding.message


BORROWED = (
    ("l1", "torch.nn.functional.l1_loss", "l1_loss"),
    ("l1", "lambda a, b: torch.nn.L1Loss()(a, b) * 1", "l1_loss"),
    ("sigmoid", "torch.sigmoid", "sigmoid"),
    ("sigmoid", "torch.nn.Sigmoid()", "sigmoid"),
    ("sigmoid", "lambda x: x.clone().sigmoid_()", "sigmoid"),
    ("sigmoid", "torch.nn.functional.sigmoid", "sigmoid"),
    ("relu", "lambda x: x.relu()", "relu"),
    ("relu", "torch.nn.ReLU()", "relu"),
    ("relu", "torch.nn.functional.relu", "relu"),
    ("linear", "lambda x, w, b: torch.nn.functional.linear(x, w.T, b)", "linear"),
    ("cross_entropy", "torch.nn.functional.cross_entropy", "cross_entropy"),
    ("cross_entropy", "torch.nn.CrossEntropyLoss()", "cross_entropy"),
    ("cross_entropy", "lambda z, y: -z.log_softmax(1)[range(len(y)), y].mean()", "log_softmax"),
    ("cross_entropy", "lambda z, y: -torch.special.log_softmax(z, 1)[range(len(y)), y].mean()", "log_softmax"),
    ("cross_entropy", "lambda z, y: -torch.nn.LogSoftmax(1)(z)[range(len(y)), y].mean()", "log_softmax"),
    ("cross_entropy", "lambda z, y: torch.nn.functional.nll_loss(z - z.logsumexp(1, True), y)", "nll_loss"),
    ("sgd_step", "torch_sgd_step", "SGD"),
)


@pytest.mark.parametrize(("name", "own", "heard"), BORROWED)
def test_a_borrowed_own_side_is_named_and_costs_one_point(name: str, own: str, heard: str) -> None:
    """An own side that calls torch's function of that name loses one point, and the message names both."""
    results = graded(with_side(name, own), CHECKS_OF["PAIRS"])
    failing = [result for result in results if result.verdict is not Verdict.PASSED]
    assert [(result.id, result.max_points) for result in failing] == [("pairs_own_sides_are_by_hand", 1)]
    finding = failing[0].finding
    assert finding is not None and f"{name!r} calls torch's {heard}" in finding.message


def test_an_optimizer_of_ones_own_is_by_hand() -> None:
    """A step through a class built on torch's bare Optimizer is by hand; through one built on its SGD it is not."""
    own = """
class Mine(torch.optim.Optimizer):
    def __init__(self, params, lr): super().__init__(params, {"lr": lr})
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p -= group["lr"] * p.grad
class Theirs(torch.optim.SGD):
    pass
def stepping(optimizer):
    def step(params, grads, lr):
        params = [p.clone() for p in params]
        for p, g in zip(params, grads):
            p.grad = g
        optimizer(params, lr=lr).step()
        return params
    return step
"""
    assert not complaints(graded(own + with_side("sgd_step", "stepping(Mine)"), "sgd_step or by_hand"))
    failing = complaints(graded(own + with_side("sgd_step", "stepping(Theirs)"), "sgd_step or by_hand"))
    assert [check for check, _ in failing] == ["pairs_own_sides_are_by_hand"]


def wrong_tables() -> list[str]:
    """Bodies of a correlation_table that is wrong in every respect."""
    return [
        *(f"return {value}" for value in GARBAGE),
        *(f"return [{value} for _ in args[0]]" for value in GARBAGE),
        *("raise ValueError('no')", "raise SystemExit(1)", "raise KeyError", "return args[99]"),
        *(f"return [dict.fromkeys(row, {value}) for row in earlier(*args)]" for value in GARBAGE),
        "return [{1: 2, None: 3, **{key[1:]: row[key] for key in row}} for row in earlier(*args)]",
    ]


def test_wrong_tables_pass_nothing() -> None:
    """Whatever else comes back, no check of correlation_table passes, and none becomes ungradable."""
    for statements in wrong_tables():
        results = graded(f"earlier = correlation_table\ndef correlation_table(*args): {statements}", "test_table")
        bad = (Verdict.PASSED, Verdict.UNGRADABLE)
        assert results and not [(statements, result.id) for result in results if result.verdict in bad]


MISFIT = "misfit = lambda row: row['correlation'] != row['correlation'];"
TABLE_SLIPS = (
    ("rows = earlier(*args); rows.append(rows[0]); return rows", "row_for_each"),
    ("return tuple(earlier(*args))", "row_for_each"),
    ("return sorted(earlier(*args), key=lambda row: row['name'])", "row_for_each"),
    ("return [{**row, 'name': (row['name'],)} for row in earlier(*args)]", "row_for_each"),
    ("return [tuple(row.items()) for row in earlier(*args)]", "row_for_each"),
    ("rows = earlier(*args); args[0].pop(); return rows", "row_for_each"),
    ("rows = earlier(*args); args[0].reverse(); return rows", "row_for_each"),
    ("rows = earlier(*args); args[1].clear(); return rows", "row_for_each"),
    ("rows = earlier(*args); args[1].setdefault('mine', []); return rows", "row_for_each"),
    ("return [{k: v for k, v in row.items() if k != 'agrees'} for row in earlier(*args)]", "row_for_each"),
    ("return [{**row, 'agrees': str(row['agrees'])} for row in earlier(*args)]", "row_for_each"),
    ("return [{**row, 'agrees': None} for row in earlier(*args)]", "agrees"),
    ("return [{**row, 'agrees': not row['agrees']} for row in earlier(*args)]", "agrees"),
    ("return [{**row, 'agrees': row['max_abs_difference'] <= 2e-4} for row in earlier(*args)]", "agrees"),
    ("return [{**row, 'agrees': row['max_abs_difference'] <= 9e-5} for row in earlier(*args)]", "agrees"),
    ("return [{**row, 'agrees': row['max_abs_difference'] < 1e-4} for row in earlier(*args)]", "agrees"),
    ("return [{**row, 'agrees': row['agrees'] and row['correlation'] > 0} for row in earlier(*args)]", "agrees"),
    ("return [{**row, 'correlation': round(row['correlation'], 3)} for row in earlier(*args)]", "pearson"),
    ("return [{**row, 'correlation': max(row['correlation'], 0.0)} for row in earlier(*args)]", "pearson"),
    ("return [{**row, 'correlation': torch.tensor([row['correlation']])} for row in earlier(*args)]", "pearson"),
    (
        "return [{**row, 'max_abs_difference': min(row['max_abs_difference'], 4.0)} for row in earlier(*args)]",
        "pearson",
    ),
    ("return [{**row, 'max_abs_difference': row['max_abs_difference'] + 1e-5} for row in earlier(*args)]", "constant"),
    ("return earlier(args[0], {k: v[:2] for k, v in args[1].items()})", "pearson"),
    (f"{MISFIT} return [{{**row, 'correlation': 0.0}} if misfit(row) else row for row in earlier(*args)]", "shapes"),
    (
        f"{MISFIT} return [{{**row, 'agrees': float('nan')}} if misfit(row) else row for row in earlier(*args)]",
        "shapes",
    ),
    (f"{MISFIT} return [{{**row, 'agrees': True}} if misfit(row) else row for row in earlier(*args)]", "shapes"),
    (
        f"{MISFIT} return [{{**row, 'max_abs_difference': 1.0}} if misfit(row) else row for row in earlier(*args)]",
        "shape",
    ),
    (f"{MISFIT} return [row for row in earlier(*args) if not misfit(row)]", "shapes"),
    ("return earlier([(n, lambda *a, f=o: f(*a[:2]), l) for n, o, l in args[0]], args[1])", "arguments"),
    ("return earlier(args[0], {k: v for k, v in args[1].items() if k != 'sgd_step'})", "arguments"),
)


@pytest.mark.parametrize(("statements", "check"), TABLE_SLIPS)
def test_slips_of_the_table_are_noticed(statements: str, check: str) -> None:
    """A correlation_table that breaks one clause of the contract fails the check for that clause."""
    results = graded(
        f"earlier = correlation_table\ndef correlation_table(*args): {statements}", f"test_table and {check}"
    )
    assert [result.verdict for result in results] in ([Verdict.FAILED], [Verdict.RAISED])


MISCALLED = ("def {0}(): return 1", "def {0}(a): return a", "def {0}(a, b, c): return a", "{0} = 3", "class {0}: pass")


@pytest.mark.parametrize("line", MISCALLED)
def test_tables_that_cannot_be_called_are_graded(line: str) -> None:
    """A correlation_table that can't be called as asked gets no point, and a verdict."""
    results = grade(FOLDER, f"{line.format('correlation_table')}\n".encode(), CHECKS_OF["correlation_table"])
    assert results and not [result.id for result in results if result.points]
    assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


def test_each_name_is_graded_alone() -> None:
    """A file with one of the two names only gets all the points of that name; the other is missing."""
    pairs_only = SOLUTION.split("def correlation_table")[0]
    table_only = SOLUTION.replace("PAIRS = [", "OTHERS = [")
    for source, name in ((pairs_only, "PAIRS"), (table_only, "correlation_table")):
        for result in grade(FOLDER, source.encode()):
            assert result.verdict is (Verdict.PASSED if name in result.functions else Verdict.MISSING)


def test_what_is_shown_can_be_pasted() -> None:
    """A failing table is shown as the call a student would make."""
    table = "def correlation_table(pairs, inputs): return []"
    finding = graded(table, "test_table_of_a_constant")[0].finding
    assert finding is not None and finding.call is not None
    assert finding.call == "correlation_table([('a', lambda i: [1.0][i], lambda i: [1.0][i])], {'a': [(0,)]})"
    code = f"{SOLUTION}\nresult = {finding.call}"
    namespace: dict[str, object] = {}
    exec(code, namespace)
    assert namespace["result"] == [{"name": "a", "correlation": 1.0, "max_abs_difference": 0.0, "agrees": True}]
