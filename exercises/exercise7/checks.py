"""Checks of exercise 7: both sides of each pair, and the table that compares them, against the definitions below.

Every expected number is worked out here in float64. Pairs for correlation_table are made of two expressions, which the
guest and these checks evaluate alike, so that a report shows the call as it can be pasted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import draw, expect, show

F64 = torch.float64
QUARTERS = st.integers(-16, 16).map(lambda n: n / 4)
SHAPES = st.sampled_from([(1,), (2,), (3,), (2, 2), (1, 3), (2, 3), (2, 1, 2), (5, 4)])
SIDES = ("own", "library")
KEYS = ("name", "correlation", "max_abs_difference", "agrees")
# torch's functions, modules and methods that have a pair's name, by the name that is heard when they run
LIBRARY_NAMES = {
    "l1": ("l1_loss",),
    "rmse": (),
    "sigmoid": ("sigmoid",),
    "relu": ("relu",),
    "linear": ("linear",),
    "cross_entropy": ("cross_entropy", "log_softmax", "nll_loss"),
    "sgd_step": tuple(name for name in dir(torch.optim) if isinstance(getattr(torch.optim, name), type)),
}


# --- the definitions ---


def l1(a: Any, b: Any) -> float:
    return float((a.double() - b.double()).abs().mean())


def rmse(a: Any, b: Any) -> float:
    return math.sqrt(((a.double() - b.double()) ** 2).mean())


def sigmoid(x: Any) -> Any:
    return torch.sigmoid(x.double())


def relu(x: Any) -> Any:
    return torch.where(x > 0, x, 0.0).double()


def linear(x: Any, w: Any, b: Any) -> Any:
    return x.double() @ w.double() + b.double()


def cross_entropy(logits: Any, labels: Any) -> float:
    """mean of logsumexp(row) − row[label]."""
    rows = logits.double()
    return float((rows.logsumexp(1) - rows[torch.arange(len(rows)), labels]).mean())


def sgd_step(params: Sequence[Any], grads: Sequence[Any], lr: float) -> list[Any]:
    return [p.double() - lr * g.double() for p, g in zip(params, grads, strict=True)]


# --- the sides of a pair ---


def steps_right(got: Any, expected: list[Any]) -> None:
    """`got` must be a list or tuple of these tensors."""
    words = "It returned {}; a list of tensors is asked for, one for each parameter."
    expect.that(type(got) in (list, tuple), words.format(show.kind(got)), got=got)
    count = f"It returned {len(got)} tensors for {len(expected)} parameters."
    expect.that(len(got) == len(expected), count, got=got)
    for tensor, wanted in zip(got, expected, strict=True):
        expect.tensor(tensor, wanted)


DEFINITIONS: dict[str, tuple[Callable[..., Any], Callable[[Any, Any], None]]] = {
    "l1": (l1, expect.scalar),
    "rmse": (rmse, expect.scalar),
    "sigmoid": (sigmoid, expect.tensor),
    "relu": (relu, expect.tensor),
    "linear": (linear, expect.tensor),
    "cross_entropy": (cross_entropy, expect.scalar),
    "sgd_step": (sgd_step, steps_right),
}


def returned(answer: Any) -> Any:
    """What a side gave, out of a probe's answer."""
    fine = type(answer) is list and len(answer) == 2 and answer[0] in ("value", "bad")
    expect.that(fine, "Its answer cannot be read.", got=answer)
    expect.that(answer[0] == "value", answer[1] if type(answer[1]) is str else "It cannot be called.")
    return answer[1]


def try_side(student: Any, side: str, name: str, *args: Any, then_write: bool = False) -> None:
    """Call one side of a pair and compare with the definition. `then_write`: params and grads change afterwards."""
    definition, compare = DEFINITIONS[name]
    expected = definition(*args)
    value = returned(student.probe(f"{side}_then_write" if then_write else side, name, *args))
    words = f"This is about the {side} side of {name!r}. "
    if then_write:
        words += "Other numbers were written to params and grads after the call, so the result has to be new tensors. "
    about(words, lambda: compare(value, expected))
    if not then_write:
        unchanged(student, f"The {side} side of {name!r}")


