"""Checks of exercise 3, gradients. Every expected number comes from the definitions below, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import draw, expect, show
from grader.student import Shown

F32, F64 = torch.float32, torch.float64
QUARTERS = st.integers(-8, 8).map(lambda n: n / 4)
SHAPES = st.sampled_from([(1,), (2,), (), (3,), (2, 2), (1, 3), (2, 1, 2), (2, 3)])
SWITCH = torch.tensor([-1.0, -0.25, 0.5, 0.25, 1.5])


# --- the definitions ---


def quotient(f: Callable[..., Any], x: Any, h: float) -> Any:
    """(f(x + h·e_i) − f(x)) / h per element, float64, in x's shape."""
    x = x.detach().double()
    slopes = torch.empty(x.numel(), dtype=F64)
    for i in range(x.numel()):
        moved = x.clone()
        moved.view(-1)[i] += h
        slopes[i] = (float(f(moved)) - float(f(x))) / h
    return slopes.reshape(x.shape)


def squash(x: Any) -> Any:
    return torch.sigmoid(x.detach().double())


def loss(predictions: Any, targets: Any) -> Any:
    """mean(where(target == 1, 1 − p, p)) with p = sigmoid(prediction)."""
    p = squash(predictions)
    return torch.where(targets == 1, 1 - p, p).mean()


def loss_slopes(predictions: Any, targets: Any) -> Any:
    """The derivative of `loss`: ∓ p (1 − p) / n."""
    p = squash(predictions)
    return torch.where(targets == 1, -1.0, 1.0) * p * (1 - p) / p.numel()


def wrong_share(predictions: Any, targets: Any) -> float:
    return float(((predictions > 0) != (targets == 1)).double().mean())


# --- numerical_gradient ---

SMOOTH = (
    ("lambda x: (x * x).sum()", lambda x: (x * x).sum()),
    ("lambda x: (x * x * x).sum() - x.sum()", lambda x: (x * x * x).sum() - x.sum()),
    ("lambda x: x.sum() ** 3", lambda x: x.sum() ** 3),
    ("lambda x: x.reshape(-1)[0] * x.reshape(-1)[-1]", lambda x: x.reshape(-1)[0] * x.reshape(-1)[-1]),
    ("lambda x: x.exp().mean()", lambda x: x.exp().mean()),
)
ROUGH = (
    ("lambda x: float(x.floor().sum())", lambda x: x.floor().sum()),
    ("lambda x: float(x.abs().max())", lambda x: x.abs().max()),
    ("lambda x: float((x > 0).sum())", lambda x: (x > 0).sum()),
)


def try_numerically(student: Any, f: tuple[str, Callable[..., Any]], x: Any, *h: float, as_float: bool = False) -> Any:
    """The student's numerical_gradient, with an f that is evaluated here and complains of what it is called with."""
    odd: list[Any] = []

    def answer(*args: Any) -> Any:
        t = args[0] if len(args) == 1 else None
        if not isinstance(t, torch.Tensor) or (t.shape, t.dtype) != (x.shape, x.dtype):
            odd.append(t)
            return math.nan
        value = f[1](t.detach())
        return float(value) if as_float else value.clone()

    result = student.numerical_gradient(student.callback(answer, f[0]), x, *h)
    like = f"a tensor of x's shape {tuple(x.shape)} and dtype {x.dtype}"
    expect.that(not odd, f"It called f with something else than {like}.", got=odd[0] if odd else None)
    return result


@pytest.mark.points(2)
@pytest.mark.functions("numerical_gradient")
@settings(max_examples=15)
@given(
    f=st.sampled_from(SMOOTH),
    x=draw.tensors(SHAPES, QUARTERS, F64),
    h=st.sampled_from([0.5, 0.25, 0.1, 0.01, 0.001]),
)
@example(f=SMOOTH[0], x=torch.tensor([0.0, 1.0], dtype=F64), h=0.5)
@example(f=SMOOTH[2], x=torch.tensor([1.0, 0.25], dtype=F64), h=0.25)
def test_numerical_gradient_is_the_forward_quotient(student, f, x, h):
    """numerical_gradient moves one element at a time forward by h"""
    result = try_numerically(student, f, x, h)
    expect.tensor(result, quotient(f[1], x, h), dtype=F64, requires_grad=False)


