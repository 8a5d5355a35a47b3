"""Exercise 1's checks: what they let through, what they catch, and that they never end without a verdict."""

from __future__ import annotations

import doctest
import inspect
import itertools
import types
from pathlib import Path

import pytest
from fakes import grade

from grader import course, mistakes
from grader.guest.loader import load
from grader.values import CheckResult, Verdict

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "exercises" / "exercise1"
EXERCISE = course.read_exercise(FOLDER)
NAMES = [name.name for name in EXERCISE.names]
STUB = (FOLDER / "exercise1.py").read_text(encoding="utf-8")
SOLUTION = (ROOT / "solutions" / "exercise1.py").read_text(encoding="utf-8")
MISTAKES = (FOLDER / "mistakes.py").read_text(encoding="utf-8")
KNOWN = [mistake.name for mistake in mistakes.read(EXERCISE)]

RIGHT = {
    "double_evens": [
        "double_evens = lambda array: [i * 2 for i in array if i % 2 == 0]",
        "def double_evens(*args):\n    return list(map(lambda i: i << 1, filter(lambda i: not i & 1, args[0])))",
        (
            "def double_evens(numbers):\n    numbers = list(numbers)\n    out = []\n    for i in range(len(numbers)):\n"
            "        if numbers[i] % 2 != 1:\n            out.append(numbers[i] + numbers[i])\n    return out"
        ),
        (
            "class Doubled(list): pass\ndef double_evens(numbers, factor=2):\n"
            "    return Doubled(factor * i for i in numbers if not i % 2)"
        ),
    ],
    "double_evens_keep_odds": [
        "double_evens_keep_odds = lambda array: [i * 2 if i % 2 == 0 else i for i in array]",
        "def double_evens_keep_odds(numbers):\n    return [i * (2 - i % 2) for i in numbers]",
        (
            "def double_evens_keep_odds(numbers):\n    result = list(numbers)\n    for i, x in enumerate(result):\n"
            "        if x % 2 == 0: result[i] *= 2\n    return result"
        ),
    ],
    "to_float": [
        "to_float = lambda images: images / 255",
        "def to_float(images):\n    return images.to(torch.float32).div_(255.0)",
        "def to_float(images):\n    return torch.from_numpy((images.numpy() / 255).astype('float32'))",
        "def to_float(x): return (x.double() * (1 / 255)).float()",
    ],
    "rank": [
        "rank = torch.Tensor.dim",
        "rank = lambda t: len(t.shape)",
        "def rank(x):\n    return len(x.size())",
        "def rank(x):\n    return 0 if x.shape == () else 1 + rank(x[0])",
        "import numpy as np\nrank = np.ndim",
    ],
    "broadcast_shape": [
        "import numpy as np\nbroadcast_shape = np.broadcast_shapes",
        (
            "import numpy as np\ndef broadcast_shape(a, b):\n"
            "    return tuple(np.int64(n) for n in np.broadcast(np.empty(a), np.empty(b)).shape)"
        ),
        (
            "def broadcast_shape(a, b):\n    try:\n        return torch.broadcast_shapes(a, b)\n"
            "    except RuntimeError as error:\n        raise ValueError(str(error)) from error"
        ),
        (
            "class NoMatch(ValueError): pass\ndef broadcast_shape(*shapes):\n    a, b = shapes\n"
            "    n = max(len(a), len(b))\n    a, b = (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b\n    out = ()\n"
            "    for x, y in zip(a, b):\n        if x == y or y == 1: out += (x,)\n        elif x == 1: out += (y,)\n"
            "        else: raise NoMatch\n    return out"
        ),
        (
            "def broadcast_shape(a, b):\n    try:\n        shape = (torch.ones(a) + torch.ones(b)).shape\n"
            "    except RuntimeError:\n        raise UnicodeError\n    return tuple(torch.tensor(n) for n in shape)"
        ),
    ],
    "center": [
        "center = lambda images: images - images.mean(dim=0, keepdim=True)",
        "def center(images):\n    return torch.stack([image - sum(images) / len(images) for image in images])",
        "def center(images):\n    array = images.numpy()\n    return torch.from_numpy(array - array.mean(axis=0))",
        "def center(images):\n    return (images.double() - images.double().mean(0)).float()",
    ],
    "pairwise_differences": [
        "def pairwise_differences(a, b):\n    return a.unsqueeze(1) - b.unsqueeze(0)",
        "def pairwise_differences(a, b):\n    return a.reshape(len(a), 1).expand(-1, len(b)) - b",
        "import numpy\npairwise_differences = lambda a, b: torch.tensor(numpy.subtract.outer(a.numpy(), b.numpy()))",
        (
            "def pairwise_differences(a, b):\n    out = torch.zeros(len(a), len(b))\n    for i in range(len(a)):\n"
            "        for j in range(len(b)): out[i, j] = a[i] - b[j]\n    return out"
        ),
    ],
    "expand_without_copying": [
        "expand_without_copying = lambda image, n: image[None].expand(n, *image.shape)",
        "def expand_without_copying(image, n):\n    return torch.broadcast_to(image, (n,) + image.shape)",
        "def expand_without_copying(image, n):\n    return image.as_strided((n, *image.shape), (0, *image.stride()))",
        (
            "import numpy as np\ndef expand_without_copying(image, n):\n"
            "    return torch.from_numpy(np.broadcast_to(image.numpy(), (n, *image.shape)))"
        ),
    ],
    "tensor_sharing": [
        "tensor_sharing = torch.from_numpy",
        "tensor_sharing = lambda array: torch.as_tensor(array)",
        "def tensor_sharing(array):\n    return torch.asarray(array)",
        "tensor_sharing = torch.from_dlpack",
    ],
    "tensor_copying": [
        "tensor_copying = torch.tensor",
        "tensor_copying = lambda array: torch.from_numpy(array).clone()",
        "def tensor_copying(array):\n    return torch.from_numpy(array.copy())",
        "def tensor_copying(array):\n    return torch.asarray(array, copy=True)",
    ],
}