def try_sides(student: Any, name: str, *args: Any) -> None:
    for side in SIDES:
        try_side(student, side, name, *args)


def about(words: str, compare: Callable[[], None]) -> None:
    """Put `words` in front of what a comparison complains of."""
    try:
        compare()
    except expect.Wrong as wrong:
        wrong.message = words + wrong.message
        raise


def unchanged(student: Any, who: str) -> None:
    """Complain if the last call changed its arguments."""
    changed = student.example[-1].outcome.changed
    now = changed[0][1] if changed else None
    expect.that(not changed, f"{who} changed its arguments. Work on new tensors.", got=now)


@pytest.mark.points(1)
@pytest.mark.functions("PAIRS")
def test_pairs_is_a_list_of_threes(student):
    """PAIRS is a list of (name, own, library) with the seven names"""
    pairs = student.probe("PAIRS")
    expect.that(type(pairs) is list, f"PAIRS is {show.kind(pairs)}; it should be a list.", got=pairs)
    for entry in pairs:
        words = "Each entry of PAIRS should be a tuple or list of three: (name, own, library)."
        expect.that(type(entry) in (tuple, list) and len(entry) == 3, words, got=entry)
    names = [entry[0] for entry in pairs if type(entry[0]) is str]
    for name in DEFINITIONS:
        expect.that(name in names, f"PAIRS has no pair with the name {name!r}.", got=names)
    for name, *sides in pairs:
        if type(name) is str and name in DEFINITIONS:
            for side, function in zip(SIDES, sides, strict=True):
                plain = (type(None), bool, int, float, str, list, tuple, dict, torch.Tensor)
                words = f"The {side} side of {name!r} is {show.kind(function)}; a function is asked for."
                expect.that(type(function) not in plain, words, got=function)


@st.composite
def twins(pick: Any) -> tuple[Any, Any]:
    """Two tensors of one shape."""
    shape = pick(SHAPES)
    return pick(draw.tensors(shape, QUARTERS)), pick(draw.tensors(shape, QUARTERS))


ONE = (torch.tensor([1.0]), torch.tensor([3.0]))
LOPSIDED = (torch.tensor([[0.0, 0.0, 1.0], [8.0, -2.0, 3.0]]), torch.tensor([[0.0, 0.0, 0.0], [0.0, 4.0, 3.0]]))


@pytest.mark.points(1)
@pytest.mark.functions("PAIRS")
@settings(max_examples=10)
@given(ab=twins())
@example(ab=ONE)
@example(ab=LOPSIDED)
def test_pairs_l1(student, ab):
    """l1, both sides: the mean absolute difference, over everything"""
    try_sides(student, "l1", *ab)


@pytest.mark.points(1)
@pytest.mark.functions("PAIRS")
@settings(max_examples=10)
@given(ab=twins())
@example(ab=ONE)
@example(ab=LOPSIDED)
def test_pairs_rmse(student, ab):
    """rmse, both sides: the root of the mean square, over everything"""
    try_sides(student, "rmse", *ab)


@pytest.mark.points(1)
@pytest.mark.functions("PAIRS")
@settings(max_examples=10)
@given(x=draw.tensors(SHAPES, st.integers(-40, 40).map(lambda n: n / 4)))
@example(x=torch.tensor([1.0]))
@example(x=torch.tensor([[-30.0, -12.0, -1.0], [0.0, 12.0, 30.0]]))
def test_pairs_sigmoid(student, x):
    """sigmoid, both sides: 1 / (1 + e^(-x)) for each element"""
    try_sides(student, "sigmoid", x)


@pytest.mark.points(1)
@pytest.mark.functions("PAIRS")
@settings(max_examples=10)
@given(x=draw.tensors(SHAPES, QUARTERS))
@example(x=torch.tensor([-1.0]))
@example(x=torch.tensor([[0.0, -0.25, 3.0], [500.0, -500.0, 0.25]]))
def test_pairs_relu(student, x):
    """relu, both sides: x where it is positive, else 0"""
    try_sides(student, "relu", x)


