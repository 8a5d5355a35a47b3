"""Exercise 2: what its checks make of the stub, the solution, known mistakes, odd but right and wrong variants."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from fakes import grade

from grader.values import CheckResult, Verdict

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "exercises" / "exercise2"
SOLUTION = (ROOT / "solutions" / "exercise2.py").read_text()
MISTAKES = (FOLDER / "mistakes.py").read_text()
MISTAKE_NAMES = [
    node.name for node in ast.parse(MISTAKES).body if isinstance(node, ast.FunctionDef) and "__" in node.name
]
CHECKS_OF = {
    "load_images": 4,
    "mean_image": 2,
    "l1_distance": 1,
    "rmse_distance": 1,
    "mnist_distance": 3,
    "is_3": 3,
    "pixel_baseline": 2,
}
ARGUMENTS = {
    "load_images": "(paths)",
    "mean_image": "(images)",
    "l1_distance": "(a, b)",
    "rmse_distance": "(a, b)",
    "mnist_distance": "(a, b)",
    "is_3": "(x, mean3, mean7)",
    "pixel_baseline": "(valid3, valid7, mean3, mean7)",
}


def results_of(function: str, variant: str) -> list[CheckResult]:
    """The checks named for `function`, on the solution with `variant` after it."""
    results = grade(FOLDER, f"{SOLUTION}\n{variant}\n".encode(), function)
    assert len(results) == CHECKS_OF[function]
    return results


def test_stub_gets_nothing() -> None:
    """The stub as handed out gets no point, and every verdict says that it is not written yet."""
    results = grade(FOLDER, (FOLDER / "exercise2.py").read_bytes())
    assert {result.verdict for result in results} == {Verdict.MISSING}
    assert sum(result.points for result in results) == 0


def test_solution_gets_everything() -> None:
    """The reference solution gets every point, each function is worth something, and MNIST's figure is told."""
    results = grade(FOLDER, SOLUTION.encode())
    assert len(results) == sum(CHECKS_OF.values())
    assert {result.verdict for result in results} == {Verdict.PASSED}
    assert sum(result.points for result in results) == sum(result.max_points for result in results) == 22
    assert {result.functions[0] for result in results} == set(CHECKS_OF)
    assert all(len(result.title) <= 70 for result in results)
    (mnist,) = (result for result in results if result.id == "pixel_baseline_on_mnist")
    assert mnist.notes == ("pixel_baseline on MNIST's 3s and 7s: 0.9511",)


@pytest.mark.parametrize("function", CHECKS_OF)
def test_mistakes_are_caught_and_told_apart(function: str) -> None:
    """Every known mistake fails a check, with an answer no other mistake of that function gives there."""
    seen: dict[object, str] = {}
    for mistake in [name for name in MISTAKE_NAMES if name.split("__")[0] == function]:
        failed = [result for result in results_of(function, f"{MISTAKES}\n{function} = {mistake}") if result.finding]
        assert failed, mistake
        assert {result.verdict for result in failed} <= {Verdict.FAILED, Verdict.RAISED}, mistake
        answers = tuple((result.id, result.finding.message, result.finding.got) for result in failed if result.finding)
        assert answers not in seen, f"{mistake} looks like {seen.get(answers)}"
        seen[answers] = mistake
    assert len(seen) >= 4


def test_every_mistake_has_a_hint() -> None:
    """Every known mistake is named for a function of the exercise and says what to look at."""
    for node in ast.parse(MISTAKES).body:
        if isinstance(node, ast.FunctionDef) and "__" in node.name:
            assert node.name.split("__")[0] in CHECKS_OF
            assert len(ast.get_docstring(node) or "") > 40