@pytest.mark.points(1)
@pytest.mark.functions("numerical_gradient")
def test_numerical_gradient_keeps_shape_and_dtype(student):
    """numerical_gradient gives x's shape and dtype, and h is 0.001"""
    for shape in ((1,), (), (3,), (2, 2), (1, 2, 1), (4, 4), (2, 2, 2, 2), (16,)):
        for dtype, needs_grad in ((F64, False), (F32, True), (F32, False), (F64, True)):
            count = math.prod(shape)
            x = ((torch.arange(count, dtype=dtype) + 4) / 8).reshape(shape)
            expected = quotient(SMOOTH[0][1], x, 1e-3)
            result = try_numerically(student, SMOOTH[0], x.requires_grad_(needs_grad))
            rtol, atol = (5e-2, 2e-3) if dtype == F32 else (expect.RTOL, expect.ATOL)
            expect.tensor(result, expected, dtype=dtype, rtol=rtol, atol=atol, requires_grad=False)
            if count > 4 and needs_grad:
                break


@pytest.mark.points(1)
@pytest.mark.functions("numerical_gradient")
@settings(max_examples=12)
@given(
    f=st.sampled_from(ROUGH),
    x=draw.tensors(SHAPES, QUARTERS.map(lambda q: q + 1 / 16), F64),
    h=st.sampled_from([0.5, 0.25, 0.125]),
)
@example(f=ROUGH[0], x=torch.tensor([0.8125], dtype=F64), h=0.5)
@example(f=ROUGH[2], x=torch.tensor([-0.1875, 0.0625, -0.1875], dtype=F64), h=0.25)
def test_numerical_gradient_takes_any_function(student, f, x, h):
    """numerical_gradient also works if f has jumps or returns a float"""
    result = try_numerically(student, f, x, h, as_float=True)
    expect.tensor(result, quotient(f[1], x, h), dtype=F64, requires_grad=False)


@pytest.mark.points(1)
@pytest.mark.observed
@pytest.mark.functions("numerical_gradient")
def test_numerical_gradient_gives_f_a_fresh_tensor(student):
    """numerical_gradient never gives f x itself, nor a gradient"""
    tree = Shown(["sum", ["mul", "x", "x"]], "lambda x: (x * x).sum()")
    for values, needs_grad in (([1.0], False), ([1.0], True), ([0.3, -1.5], False), ([[0.3, -1.5]], True)):
        x = torch.tensor(values, dtype=F64, requires_grad=needs_grad)
        result, itself, requires_grad, afterwards = student.probe("numerical_gradient", tree, x, 0.5)
        expect.that(not itself, "It gave x itself to f. Give it a copy: x.detach().clone().")
        expect.that(not requires_grad, "It gave f a tensor that requires gradients. Detach it first.")
        expect.tensor(result, quotient(SMOOTH[0][1], x, 0.5), dtype=F64, requires_grad=False)
        changed = "It changed x. Work on a copy and leave the argument as it was."
        expect.that(torch.equal(afterwards, x), changed, got=afterwards, expected=x)


# --- gradient ---

# The expression as data, how it is shown, and its gradient.
EXPRESSIONS = (
    (["sum", ["mul", "x", "x"]], "lambda x: (x * x).sum()", lambda x: 2 * x),
    (["mean", ["mul", ["mul", "x", "x"], "x"]], "lambda x: (x * x * x).mean()", lambda x: 3 * x * x / x.numel()),
    (["mul", ["sum", "x"], ["sum", "x"]], "lambda x: x.sum() * x.sum()", lambda x: 2 * x.sum().expand(x.shape)),
    (["sum", ["exp", ["mul", "x", -1.0]]], "lambda x: (-x).exp().sum()", lambda x: -(-x).exp()),
)


def first_only(x: Any) -> Any:
    slopes = torch.zeros(x.numel(), dtype=F64)
    slopes[0] = 3
    return slopes.reshape(x.shape)