@st.composite
def layers(pick: Any) -> tuple[Any, Any, Any]:
    """x (n, k), w (k, m), b (m,)."""
    n, k, m = (pick(st.integers(1, 3)) for _ in range(3))
    return tuple(pick(draw.tensors(shape, QUARTERS)) for shape in ((n, k), (k, m), (m,)))


SQUARE = (torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([10.0, 20.0]))


@pytest.mark.points(1)
@pytest.mark.functions("PAIRS")
@settings(max_examples=10)
@given(xwb=layers())
@example(xwb=SQUARE)
@example(xwb=(torch.eye(2, 3), torch.tensor([[1.0, 2.0], [3.0, 5.0], [7.0, 9.0]]), SQUARE[2]))
def test_pairs_linear(student, xwb):
    """linear, both sides: x @ w + b, w as (k, m)"""
    try_sides(student, "linear", *xwb)


@st.composite
def classified(pick: Any) -> tuple[Any, Any]:
    """Logits (n, classes) and their labels."""
    n, classes = pick(st.integers(1, 4)), pick(st.integers(2, 4))
    labels = pick(st.lists(st.integers(0, classes - 1), min_size=n, max_size=n))
    return pick(draw.tensors((n, classes), QUARTERS)), torch.tensor(labels)


@pytest.mark.points(2)
@pytest.mark.functions("PAIRS")
@settings(max_examples=12)
@given(batch=classified())
@example(batch=(torch.tensor([[1.0, 2.0, 0.0]]), torch.tensor([2])))
@example(batch=(torch.tensor([[1.0, 2.0], [0.0, 3.0], [2.0, -1.0]]), torch.tensor([0, 1, 1])))
def test_pairs_cross_entropy(student, batch):
    """cross_entropy, both sides: the mean of -log(softmax at the label)"""
    try_sides(student, "cross_entropy", *batch)


# Numbers whose results no honest way of rounding spoils: in each row one logit is the largest by far.
LARGE = (
    *(([[100.0, 0.0]], [0]), ([[200.0, 0.0]], [1]), ([[1e4, 0.0]], [0]), ([[1e4, 0.0]], [1]), ([[0.0, -1e4]], [1])),
    ([[-1e4, -5e3, -9e3]], [1]),
    ([[1e4, -1e4], [-1e4, 1e4], [0.0, 1.0]], [1, 0, 1]),
)


@pytest.mark.points(1)
@pytest.mark.functions("PAIRS")
def test_pairs_stay_finite(student):
    """sigmoid and cross_entropy are right for numbers up to 10000"""
    for size in (20.0, 80.0, 89.0, 104.0, 710.0, 1e4):
        for number in (size, -size):
            try_sides(student, "sigmoid", torch.tensor([number]))
    try_sides(student, "sigmoid", torch.tensor([[1e4, -1e4], [0.0, 100.0]]))
    for logits, labels in LARGE:
        try_sides(student, "cross_entropy", torch.tensor(logits), torch.tensor(labels))


@st.composite
def steps(pick: Any) -> tuple[list[Any], list[Any], float]:
    """params, grads and lr."""
    shapes = pick(st.lists(st.sampled_from([(1,), (2,), (2, 1), (2, 2)]), min_size=1, max_size=3))
    params, grads = ([pick(draw.tensors(shape, QUARTERS)) for shape in shapes] for _ in range(2))
    return params, grads, pick(st.sampled_from([0.5, 1.0, 0.1, 0.01, 2.0]))


@pytest.mark.points(2)
@pytest.mark.functions("PAIRS")
@settings(max_examples=8)
@given(step=steps())
@example(step=([torch.tensor([1.0])], [torch.tensor([4.0])], 0.5))
@example(step=([torch.tensor([1.0, 2.0]), torch.tensor([[3.0]])], [torch.zeros(2), torch.zeros(1, 1)], 0.5))
def test_pairs_sgd_step(student, step):
    """sgd_step, both sides: new tensors p - lr * g, params unchanged"""
    for side in SIDES:
        try_side(student, side, "sgd_step", *step)
        try_side(student, side, "sgd_step", *step, then_write=True)