RIGHT = {
    "load_images": """
def load_images(paths):
    out = np.zeros((len(paths), 28, 28), np.float32)
    for place, path in enumerate(paths):
        with open(path, "rb") as file:
            out[place] = np.asarray(Image.open(file).convert("L"), dtype=np.float32) / 255.0
    return torch.from_numpy(out)
---
load_images = lambda *args: torch.tensor(
    np.array([list(Image.open(str(p)).convert("L").tobytes()) for p in args[0]]) / 255
).float().reshape(len(args[0]), 28, 28)
---
def load_images(paths, size=28, *, mode="L"):
    empty = torch.empty(0, size, size)
    parts = [torch.tensor(np.array(Image.open(p).convert(mode)))[None].to(torch.float32).div(255) for p in paths]
    return torch.cat([empty, *parts])
""",
    "mean_image": """
def mean_image(images):
    return torch.from_numpy(images.numpy().mean(axis=0).astype(np.float32)).reshape(images.shape[1:])
---
mean_image = lambda *args: sum(image.double() for image in args[0]).div(len(args[0])).to(torch.float32)
---
class Mean:
    def __call__(self, images):
        return torch.mean(images, dim=0, dtype=torch.float32)
mean_image = Mean()
""",
    "l1_distance": """
l1_distance = torch.nn.functional.l1_loss
---
l1_distance = torch.nn.L1Loss()
---
def l1_distance(*args):
    return torch.mean(torch.abs(args[1] - args[0])).item()
---
def l1_distance(a, b):
    return np.abs(a.numpy() - b.numpy()).mean()
---
def l1_distance(a, b):
    return np.abs(a.numpy().astype(float) - b.numpy()).mean(keepdims=True)
---
def l1_distance(a, b):
    h, w = a.shape
    return sum(abs(float(a[i, j]) - float(b[i, j])) for i in range(h) for j in range(w)) / (h * w)
---
def l1_distance(a, b):
    return torch.where(a > b, a - b, b - a).mean(0).mean().requires_grad_()
""",
    "rmse_distance": """
import math
def rmse_distance(a, b):
    return math.sqrt(torch.nn.functional.mse_loss(a, b))
---
def rmse_distance(a, b, eps=0):
    return torch.nn.functional.mse_loss(a, b).sqrt()
---
rmse_distance = lambda a, b: np.float64(np.sqrt(((a.numpy() - b.numpy()) ** 2).mean()))
---
def rmse_distance(a, b):
    return torch.linalg.norm(a - b) / a.numel() ** 0.5
---
def rmse_distance(a, b):
    return np.sqrt(((a.numpy() - b.numpy()) ** 2).mean()).reshape(1)
""",
    "mnist_distance": """
def mnist_distance(*images):
    a, b = images
    return (b - a).abs().mean(-1).mean(-1)
---
mnist_distance = lambda a, b: (a - b).abs().flatten(-2).mean(-1)
---
import functools
mnist_distance = functools.partial(lambda axes, a, b: torch.mean(torch.abs(torch.sub(a, b)), dim=axes), [-2, -1])
---
def mnist_distance(a, b):
    a, b = torch.broadcast_tensors(a, b)
    return torch.nn.functional.l1_loss(a, b, reduction="none").sum(dim=(-1, -2)) / (28 * 28)
---
def mnist_distance(a, b):
    return torch.as_tensor(np.abs(a.numpy() - b.numpy()).mean(axis=(-2, -1)))
""",
    "is_3": """
def is_3(x, mean3, mean7):
    return ~(mnist_distance(x, mean7) <= mnist_distance(mean3, x))
---
is_3 = lambda *args: torch.lt(*[(args[0] - mean).abs().mean((-1, -2)) for mean in args[1:]])
---
def is_3(x, mean3, mean7):
    flat = x.reshape(-1, 28, 28)
    answers = [bool((image - mean3).abs().sum() < (image - mean7).abs().sum()) for image in flat]
    return torch.tensor(answers).reshape(x.shape[:-2])
---
def is_3(x, mean3, mean7):
    means = torch.stack([mean7, mean3])
    return (x.unsqueeze(-3) - means).abs().mean((-1, -2)).argmin(-1) == 1 if x.dim() < 0 else (
        mnist_distance(x, mean7) - mnist_distance(x, mean3) > 0)
""",
    "pixel_baseline": """
def pixel_baseline(valid3, valid7, mean3, mean7):
    right3 = sum(bool(is_3(image, mean3, mean7)) for image in valid3) / len(valid3)
    right7 = sum(not is_3(image, mean3, mean7) for image in valid7) / len(valid7)
    return (right3 + right7) / 2
---
pixel_baseline = lambda *args: np.mean([
    is_3(args[0], *args[2:]).numpy().mean(), (~is_3(args[1], *args[2:])).numpy().mean()])
---
def pixel_baseline(valid3, valid7, mean3, mean7):
    called = [is_3(valid, mean3, mean7).float().mean() for valid in (valid3, valid7)]
    return round(0.5 * (called[0].item() + 1 - called[1].item()), 6)
---
def pixel_baseline(valid3, valid7, mean3, mean7):
    answers = is_3(torch.cat([valid3, valid7]), mean3, mean7)
    right3, right7 = answers[: len(valid3)].float(), answers[len(valid3):].logical_not().float()
    return torch.stack([right3.mean(), right7.mean()]).mean()
""",
}