# None of these may pass all the checks of its function.
WRONG = {
    "double_evens": [
        "lambda numbers: tuple(i * 2 for i in numbers if i % 2 == 0)",
        "lambda numbers: [float(i * 2) for i in numbers if i % 2 == 0]",
        "lambda numbers: [torch.tensor(i * 2) for i in numbers if i % 2 == 0]",
        "lambda numbers: torch.tensor([i * 2 for i in numbers if i % 2 == 0])",
        "lambda numbers: sorted(i * 2 for i in numbers if i % 2 == 0)",
        "lambda numbers: list({i * 2: 0 for i in numbers if i % 2 == 0})",
        "lambda numbers: [i * 2 for i in numbers if i > 0 and i % 2 == 0]",
        "lambda numbers: [i * 2 for i in numbers if i and i % 2 == 0]",
        "lambda numbers: [abs(i) * 2 for i in numbers if i % 2 == 0]",
        "lambda numbers: [i * 2 for i in list(numbers)[::2]]",
        "lambda numbers: [i * 2 for i in list(numbers)[1::2]]",
        "lambda numbers: [i * 2 for i in numbers if i % 4 == 0]",
        "lambda numbers: [i * 3 for i in numbers if i % 2 == 0]",
        "lambda numbers: [i * 2 for i in numbers if i % 2 == 0 and len(numbers)]",
        "lambda numbers: [int(i * 2.0) for i in numbers if i % 2 == 0]",
        "lambda numbers: ([i * 2 for i in numbers if i % 2 == 0], isinstance(numbers, list) and numbers.clear())[0]",
        "lambda numbers, factor: [i * factor for i in numbers if i % 2 == 0]",
        "lambda: [4, 8]",
    ],
    "double_evens_keep_odds": [
        "lambda numbers: tuple(i * 2 if i % 2 == 0 else i for i in numbers)",
        "lambda numbers: (i * 2 if i % 2 == 0 else i for i in numbers)",
        "lambda numbers: [i * 2 if i % 2 == 0 else float(i) for i in numbers]",
        "lambda numbers: [i * 2 if i % 2 == 0 else abs(i) for i in numbers]",
        "lambda numbers: [i * 2 if i % 2 == 0 else 0 for i in numbers]",
        "lambda numbers: [i * 2 if i % 2 == 0 else None for i in numbers]",
        "lambda numbers: sorted(i * 2 if i % 2 == 0 else i for i in numbers)",
        "lambda numbers: [i * 2 if i / 2 == i // 2 else i for i in numbers]",
        "lambda numbers: [numbers[k] * 2 if numbers[k] % 2 == 0 else numbers[k] for k in range(len(numbers))]",
        "lambda numbers: list(numbers)",
    ],
    "to_float": [
        "lambda images: images",
        "lambda images: images.float() / 254",
        "lambda images: images.float() * 255",
        "lambda images: (images.float() / 255).half()",
        "lambda images: images.float().numpy() / 255",
        "lambda images: (images / 255).tolist()",
        "lambda images: (images.float() / 255).round()",
        "lambda images: images.float() / 127.5 - 1",
        "lambda images: 1 - images.float() / 255",
        "lambda images: (images.float() / 255)[None]",
        "lambda images: (images.float() / 255).squeeze()",
        "lambda images: images.float() / 255 if images.dim() == 3 else images.float()",
        "lambda images: images.float() / 255 if images.numel() else None",
        "lambda images: (images.float() / 255).reshape(-1, *images.shape[-2:])",
        "lambda images: images.float() / 255 * float('nan')",
        "lambda images: (images.float() / 255, images.zero_())[0]",
        "lambda images, out=torch.empty(0): torch.div(images, 255, out=out.resize_(images.shape))",
    ],
    "rank": [
        "lambda x: torch.tensor(x.ndim)",
        "lambda x: float(x.ndim)",
        "lambda x: str(x.ndim)",
        "lambda x: x.ndim - 1",
        "lambda x: 2",
        "lambda x: x.squeeze().ndim",
        "lambda x: [x.ndim]",
        "lambda x: int(torch.linalg.matrix_rank(x))",
        "lambda x: x.ndim or None",
        "lambda x: min(x.ndim, 4)",
        "lambda x: x.shape[0] if x.ndim else 0",
        "lambda x: bool(x.ndim) if x.ndim < 2 else x.ndim",
        "lambda x: (x.ndim, x.zero_())[0]",
    ],
    "broadcast_shape": [
        "lambda a, b: a",
        "lambda a, b: b",
        "lambda a, b: max(a, b)",
        "lambda a, b: max(a, b, key=len)",
        "lambda a, b: tuple(float(n) for n in __import__('numpy').broadcast_shapes(a, b))",
        "lambda a, b: torch.tensor(__import__('numpy').broadcast_shapes(a, b))",
        "lambda a, b: __import__('numpy').broadcast_shapes(a, b) or None",
        "lambda a, b: __import__('numpy').broadcast_shapes(a, b) or (1,)",
        "lambda a, b: a + b",
        "lambda a, b: torch.broadcast_shapes(a, b) if 0 in a + b else __import__('numpy').broadcast_shapes(a, b)",
        "lambda a, b: torch.zeros(a).add(torch.zeros(b)).shape",
        "lambda a, b: None if 0 in a + b else __import__('numpy').broadcast_shapes(a, b)",
        "lambda a, b: str(__import__('numpy').broadcast_shapes(a, b))",
    ],
    "center": [
        "lambda images: images",
        "lambda images: images - images.mean(1, keepdim=True)",
        "lambda images: images - images.mean(2, keepdim=True)",
        "lambda images: images - images.sum(0)",
        "lambda images: images.mean(0) - images",
        "lambda images: images + images.mean(0)",
        "lambda images: images - images.median(0).values",
        "lambda images: images - images.sum(0) / max(1, len(images) - 1)",
        "lambda images: images.double() - images.double().mean(0)",
        "lambda images: images.numpy() - images.numpy().mean(0)",
        "lambda images: images.sub_(images.mean(0))",
        "lambda images: (images - images.mean(0)) / images.std(0)",
        "lambda images: (images - images.mean(0)).clamp(min=0)",
        "lambda images: (images - images.mean(0)).abs()",
        "lambda images: (images - images.mean(0))[None]",
        "lambda images: (images - images.mean(0)).squeeze()",
        "lambda images: list(images - images.mean(0))",
        "lambda images: images - (images.max(0).values + images.min(0).values) / 2",
    ],
    "pairwise_differences": [
        "lambda a, b: a[:, None] + b",
        "lambda a, b: (a[:, None] - b).double()",
        "lambda a, b: (a[:, None] - b).numpy()",
        "lambda a, b: (a[:, None] - b).tolist()",
        "lambda a, b: (a[:, None] - b).flatten()",
        "lambda a, b: (a[:, None] - b).squeeze()",
        "lambda a, b: (a[:, None] - b) ** 2",
        "lambda a, b: (a[:, None] - b)[None]",
        "lambda a, b: a[:, None] - a",
        "lambda a, b: torch.stack([x - b for x in a])",
        "lambda a, b: torch.tensor([[x - y for y in b] for x in a])",
        "lambda a, b: torch.cdist(a[:, None], b[:, None])",
        "lambda a, b: (a[:, None] - b, a.zero_())[0]",
        "lambda a, b: (a[:, None] - b, b.zero_())[0]",
    ],
    "expand_without_copying": [
        "lambda image, n: torch.stack([image] * n)",
        "lambda image, n: torch.cat([image[None]] * n) if n else torch.zeros(0, *image.shape)",
        "lambda image, n: image.expand(n, -1, -1).clone()",
        "lambda image, n: image.expand(n, -1, -1).contiguous()",
        "lambda image, n: image.expand(max(n, 1), -1, -1)",
        "lambda image, n: image.expand(n, 2, -1)",
        "lambda image, n: image.T.expand(n, -1, -1)",
        "lambda image, n: image.expand(n, -1, -1).numpy()",
        "lambda image, n: [image] * n",
        "lambda image, n: image",
        "lambda image, n: image.expand(n, -1, -1).double()",
        "lambda image, n: image.detach().clone()[None].expand(n, -1, -1)",
        "lambda image, n: image.zero_().expand(n, -1, -1)",
        "lambda image, n: torch.zeros(n, *image.shape)",
        "lambda image, n: torch.cat([image[None], image.expand(n - 1, -1, -1)]) if n > 1 else image.expand(n, -1, -1)",
    ],
    "tensor_sharing": [
        "lambda array: array",
        "lambda array: torch.from_numpy(array.copy())",
        "lambda array: torch.from_numpy(array).clone()",
        "lambda array: torch.from_numpy(array).float()",
        "lambda array: torch.from_numpy(array).double()",
        "lambda array: torch.from_numpy(__import__('numpy').ascontiguousarray(array))",
        "lambda array: torch.from_numpy(array).flatten()",
        "lambda array: torch.from_numpy(array)[None]",
        "lambda array: torch.from_numpy(array) if array.dtype.kind == 'f' else torch.tensor(array)",
        "lambda array: torch.from_numpy(array).T",
        "lambda array: torch.frombuffer(array, dtype=torch.from_numpy(array).dtype).reshape(array.shape)",
        "lambda array: torch.from_numpy(array).zero_()",
    ],
    "tensor_copying": [
        "lambda array: array.copy()",
        "lambda array: torch.as_tensor(array)",
        "lambda array: torch.asarray(array)",
        "lambda array: torch.tensor(array.tolist())",
        "lambda array: torch.tensor(array, dtype=torch.float64)",
        "lambda array: torch.from_numpy(array).contiguous()",
        "lambda array: torch.from_numpy(__import__('numpy').ascontiguousarray(array))",
        "lambda array: torch.tensor(array).flatten()",
        "lambda array: torch.tensor(array)[None]",
        "lambda array: torch.tensor(array).zero_()",
        "lambda array: (torch.tensor(array), array.fill(0))[0]",
    ],
}