WATCHED: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("l1", LOPSIDED),
    ("rmse", LOPSIDED),
    ("sigmoid", (torch.tensor([-1.0, 0.0, 2.0]),)),
    ("relu", (torch.tensor([-1.0, 0.0, 2.0]),)),
    ("linear", SQUARE),
    ("cross_entropy", (torch.tensor([[1.0, 2.0], [0.0, 3.0]]), torch.tensor([0, 1]))),
    ("sgd_step", ([torch.tensor([1.0])], [torch.tensor([4.0])], 0.5)),
)


@pytest.mark.points(1)
@pytest.mark.observed
@pytest.mark.functions("PAIRS")
def test_pairs_own_sides_are_by_hand(student):
    """no own side calls torch's function of the same name"""
    borrowed: dict[str, str] = {}
    for name, args in WATCHED:
        answer = student.probe("own_watched", name, *args)
        expect.that(type(answer) is list and len(answer) == 2, "Its answer cannot be read.", got=answer)
        value, (definition, compare) = returned(answer[0]), DEFINITIONS[name]
        about(f"This is about the own side of {name!r}. ", lambda: compare(value, definition(*args)))  # noqa: B023 - called at once
        heard = [str(item) for item in answer[1]] if type(answer[1]) is list else []
        plain = [item.rstrip("_").removeprefix("special_") for item in heard]
        found = [item for item in plain if item in LIBRARY_NAMES[name]]
        if found:
            borrowed[name] = f"{name!r} calls torch's {found[0]}"
    if borrowed:
        first = next(iter(borrowed))
        student.probe("own", first, *dict(WATCHED)[first])  # the last call is the one that a report shows
    words = f"Not by hand: the own side of {'; that of '.join(borrowed.values())}. That belongs on the library's side."
    expect.that(not borrowed, words)


# --- correlation_table ---


class Source(str):
    """A Python expression; a report shows it without quotes."""

    def __repr__(self) -> str:
        return str(self)


class Order(list[Any]):
    """[pairs, how many calls] for the probe; a report shows the pairs."""

    def __repr__(self) -> str:
        return show.literal(self[0])


def replaying(outputs: Sequence[Any]) -> Source:
    """A function of i that gives outputs[i]."""
    return Source(f"lambda i: {show.literal(list(outputs))}[i]")


def function_of(text: str) -> Callable[..., Any]:
    """What an expression of this file stands for."""
    return eval(text, {"torch": torch})  # type: ignore[no-any-return]  # written here, never by a student


def joined(output: Any) -> Any:
    """An output as one float64 row."""
    if isinstance(output, (list, tuple)):
        return torch.cat([joined(part) for part in output])
    return torch.as_tensor(output, dtype=F64).reshape(-1)


def shape_of(output: Any) -> Any:
    if isinstance(output, (list, tuple)):
        return [shape_of(part) for part in output]
    return tuple(torch.as_tensor(output).shape)


def row(name: str, left: Sequence[Any], right: Sequence[Any]) -> dict[str, Any]:
    """The table's row for a pair whose sides gave these outputs."""
    if [shape_of(output) for output in left] != [shape_of(output) for output in right]:
        return dict(zip(KEYS, (name, math.nan, math.nan, False), strict=True))
    a, b = joined(list(left)), joined(list(right))
    difference = float((a - b).abs().max())
    if bool((a == a[0]).all()) or bool((b == b[0]).all()):
        correlation = 1.0 if difference <= 1e-6 else 0.0
    else:
        u, v = a - a.mean(), b - b.mean()
        correlation = float((u * v).sum() / ((u * u).sum() * (v * v).sum()).sqrt())
    return dict(zip(KEYS, (name, correlation, difference, difference <= 1e-4), strict=True))


