"""Known mistakes: which are there, and which one a failing submission agrees with.

A mistake is a function FUNCTION__misconception in an exercise's mistakes.py; its docstring is the hint. The file runs
in a cell of its own, once per session. A submission agrees with a mistake when the calls its check made give the same
outcomes there.
"""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from grader import submissions
from grader.errors import GraderError
from grader.guest.wire import Opaque
from grader.judge import Session
from grader.student import Guest
from grader.values import (
    Call,
    CheckResult,
    Exercise,
    Missing,
    Name,
    Outcome,
    Raised,
    Returned,
    Submission,
    Verdict,
)  # fmt: skip

MOST_CALLS = 60
TELLING = (Verdict.FAILED, Verdict.RAISED)


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A known wrong `function`; `name` is FUNCTION__misconception."""

    name: str
    function: str
    hint: str

    @property
    def title(self) -> str:
        """The misconception in words."""
        return self.name.split("__", 1)[1].replace("_", " ")


def read(exercise: Exercise) -> list[Mistake]:
    """The mistakes an exercise knows, in the file's order; the file is parsed, not run."""
    if not exercise.mistakes_file.is_file():
        return []
    tree = ast.parse(exercise.mistakes_file.read_text(encoding="utf-8"))
    names = {name.name for name in exercise.names}
    found = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and "__" in node.name.strip("_"):
            function = node.name.split("__", 1)[0]
            if function in names:
                hint = " ".join((ast.get_docstring(node) or "").split())
                found.append(Mistake(node.name, function, hint))
    return found


class MistakeBook:
    """Looks up the mistake a result agrees with. Opens its session at the first failing check."""

    def __init__(self, load: Callable[[Submission, Exercise], Session], exercise: Exercise) -> None:
        self._load = load
        self._exercise = exercise
        self._mistakes: list[Mistake] | None = None
        self._session: Session | None = None

    def explain(self, result: CheckResult) -> CheckResult:
        """The result with `mistake` and `hint` filled in, where one is known."""
        if result.verdict not in TELLING or not result.transcript or result.hidden:
            return result
        if self._mistakes is None:
            self._mistakes = read(self._exercise)
        called = {name for call in result.transcript for name in (call.name, *result.functions)}
        candidates = [mistake for mistake in self._mistakes if mistake.function in called]
        calls = telling_calls(result.transcript)
        absent: set[str] = set()
        for mistake in candidates:
            if not absent <= {mistake.function}:
                continue  # these calls need a name that is not among the mistakes: costly to find out each time
            guest = self._guest()  # for each its own: what one leaves behind must not change how the next answers
            try:
                outcome = _first_difference(guest, mistake, calls)
            finally:
                guest.close()
            if outcome is None:
                return dataclasses.replace(result, mistake=mistake.title, hint=mistake.hint)
            if isinstance(outcome, Missing):
                absent.add(outcome.name)
        return result

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _guest(self) -> Guest:
        """A guest with all mistakes in it."""
        if self._session is None:
            self._session = self._open()
        if self._session.failure is not None:
            raise GraderError(f"{self._exercise.mistakes_file} cannot be loaded: {self._session.failure}")
        return self._session.guest(self._exercise.limits)

    def _open(self) -> Session:
        given = {name.name: name.signature for name in self._exercise.names}
        names = tuple(Name(mistake.name, given[mistake.function]) for mistake in self._mistakes or ())
        exercise = dataclasses.replace(self._exercise, names=self._exercise.names + names)
        source = self._exercise.mistakes_file.read_bytes()
        return self._load(submissions.from_bytes(source, "mistakes.py"), exercise)


def _first_difference(guest: Guest, mistake: Mistake, calls: Sequence[Call]) -> Outcome | None:
    """How the mistake answers the first call that comes out otherwise; None where all come out alike."""
    guest.ask(Call("alias", mistake.function, (mistake.name, -1)))
    for call in calls:
        outcome = guest.ask(call)
        if call.outcome is None or not same(outcome, call.outcome):
            return outcome
    return None


def telling_calls(transcript: Iterable[Call]) -> list[Call]:
    """The calls to compare: the counterexample first, then those that came before it, latest first."""
    return list(reversed(list(transcript)))[:MOST_CALLS]


def same(left: Outcome, right: Outcome) -> bool:
    """Whether two calls came out alike: the same class of exception, or values that are equal but for rounding."""
    if isinstance(left, Returned) and isinstance(right, Returned):
        return alike(left.value, right.value) and alike(left.changed, right.changed)
    if isinstance(left, Raised) and isinstance(right, Raised):
        return left.names[:1] == right.names[:1] and len(left.changed) == len(right.changed)
    return False


def alike(left: Any, right: Any) -> bool:
    """Equal in type, shape and dtype, and in value up to rounding."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(alike(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict):
        return list(left) == list(right) and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, float):
        both_nan = math.isnan(left) and math.isnan(right)
        return left == right or both_nan or math.isclose(left, right, rel_tol=1e-4, abs_tol=1e-6)
    if isinstance(left, Opaque):
        return bool(left.type_name == right.type_name)  # its text may hold an address
    if hasattr(left, "dtype") and hasattr(left, "shape"):
        return _alike_arrays(left, right)
    return bool(left == right)


def _alike_arrays(left: Any, right: Any) -> bool:
    if left.dtype != right.dtype or tuple(left.shape) != tuple(right.shape):
        return False
    if getattr(left, "sent", {}).get("requires_grad") != getattr(right, "sent", {}).get("requires_grad"):
        return False
    one, other = (
        value.detach().reshape(-1) if hasattr(value, "detach") else value.reshape(-1) for value in (left, right)
    )
    if hasattr(one, "is_floating_point") and one.is_floating_point():
        return bool(one.isclose(other, rtol=1e-4, atol=1e-6, equal_nan=True).all())
    return bool((one == other).all()) or alike(one.tolist(), other.tolist())