# f uses the first element alone; nothing, and its result has no history; another tensor that requires gradients.
IGNORING = (
    (["mul", ["first", "x"], 3.0], "lambda x: x.reshape(-1)[0] * 3", first_only),
    (2.0, "lambda x: torch.tensor(2.0)", torch.zeros_like),
    (["sum", ["zeros_like", "x"]], "lambda x: torch.zeros(x.shape).sum()", torch.zeros_like),
    (["mul", "parameter", 3.0], "lambda x: torch.tensor(2.0, requires_grad=True) * 3", torch.zeros_like),
)


def try_gradient(student: Any, expression: tuple[Any, str, Any], x: Any, before: Any = None) -> list[Any]:
    """[result, x's values, requires_grad, grad afterwards]; the result is checked. `before`: x's grad to begin with."""
    answer = student.probe("gradient", Shown([expression[0], before], expression[1]), x)
    slopes = expression[2](x.detach().double())
    expect.tensor(answer[0], slopes, dtype=F32, requires_grad=False)
    return answer


@pytest.mark.points(2)
@pytest.mark.functions("gradient")
@settings(max_examples=15)
@given(
    expression=st.sampled_from(EXPRESSIONS),
    x=draw.tensors(SHAPES, QUARTERS),
    needs_grad=st.booleans(),
)
@example(expression=EXPRESSIONS[0], x=torch.tensor([1.0, -2.0]), needs_grad=False)
def test_gradient_is_the_slope(student, expression, x, needs_grad):
    """gradient gives the slope for each element, detached"""
    try_gradient(student, expression, x.detach().clone().requires_grad_(needs_grad))


@pytest.mark.points(1)
@pytest.mark.functions("gradient")
def test_gradient_leaves_x_as_it_was(student):
    """gradient leaves x, its requires_grad and its grad as they were"""
    for values in ([3.0], [[1.0, -2.0], [0.5, 4.0]], 2.0):
        for needs_grad, filled in ((False, False), (True, False), (True, True), (False, True)):
            x = torch.tensor(values, requires_grad=needs_grad)
            before = torch.full(x.shape, 5.0) if filled else None
            _, afterwards, requires_grad, grad = try_gradient(student, EXPRESSIONS[0], x, before)
            expect.that(torch.equal(afterwards, x), "It changed the values of x.", got=afterwards, expected=x)
            words = f"x.requires_grad was {needs_grad} before and is {requires_grad} afterwards. Work on a copy of x."
            expect.that(requires_grad is needs_grad, words, got=requires_grad, expected=needs_grad)
            same = grad is None if before is None else isinstance(grad, torch.Tensor) and torch.equal(grad, before)
            words = f"x.grad was {show.brief(before)} before and is {show.brief(grad)} afterwards. Work on a copy of x."
            expect.that(same, words, got=grad, expected=before)