GARBAGE = (
    "None",
    "'x'",
    "[]",
    "{}",
    "()",
    "float('nan')",
    "True",
    "torch.zeros(0)",
    "torch.full((2, 3), float('nan'), dtype=torch.float64)",
    "torch.zeros(2, 3, dtype=torch.complex64)",
    "torch.eye(2).to_sparse()",
    "__import__('numpy').zeros(3)",
    "[[[]]]",
    "(None, 'x', object())",
    "object()",
    "Ellipsis",
    "1 / 0",
    "exit()",
)


def of(results: list[CheckResult], function: str) -> list[CheckResult]:
    """The results of a function's own checks."""
    found = [result for result in results if function in result.functions]
    assert found
    return found


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, code) for name, codes in table.items() for code in codes]


def with_mistake(mistake: str) -> bytes:
    """The solution, with one function replaced by a known mistake."""
    return f"{SOLUTION}\n{MISTAKES}\n{mistake.split('__')[0]} = {mistake}\n".encode()


def told_apart(one: CheckResult, other: CheckResult) -> bool:
    """Whether two failed runs of a check saw different outcomes."""
    seen = [(call.outcome, also.outcome) for call, also in zip(one.transcript, other.transcript, strict=False)]
    return not all(left and right and mistakes.same(left, right) for left, right in seen)