def table_of(pairs: Sequence[Any], inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """The table as it should be."""
    return [
        row(name, *([function_of(side)(*arguments) for arguments in inputs[name]] for side in (own, library)))
        for name, own, library in pairs
    ]


def compare_tables(got: Any, expected: list[dict[str, Any]]) -> None:
    """`got` must be a list of these dicts; further keys are left alone."""
    expect.kind(got, list, "a list with a dict for each pair")
    count = f"The table has {len(got)} rows; it should have {len(expected)}, one for each pair."
    expect.that(len(got) == len(expected), count, got=got)
    for place, (found, wanted) in enumerate(zip(got, expected, strict=True)):
        expect.that(type(found) is dict, f"Row {place} is {show.kind(found)}; it should be a dict.", got=found)
        for key in KEYS:
            expect.that(key in found, f"Row {place} has no key {key!r}.", got=found, expected=wanted)
            comparison: Callable[[Any, Any], None] = {"name": expect.exactly, "agrees": truth}.get(key, number)
            words = f"This is about {key!r} in row {place}. "
            about(words, lambda: comparison(found[key], wanted[key]))  # noqa: B023 - called at once


def number(got: Any, wanted: float) -> None:
    """One number; worked out in float64, it may still be float64."""
    double = isinstance(got, torch.Tensor) and got.dtype == F64
    expect.scalar(got.float() if double else got, wanted)


def truth(got: Any, wanted: bool) -> None:
    """True or False, of Python, numpy or torch."""
    one = getattr(got, "ndim", 0) == 0 or getattr(got, "size", 0) == 1
    plain = got.item() if one and hasattr(got, "item") else got
    if type(plain) is not bool and not (type(plain) in (int, float) and plain in (0, 1)):
        raise expect.Wrong(f"It is {show.kind(got)}; True or False is asked for.", got=got, expected=wanted)
    expect.that(bool(plain) is wanted, f"It is {bool(plain)}; it should be {wanted}.")


def try_table(student: Any, pairs: Sequence[Any], inputs: dict[str, Any], times: int = 1) -> None:
    """Compare the tables of so many calls with the same arguments with what they should be."""
    got = student.probe("correlation_table", Order([list(pairs), times]), inputs)
    expect.that(type(got) is list and len(got) == times, "Its answer cannot be read.", got=got)
    for place, table in enumerate(got):
        again = "This is about a second call with the same arguments; the first was right. " if place else ""
        about(again, lambda: compare_tables(table, table_of(pairs, inputs)))  # noqa: B023 - called at once
    unchanged(student, "It")


def try_outputs(student: Any, *sides: tuple[Sequence[Any], Sequence[Any]]) -> None:
    """Pairs "a", "b", … whose sides give these outputs, called with (0,), (1,), …"""
    named = dict(zip("abc", sides, strict=False))
    pairs = [(name, replaying(own), replaying(library)) for name, (own, library) in named.items()]
    try_table(student, pairs, {name: [(i,) for i in range(len(own))] for name, (own, _) in named.items()})


def t(*numbers: Any) -> torch.Tensor:
    return torch.tensor(numbers)


SUBTRACTION = ("difference", Source("lambda a, b: a - b"), Source("torch.sub"))
DOUBLING = ("double", Source("lambda x: x + x"), Source("lambda x: x * 2.5"))
HALF = ("half", Source("lambda x: x / 2"), Source("lambda x: x * 0.5"))
INPUTS = {
    "half": [(t(1.0, 2.0, 4.0),)],
    "third": [(t(9.0),)],
    "double": [(t(1.0, 3.0),), (t(-1.0, 0.5),)],
    "difference": [(t(1.0, 5.0), t(2.0, 3.0))],
}


@pytest.mark.points(1)
@pytest.mark.functions("correlation_table")
def test_table_has_a_row_for_each_pair(student):
    """correlation_table gives a dict for each pair, in the pairs' order"""
    for pairs in ([HALF], [HALF, DOUBLING], [SUBTRACTION, HALF, DOUBLING], [list(DOUBLING), list(SUBTRACTION)]):
        try_table(student, pairs, INPUTS, times=2)


@st.composite
def outputs(pick: Any) -> tuple[list[Any], list[Any]]:
    """Outputs of both sides, alike in shape: equal, multiples, or independent."""
    left: list[Any] = []
    right: list[Any] = []
    kind = pick(st.sampled_from(["free", "free", "equal", "multiple"]))
    for shape in pick(st.lists(st.sampled_from([(2,), (3,), (), (2, 2), (1,)]), min_size=1, max_size=3)):
        one, other = (pick(draw.tensors(shape, QUARTERS)) for _ in range(2))
        left.append(one)
        right.append({"free": other, "equal": one.clone(), "multiple": one * -2}[kind])
    if pick(st.booleans()):
        left.append(pick(QUARTERS))
        right.append(pick(QUARTERS))
    return left, right


FAR, TICK = 4097.0, 2.0**-11
# Here float32 gets the correlation wrong by some hundred times the tolerance.
ROUNDED = [t(*(FAR + TICK * n for n in places)) for places in ([1, 18, 7, 2, 16], [11, 21, 6, 16, 7])]


@pytest.mark.points(2)
@pytest.mark.functions("correlation_table")
@settings(max_examples=15)
@given(sides=outputs())
@example(sides=([t(1.0, 2.0, 4.0)], [t(2.0, 1.0, 5.0)]))
@example(sides=([t(1.0, 2.0), t(30.0, 40.0)], [t(2.0, 1.0), t(40.0, 20.0)]))
@example(sides=([torch.tensor([[1.0, 2.0], [3.0, 5.0]]), 7.0], [torch.tensor([[2.0, 1.0], [3.0, 3.0]]), 9.0]))
@example(sides=([ROUNDED[0]], [ROUNDED[1]]))
def test_table_is_pearson_over_all_outputs(student, sides):
    """correlation is Pearson's, in float64, over all outputs joined"""
    try_outputs(student, sides)


TINY = 2.0**-22  # about 2.4e-7
CONSTANTS: tuple[tuple[list[Any], list[Any]], ...] = (
    ([1.0], [1.0]),
    ([1.0], [2.0]),
    ([t(2.0, 2.0)], [t(2.0, 2.0)]),
    ([t(2.0, 2.0)], [t(1.0, 3.0)]),
    ([t(1.0, 3.0)], [t(2.0, 2.0)]),
    ([t(0.5, 0.5)], [t(0.5, 0.5 + TINY)]),
    ([t(0.5 + TINY, 0.5)], [t(0.5, 0.5)]),
    ([t(0.5, 0.5)], [t(0.5 + 2.0**-16, 0.5 + 2.0**-16)]),
    ([0.0, 0.0], [9.5e-7, 0.0]),
    ([1.05e-6, 0.0], [0.0, 0.0]),
    ([t(-1.0), t(-1.0)], [t(-1.0), t(-1.0)]),
    # Constant in each output, or all but constant, is not constant.
    ([t(1.0, 1.0), t(2.0, 2.0)], [t(5.0, 5.0), t(9.0, 9.0)]),
    ([t(0.0, TINY)], [t(TINY, 0.0)]),
    ([t(0.0, TINY, 0.0)], [t(1.0, 0.0, 3.0)]),
)


@pytest.mark.points(1)
@pytest.mark.functions("correlation_table")
def test_table_of_a_constant_side(student):
    """correlation of a constant side: 1.0 if both are equal, else 0.0"""
    for sides in CONSTANTS:
        try_outputs(student, sides)


AGREEMENTS: tuple[tuple[list[Any], list[Any]], ...] = (
    ([t(1.0, 2.0)], [t(1.0, 2.5)]),
    ([t(1.0, 2.0, 3.0)], [t(2.0, 4.0, 6.0)]),
    ([t(1.0, 2.0)], [t(1.00005, 2.0)]),
    ([t(1.0, 2.0)], [t(1.0002, 2.0)]),
    ([t(1.0002, 2.0)], [t(1.0, 2.0)]),
    ([t(1.0, 2.0)], [t(0.9998, 1.9999)]),
    ([t(1e4, 2e4)], [t(10000.5, 2e4)]),
    ([t(*range(40)).float()], [t(*range(39), 39.0005).float()]),
    ([t(1.0, 2.0), t(3.0, 4.0)], [t(1.0, 2.5), t(3.0, 4.0)]),
    ([t(0.0, 5e-5)], [t(5e-5, 0.0)]),
    ([0.0, 1.0], [1e-4, 1.0]),
    ([0.0, 1.0], [-9.5e-5, 1.0]),
    ([0.0, 1.0], [1.05e-4, 1.0]),
)


@pytest.mark.points(1)
@pytest.mark.functions("correlation_table")
def test_table_agrees_by_the_difference(student):
    """agrees says whether the largest difference is at most 1e-4"""
    for sides in AGREEMENTS:
        try_outputs(student, sides)


SAME = ([t(1.0, 2.0)], [t(1.0, 2.0)])
MISFITS: tuple[tuple[list[Any], list[Any]], ...] = (
    ([t(1.0, 2.0)], [t(1.0, 2.0, 3.0)]),
    ([t(1.0, 2.0)], [t(1.0, 2.0).reshape(1, 2)]),
    ([t(1.0, 2.0).reshape(2, 1)], [t(1.0, 2.0)]),
    ([torch.ones(2, 3)], [torch.ones(3, 2)]),
    ([t(1.0)], [torch.tensor(1.0)]),
    ([1.0], [t(1.0)]),
    ([torch.ones(2, 1)], [torch.ones(2, 2)]),
    ([t(1.0, 2.0), t(3.0, 4.0)], [t(1.0, 2.0), t(3.0, 4.0).reshape(1, 2)]),
    ([t(1.0, 2.0), t(3.0, 4.0, 5.0)], [t(1.0, 2.0, 3.0), t(4.0, 5.0)]),
    ([[t(1.0, 2.0), t(3.0)]], [[t(1.0), t(2.0, 3.0)]]),
)


@pytest.mark.points(2)
@pytest.mark.functions("correlation_table")
def test_table_compares_shapes(student):
    """outputs of different shapes: agrees is False, the numbers nan"""
    for sides in MISFITS:
        try_outputs(student, sides)
    try_outputs(student, MISFITS[0], SAME, MISFITS[1])
    try_outputs(student, ([2, 3.0], [torch.tensor(2.0), torch.tensor(3.0)]))
    try_outputs(student, ([torch.tensor(2.0), 5.0], [2.0, torch.tensor(7.0)]))


STEP = (
    "sgd_step",
    Source("lambda params, grads, lr: [p - lr * g for p, g in zip(params, grads)]"),
    Source("lambda params, grads, lr: tuple(torch.sub(p, g, alpha=lr) for p, g in zip(params, grads))"),
)
STEP_INPUTS = [
    ([t(1.0, 2.0), torch.tensor([[3.0]])], [t(4.0, -4.0), torch.tensor([[8.0]])], 0.5),
    ([t(2.0, 2.0)], [t(1.0, 0.0)], 0.25),
]
ITSELF = ("itself", Source("lambda x: x"), Source("lambda x: x * 3"))
AFFINE = ("linear", Source("lambda x, w, b: x @ w + b"), Source("lambda x, w, b: torch.addmm(b, x, w)"))


@pytest.mark.points(1)
@pytest.mark.functions("correlation_table")
def test_table_hands_on_all_arguments(student):
    """each tuple is one call's arguments; an output may be a list"""
    inputs: dict[str, Any] = {
        "itself": [(t(1.0, 2.0, 5.0),)],
        "difference": [(t(1.0, 5.0), t(2.0, 3.0)), (t(0.0, 1.0, 2.0), t(4.0, 4.0, 4.0))],
        "linear": [SQUARE],
        "sgd_step": STEP_INPUTS,
    }
    for pair in (ITSELF, SUBTRACTION, AFFINE, STEP):
        try_table(student, [pair], {pair[0]: inputs[pair[0]]})
    try_table(student, [STEP, ITSELF, SUBTRACTION, AFFINE], inputs)