@pytest.mark.points(1)
@pytest.mark.functions("gradient")
def test_gradient_is_zero_for_what_f_ignores(student):
    """gradient is zero for everything that f does not use"""
    for expression in IGNORING:
        for x in (torch.tensor([1.0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor(2.0)):
            try_gradient(student, expression, x)
            try_gradient(student, expression, x.clone().requires_grad_())


# --- sigmoid ---


@pytest.mark.points(1)
@pytest.mark.functions("sigmoid")
@settings(max_examples=15)
@given(
    x=st.one_of(
        draw.tensors(SHAPES, st.integers(-40, 40).map(lambda n: n / 4)),
        draw.tensors(st.sampled_from([(1,), (), (2, 2), (3, 5, 2, 1)]), dtype=F64),
    )
)
@example(x=torch.tensor([1.0]))
def test_sigmoid_is_the_formula(student, x):
    """sigmoid gives 1 / (1 + e^(-x)) for each element"""
    expect.tensor(student.sigmoid(x), squash(x), dtype=x.dtype)


@pytest.mark.points(1)
@pytest.mark.functions("sigmoid")
def test_sigmoid_stays_in_bounds(student):
    """sigmoid stays in 0 to 1 and never falls, even for huge numbers"""
    for dtype in (F32, F64):
        most = torch.finfo(dtype).max
        far = [50.0, 80.0, 88.5, 89.0, 104.0, 710.0, 745.0, 1e4, 1e30, most, math.inf]
        for size in far:
            for number in (size, -size):
                bounded(student, torch.tensor([number], dtype=dtype))
        every = [-number for number in reversed(far)] + far
        bounded(student, torch.tensor(every, dtype=dtype))
        bounded(student, torch.linspace(-20, 20, 4001, dtype=dtype))
        ticks = torch.linspace(-90, 90, 721, dtype=dtype)  # quarters: where a formula in pieces would be joined
        around = [torch.nextafter(ticks, ticks - 1), ticks, torch.nextafter(ticks, ticks + 1)]
        bounded(student, torch.stack(around, 1).reshape(-1))


def bounded(student: Any, x: Any) -> None:
    """The student's sigmoid of an ascending x: right, in [0, 1], never falling by more than 1e-6."""
    result = student.sigmoid(x)
    expect.tensor(result, squash(x), dtype=x.dtype)
    low, high = result.min().item(), result.max().item()
    expect.that(low >= 0 and high <= 1, "A sigmoid lies from 0 to 1.", got=low if low < 0 else high)
    falls = result.double().cummax(0).values - result.double()
    expect.that(falls.max().item() <= 1e-6, "It goes down where x goes up.", got=result)


@pytest.mark.points(1)
@pytest.mark.functions("sigmoid")
def test_sigmoid_lets_gradients_through(student):
    """gradients flow through sigmoid and are right from -80 to 80"""
    grid = torch.cat([torch.linspace(-80, 80, 33), torch.linspace(-4, 4, 17)])
    inputs = [torch.tensor([number]) for number in (1.0, 0.0, -2.0, 20.0, -20.0, 80.0, -80.0)]
    inputs += [torch.tensor(-1.5), torch.tensor([[0.5, -0.5], [3.0, -9.0]]), grid, grid.double()]
    for x in inputs:
        factors = (torch.arange(x.numel(), dtype=x.dtype) % 3 + 1).reshape(x.shape)
        result, slopes = student.probe("sigmoid", Shown([x, factors], show.literal(x)))
        p = squash(x)
        expect.tensor(result, p, dtype=x.dtype)
        what = "sigmoid(x)" if x.numel() == 1 else "(sigmoid(x) * factors).sum(), factors 1, 2, 3, 1, 2, 3, …"
        compare_slopes(f"the gradient of {what}", slopes, p * (1 - p) * factors.double(), x.dtype)


def compare_slopes(what: str, got: Any, expected: Any, dtype: Any = F32) -> None:
    """Compare gradients that a probe found, and say that it is them a complaint is about; None: there were none."""
    words = "No gradient flows through its result. Use torch's functions all the way, no detach() and no item()."
    expect.that(got is not None, words)
    try:
        expect.tensor(got, expected, dtype=dtype)
    except expect.Wrong as wrong:
        wrong.message = f"This is about {what}. {wrong.message}"
        raise


# --- mnist_loss ---


@st.composite
def batches(pick: Any, numbers: Any = QUARTERS) -> tuple[Any, Any]:
    """Predictions and targets, both float32, (n,) or (n, 1)."""
    n = pick(st.integers(1, 6))
    shape = pick(st.sampled_from([(n,), (n, 1)]))
    targets = pick(st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n))
    return pick(draw.tensors(shape, numbers)), torch.tensor(targets).reshape(shape)


TARGET_DTYPES = (
    *(torch.bool, torch.int64, torch.uint8, torch.int32, torch.int16, torch.int8),
    *(F32, F64, torch.float16, torch.bfloat16),
)


@pytest.mark.points(2)
@pytest.mark.functions("mnist_loss", "sigmoid")
@settings(max_examples=15)
@given(batch=batches())
@example(batch=(torch.tensor([1.0]), torch.tensor([1.0])))
@example(batch=(torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0])))
def test_mnist_loss_is_the_mean_distance(student, batch):
    """mnist_loss is the mean of 1 - p for a 1 and p for a 0"""
    expect.tensor(student.mnist_loss(*batch), loss(*batch))


