"""Known mistakes: which are read, and when a submission agrees with one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from fakes import InProcessSession
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import course, draw
from grader.guest.wire import Callback
from grader.mistakes import MistakeBook, alike, read
from grader.student import Guest
from grader.values import Call, CheckResult, Exercise, Finding, Limits, Raised, Returned, Verdict

TOML = b'id = "made_up"\ntitle = "Made up"\n[[names]]\nname = "half"\nsignature = "(x)"\n'
MISTAKES = '''
def half__rounds_down(x):
    """Look at what // does
    to odd numbers."""
    return x // 2

def half__doubles(x):
    """That is the other way round."""
    return x * 2

def helper(x): ...
def other__thing(x): ...
'''


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    (tmp_path / "exercise.toml").write_bytes(TOML)
    (tmp_path / "mistakes.py").write_text(MISTAKES)
    return course.read_exercise(tmp_path)


def failed(*calls: tuple[object, object]) -> CheckResult:
    made = tuple(Call("call", "half", (x,), (), Returned(got)) for x, got in calls)
    return CheckResult("a", "A", ("half",), Verdict.FAILED, 0, 1, Finding("wrong"), transcript=made)


def book(exercise: Exercise) -> MistakeBook:
    return MistakeBook(lambda submission, known: InProcessSession(submission.source, known), exercise)


def test_mistakes_are_read_with_their_hints(exercise: Exercise) -> None:
    """Functions named NAME__misconception of the exercise's names are mistakes; others are not."""
    assert [(m.function, m.title, m.hint) for m in read(exercise)] == [
        ("half", "rounds down", "Look at what // does to odd numbers."),
        ("half", "doubles", "That is the other way round."),
    ]


def test_the_mistake_that_agrees_on_every_call_gives_its_hint(exercise: Exercise) -> None:
    """All calls must come out alike; then the result carries name and hint."""
    found = book(exercise).explain(failed((4, 2), (5, 2)))
    assert (found.mistake, found.hint) == ("rounds down", "Look at what // does to odd numbers.")
    assert book(exercise).explain(failed((4, 8), (5, 10))).mistake == "doubles"
    assert book(exercise).explain(failed((4, 2), (5, 3))).mistake is None


class Counted(InProcessSession):
    """Counts the guests that it hands out."""

    guests = 0

    def guest(self, limits: Limits, sealed: bool = False) -> Guest:
        type(self).guests += 1
        return super().guest(limits, sealed)


def counted(exercise: Exercise) -> tuple[MistakeBook, type[Counted]]:
    class Own(Counted):
        pass

    return MistakeBook(lambda submission, known: Own(submission.source, known), exercise), Own


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pairs=st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=6), max_size=8))
def test_what_is_remembered_changes_no_hint(pairs: list[list[tuple[int, int]]], exercise: Exercise) -> None:
    """A book that has seen other submissions names the mistake that a new one would."""
    seasoned = book(exercise)
    for calls in pairs:
        assert seasoned.explain(failed(*calls)) == book(exercise).explain(failed(*calls))


def test_calls_that_were_made_before_need_no_guest(exercise: Exercise) -> None:
    """How a mistake answers a call is asked once."""
    seasoned, session = counted(exercise)
    first = seasoned.explain(failed((5, 10), (4, 8)))
    asked = session.guests
    assert asked > 0 and seasoned.explain(failed((5, 10), (4, 8))) == first
    assert session.guests == asked
    assert seasoned.explain(failed((5, 10), (3, 7))).mistake is None  # a call that is new
    assert session.guests > asked


def test_what_a_callback_does_is_not_remembered(exercise: Exercise) -> None:
    """A function of the check's own is asked for each time: nothing of it can be seen in the call."""
    seasoned, session = counted(exercise)
    result = failed((Callback(1, "f", lambda x: x), 3))
    seasoned.explain(result)
    asked = session.guests
    seasoned.explain(result)
    assert session.guests == asked + 2  # one for each mistake


def test_passed_and_hidden_checks_get_no_hint(exercise: Exercise) -> None:
    """A hint is for a failure that may be shown."""
    import dataclasses

    result = failed((5, 2))
    assert book(exercise).explain(dataclasses.replace(result, hidden=True)).hint is None
    assert book(exercise).explain(dataclasses.replace(result, verdict=Verdict.PASSED)).hint is None


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | draw.tensors(draw.shapes(max_dims=2)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@given(value=VALUES)
def test_a_value_is_like_itself(value: object) -> None:
    """Anything that can cross the wire is alike to itself."""
    assert alike(value, value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, 1.0), (True, 1), ([1], (1,)), (torch.zeros(2), torch.zeros(2, 1)),
        (torch.zeros(1), torch.zeros(1).double()), (1.0, 1.001), ({"a": 1}, {"a": 2}),
        (torch.tensor([1.0]), torch.tensor([1.01])), ([1], [1, 1]), (None, 0),
    ],
)  # fmt: skip
def test_values_that_differ_are_not_alike(left: object, right: object) -> None:
    """Type, shape, dtype, length and value all count."""
    assert not alike(left, right)


def test_exceptions_are_alike_by_class() -> None:
    """Two calls that raised are the same when the class is."""
    from grader.mistakes import same

    assert same(Raised(("ValueError", "Exception"), "a"), Raised(("ValueError", "Exception"), "b"))
    assert not same(Raised(("ValueError",), ""), Raised(("TypeError",), ""))
    assert not same(Raised(("ValueError",), ""), Returned(None))