def test_stub_is_missing() -> None:
    """The stub gets no point, and every verdict is MISSING."""
    results = grade(FOLDER, STUB.encode())
    assert {result.verdict for result in results} == {Verdict.MISSING}
    assert sum(result.points for result in results) == 0


def test_solution_gets_full_marks() -> None:
    """The reference solution passes every check; together they are worth 20 points, and every function some."""
    results = grade(FOLDER, SOLUTION.encode())
    assert {result.id: result.verdict for result in results if result.verdict is not Verdict.PASSED} == {}
    assert sum(result.points for result in results) == 20
    assert all(sum(result.points for result in of(results, name)) > 0 for name in NAMES)


def test_stub_and_names_agree() -> None:
    """The stub defines the exercise's names, in order and with the signatures of exercise.toml."""
    stub = load(STUB.encode(), "stub_1.py", {}).module
    own = [value for value in vars(stub).values() if isinstance(value, types.FunctionType)]
    found = [(function.__name__, str(inspect.signature(function))) for function in own]
    assert found == [(name.name, name.signature) for name in EXERCISE.names]


@pytest.mark.parametrize("name", NAMES)
def test_stub_examples_hold(name: str) -> None:
    """The examples in the stub's docstrings are what the solution gives."""
    stub, solution = load(STUB.encode(), "stub_1.py", {}).module, load(SOLUTION.encode(), "solution_1.py", {}).module
    parsed = doctest.DocTestParser().get_doctest(vars(stub)[name].__doc__, dict(vars(solution)), name, None, 0)
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(parsed).failed == 0