@pytest.mark.points(1)
@pytest.mark.functions("mnist_loss", "sigmoid")
def test_mnist_loss_takes_targets_of_any_dtype(student):
    """mnist_loss takes targets of any dtype, keeps the predictions' dtype"""
    for dtype in (F32, F64):
        for target_dtype in TARGET_DTYPES:
            for shape in ((5,), (5, 1)):
                targets = torch.tensor([1, 0, 0, 1, 0]).to(target_dtype).reshape(shape)
                predictions = SWITCH.to(dtype).reshape(shape)
                expect.tensor(student.mnist_loss(predictions, targets), loss(predictions, targets), dtype=dtype)


@pytest.mark.points(1)
@pytest.mark.functions("mnist_loss", "sigmoid")
def test_mnist_loss_can_be_learned_from(student):
    """mnist_loss stays finite at 10000, its gradient is right up to 80"""
    for numbers, ones in (([1e4], [1]), ([-1e4], [1]), ([1e4], [0]), ([-1e4], [0]), ([1e4, -1e4, 1e4], [1, 1, 0])):
        for dtype in (F32, F64):
            predictions, targets = torch.tensor(numbers, dtype=dtype), torch.tensor(ones)
            expect.tensor(student.mnist_loss(predictions, targets), loss(predictions, targets), dtype=dtype)
    for size in (0.5, 0.0, 2.0, 20.0, 80.0):
        for shape in ((1,), (4,), (4, 1)):
            for dtype in (F32, F64):
                predictions = torch.tensor([size, -size, -size, size], dtype=dtype)[: shape[0]].reshape(shape)
                targets = torch.tensor([1, 1, 0, 0])[: shape[0]].reshape(shape)
                result, slopes = student.probe("mnist_loss", predictions, targets)
                expect.tensor(result, loss(predictions, targets), dtype=dtype)
                compare_slopes("the gradient of the loss", slopes, loss_slopes(predictions, targets), dtype)


# --- accuracy_loss ---


def number(got: Any, wanted: float, predictions: Any) -> float:
    """`got` as a float, once it is the number wanted; for float64 predictions either float dtype will do."""
    if isinstance(got, torch.Tensor) and got.dtype == predictions.dtype:
        got = got.float()
    expect.scalar(got, wanted)
    return float(got.item() if hasattr(got, "item") else got)


@pytest.mark.points(1)
@pytest.mark.functions("accuracy_loss", "sigmoid")
@settings(max_examples=15)
@given(batch=batches(), tied=st.sampled_from([0.0, 1.0]), kind=st.sampled_from([F32, *TARGET_DTYPES]))
@example(batch=(torch.tensor([1.0]), torch.tensor([0.0])), tied=0.0, kind=F32)
@example(batch=(torch.tensor([0.01, -0.01]), torch.tensor([1.0, 0.0])), tied=0.0, kind=F32)
@example(batch=(torch.tensor([0.25, -0.25, 2.0]), torch.tensor([1.0, 0.0, 0.0])), tied=0.0, kind=F32)
@example(batch=(torch.tensor([0.0, 0.0, 2.0]), torch.tensor([1.0, 1.0, 1.0])), tied=1.0, kind=F32)
@example(batch=(torch.tensor([[0.0], [2.0]]), torch.tensor([[0.0], [1.0]])), tied=0.0, kind=torch.bool)
@example(batch=(torch.tensor([0.25, 0.5, -1.0], dtype=F64), torch.tensor([1.0, 0.0, 0.0])), tied=0.0, kind=torch.int64)
def test_accuracy_loss_is_the_share_of_mistakes(student, batch, tied, kind):
    """accuracy_loss is 1 minus the share of right answers"""
    predictions, targets = batch
    targets = torch.where(predictions == 0, tied, targets).to(kind)  # outputs of exactly 0 all belong to one class
    number(student.accuracy_loss(predictions, targets), wrong_share(predictions, targets), predictions)


@pytest.mark.points(1)
@pytest.mark.functions("accuracy_loss", "sigmoid")
def test_accuracy_loss_is_flat(student):
    """accuracy_loss has slope 0 where mnist_loss has not: can't be a loss"""
    h = 0.125
    for numbers, ones in (([0.5], [1]), ([0.5, -1.0], [0, 0]), ([2.0, -0.5, 0.25, -3.0], [1, 0, 0, 1])):
        predictions, targets = torch.tensor(numbers), torch.tensor(ones)
        start = number(student.accuracy_loss(predictions, targets), wrong_share(predictions, targets), predictions)
        for i, steep in enumerate(quotient(lambda p, t=targets: loss(p, t), predictions, h).tolist()):
            moved = predictions.clone()
            moved[i] += h
            after = number(student.accuracy_loss(moved, targets), wrong_share(moved, targets), moved)
            words = f"A small step of prediction {i} changes it; it should not (mnist_loss has slope {steep:.3f})."
            expect.that(abs(after - start) / h <= 1e-3, words, got=after, expected=start)