@pytest.mark.parametrize("function", CHECKS_OF)
def test_right_in_other_styles(function: str) -> None:
    """Right answers count in whatever style and type the contract allows."""
    for variant in RIGHT[function].split("---"):
        results = results_of(function, variant)
        assert {result.verdict for result in results} == {Verdict.PASSED}, (variant, results)


# Expressions over the right answer `right` and the arguments; none may pass a check of its function.
NEITHER = ("None", "{'answer': right}", "(right,)", "[right]", "str(right)", "object()")
NO_TENSOR = (*NEITHER, "right.tolist()", "right.numpy()", "right[None]", "right.double()", "right.half()")
NO_NUMBER = (
    *NEITHER,
    "right * float('nan')",
    "right[None]",
    "right.double()",
    "complex(right)",
    "right + 1e-3",
    "-right - 1",
)
WRONG = {
    "load_images": (
        *NO_TENSOR,
        "right.flatten(1)",
        "right * float('nan') if paths else 1",
        "right.unsqueeze(1)",
        "paths",
    ),
    "mean_image": (
        *NO_TENSOR,
        "right * float('nan')",
        "right + 1e-2",
        "images",
        "right.flatten().repeat(2)",
        "-right - 1",
    ),
    "l1_distance": (*NO_NUMBER, "a", "right.repeat(2).numpy()", "True"),
    "rmse_distance": (*NO_NUMBER, "b", "right.repeat(2).numpy()", "True"),
    "mnist_distance": (*NO_TENSOR, "right * float('nan')", "right + 1e-3", "-right - 1", "a", "right.unsqueeze(-1)"),
    "is_3": (*NO_TENSOR, "~right", "right.float()", "right.int()", "right.to(torch.uint8)", "right.unsqueeze(-1)", "x"),
    "pixel_baseline": (*NO_NUMBER, "valid3", "100 * right + 1", "right.repeat(2)"),
}
# Statements between the right answer and its return; none may pass a check of its function.
SPOILED = {
    "load_images": ("paths.append(1) if isinstance(paths, list) else exit()", "raise ValueError('no')"),
    "mean_image": ("images[0, 0, 0] += 1", "images.requires_grad_() if images.is_floating_point() else images.zero_()"),
    "l1_distance": ("a -= b - 1", "b.add_(1)", "a.requires_grad_()", "raise ValueError('no')", "input()"),
    "rmse_distance": ("a -= b - 1", "b.add_(1)", "a.requires_grad_()", "raise ValueError('no')", "exit(0)"),
    "mnist_distance": ("a.sub_(1)", "b.add_(1)", "a.requires_grad_()", "raise ValueError('no')", "raise SystemExit"),
    "is_3": ("x.sub_(0.25)", "mean3.add_(1)", "mean7[0, 0] = 9", "x.requires_grad_()", "raise KeyboardInterrupt"),
    "pixel_baseline": ("valid3.add_(1)", "valid7.mul_(2).add_(1)", "mean3.add_(1)", "mean7.add_(1)", "1 / 0"),
}


@pytest.mark.parametrize("function", CHECKS_OF)
def test_wrong_answers_pass_nothing(function: str) -> None:
    """No answer of a wrong type, shape, dtype or value, and no changed argument, passes a check of its function."""
    solution = SOLUTION.replace(f"def {function}(", f"def right_{function}(")
    head = f"def {function}{ARGUMENTS[function]}:\n    right = right_{function}{ARGUMENTS[function]}\n"
    variants = [f"{head}    return {wrong}" for wrong in WRONG[function]]
    variants += [f"{head}    {spoiled}\n    return right" for spoiled in SPOILED[function]]
    variants += [f"{function} = {value}" for value in ("lambda: 1", "3", "None", "lambda v, w, x, y, z: v", "'text'")]
    for variant in variants:
        for result in grade(FOLDER, f"{solution}\n{variant}\n".encode(), function):
            if result.id == "load_images_of_a_missing_file" and variant.startswith("def"):
                continue  # the right answer raised already, which is right
            assert result.verdict in (Verdict.FAILED, Verdict.RAISED), (variant, result)


GARBAGE = [
    "None",
    "'x'",
    "[]",
    "{}",
    "float('nan')",
    "torch.zeros(0)",
    "object()",
    "torch.zeros(28, 28, dtype=torch.cfloat)",
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_never_ungradable(garbage: str) -> None:
    """Whatever every function returns, each check has a verdict that is the submission's own, and none passes."""
    functions = "\n".join(f"{name} = lambda *args: {garbage}" for name in CHECKS_OF)
    results = grade(FOLDER, f"import torch\n{functions}\n".encode())
    assert {result.verdict for result in results} == {Verdict.FAILED}, results
    assert len(results) == sum(CHECKS_OF.values())