@pytest.mark.parametrize("mistake", KNOWN)
def test_mistakes_are_caught(mistake: str) -> None:
    """A known mistake fails a check of its function, and no check of another function."""
    function = mistake.split("__")[0]
    results = grade(FOLDER, with_mistake(mistake))
    assert any(result.verdict in (Verdict.FAILED, Verdict.RAISED) for result in of(results, function))
    assert all(result.verdict is Verdict.PASSED for result in results if function not in result.functions)


@pytest.mark.parametrize("function", NAMES)
def test_mistakes_can_be_told_apart(function: str) -> None:
    """Two mistakes of one function never give a check that both fail the same answers."""
    own = [name for name in KNOWN if name.startswith(f"{function}__")]
    failed = {
        name: [result for result in of(run, function) if result.verdict is not Verdict.PASSED]
        for name in own
        for run in [grade(FOLDER, with_mistake(name), f"test_{function}")]
    }
    shared = [
        (first, second, one.id)
        for first, second in itertools.combinations(own, 2)
        for one in failed[first]
        for other in failed[second]
        if one.id == other.id and not told_apart(one, other)
    ]
    assert own
    assert shared == []


@pytest.mark.parametrize(("function", "code"), pairs(RIGHT))
def test_right_variants_pass(function: str, code: str) -> None:
    """Whatever the contract allows passes every check of its function."""
    results = of(grade(FOLDER, f"import torch\n{code}\n".encode(), f"test_{function}"), function)
    assert [(result.id, result.finding) for result in results if result.verdict is not Verdict.PASSED] == []


@pytest.mark.parametrize(("function", "code"), pairs(WRONG))
def test_wrong_variants_do_not(function: str, code: str) -> None:
    """What breaks the contract fails a check of its function, and is never UNGRADABLE."""
    source = f"import torch\n{function} = {code}\n"
    found = {result.verdict for result in of(grade(FOLDER, source.encode(), f"test_{function}"), function)}
    assert found & {Verdict.FAILED, Verdict.RAISED}
    assert Verdict.UNGRADABLE not in found


@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_fails_every_check(value: str) -> None:
    """A file whose functions all return the same nonsense, raise or exit fails every check, with a verdict."""
    source = "import torch\n" + "".join(f"def {name}(*args): return {value}\n" for name in NAMES)
    verdicts = {result.id: result.verdict for result in grade(FOLDER, source.encode())}
    assert {name: told for name, told in verdicts.items() if told not in (Verdict.FAILED, Verdict.RAISED)} == {}