# --- calc_grad ---


def try_calc_grad(
    student: Any,
    batch: tuple[Any, Any],
    weights: Any,
    bias: Any,
    kind: str = "function",
    before: Any = None,
    times: int = 1,
) -> None:
    """Compare the gradients after calls of the student's calc_grad with the definition's; nothing else may change."""
    xb, yb = batch
    text = f"lambda xb: xb @ {show.literal(weights)} + {show.literal(bias)}"
    answer = student.probe("calc_grad", xb, yb, Shown([kind, weights, bias, before, times], text))
    out = loss_slopes(xb @ weights + bias, yb)
    expected = [xb.double().T @ out, out.sum().reshape(bias.shape)]
    for name, got, slopes, earlier in zip(("weights", "bias"), answer[:2], expected, before or (0, 0), strict=True):
        expect.that(got is not None, f"The {name} have no gradient afterwards. Did you call backward() on the loss?")
        began = f", which was {show.brief(earlier)} before" if before else ""
        compare_slopes(f"the gradient of the {name} after {times} call(s){began}", got, slopes * times + earlier)
    for name, now, then in zip(("weights", "bias", "xb", "yb"), answer[2:], (weights, bias, xb, yb), strict=True):
        same = isinstance(now, torch.Tensor) and now.dtype == then.dtype and torch.equal(now, then)
        expect.that(
            same, f"It changed {name}. It should work out the gradients and change nothing.", got=now, expected=then
        )


@st.composite
def linear_batches(pick: Any) -> tuple[tuple[Any, Any], Any, Any]:
    """(xb, yb), weights, bias of a linear model that fits them."""
    n, k, column = pick(st.integers(1, 4)), pick(st.integers(1, 3)), pick(st.booleans())
    xb = pick(draw.tensors((n, k), QUARTERS))
    yb = torch.tensor(pick(st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n)))
    weights, bias = pick(draw.tensors((k,), QUARTERS)), torch.tensor(pick(QUARTERS))
    return ((xb, yb[:, None]), weights[:, None], bias[None]) if column else ((xb, yb), weights, bias)


@pytest.mark.points(1)
@pytest.mark.functions("calc_grad", "mnist_loss", "sigmoid")
@settings(max_examples=12)
@given(drawn=linear_batches())
@example(drawn=((torch.tensor([[2.0]]), torch.tensor([1.0])), torch.tensor([0.5]), torch.tensor(0.0)))
def test_calc_grad_is_the_gradient_of_the_loss(student, drawn):
    """calc_grad fills in the gradient of mnist_loss"""
    try_calc_grad(student, *drawn)


@pytest.mark.points(1)
@pytest.mark.functions("calc_grad", "mnist_loss", "sigmoid")
def test_calc_grad_adds_for_any_model(student):
    """calc_grad adds to the gradients there are, whatever the model is"""
    batch = (torch.tensor([[1.0, -2.0], [0.5, 3.0], [4.0, 0.25]]), torch.tensor([[1.0], [0.0], [1.0]]))
    weights, bias = torch.tensor([[0.25], [-0.5]]), torch.tensor([0.75])
    before = (torch.tensor([[10.0], [-20.0]]), torch.tensor([5.0]))
    for kind in ("function", "module", "instance"):
        try_calc_grad(student, batch, weights, bias, kind)
        try_calc_grad(student, batch, weights, bias, kind, before)
        try_calc_grad(student, batch, weights, bias, kind, times=2)
        try_calc_grad(student, batch, weights, bias, kind, before, times=3)
    for dtype in (torch.bool, torch.int64, torch.uint8):
        try_calc_grad(student, (batch[0], batch[1].to(dtype)), weights, bias)
