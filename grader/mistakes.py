"""Known mistakes: which are there, and which one a failing submission agrees with.

A mistake is a function FUNCTION__misconception in an exercise's mistakes.py; its docstring is the hint. The file runs
in a cell of its own, once per session. A submission agrees with a mistake when the calls its check made give the same
outcomes there.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from grader import submissions
from grader.errors import GraderError
from grader.guest import wire
from grader.guest.wire import Callback, Opaque
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
MOST_REMEMBERED = 4  # calls of a transcript whose outcomes are kept
MOST_ANSWERS, LARGEST_REMEMBERED = 4096, 1 << 16  # of these, and bytes of a call and of its outcome
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
        self._answers: dict[str, Outcome] = {}

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
            outcome = self._first_difference(mistake, calls)
            if outcome is None:
                return dataclasses.replace(result, mistake=mistake.title, hint=mistake.hint)
            if isinstance(outcome, Missing):
                absent.add(outcome.name)
        return result

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _first_difference(self, mistake: Mistake, calls: Sequence[Call]) -> Outcome | None:
        """How the mistake answers the first call that comes out otherwise; None where all come out alike.

        Each has a guest of its own, since what one leaves behind must not change how the next answers. Students meet
        the same examples, so that most of these questions were asked before: then no guest is needed.
        """
        guest: Guest | None = None
        keys = [f"{mistake.name}:{digest}" for digest in _digests(calls)]
        try:
            for place, call in enumerate(calls):
                key = keys[place] if place < len(keys) else ""
                outcome = self._answers.get(key)
                if outcome is None:
                    if guest is None:
                        guest = self._guest()
                        guest.ask(Call("alias", mistake.function, (mistake.name, -1)))
                        for earlier in calls[:place]:
                            guest.ask(earlier)
                    outcome = guest.ask(call)
                    if key and len(self._answers) < MOST_ANSWERS and _is_small(outcome):
                        self._answers[key] = outcome
                if call.outcome is None or not same(outcome, call.outcome):
                    return outcome
            return None
        finally:
            if guest is not None:
                guest.close()

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


def _digests(calls: Sequence[Call]) -> Iterator[str]:
    """For each call a digest of it and of those before, as long as their outcomes depend on nothing else: a callback
    is code of a check, of which nothing is seen here. Most mistakes differ at the first call already."""
    digest = hashlib.sha256()
    for call in calls[:MOST_REMEMBERED]:
        parts = wire.dump([call.kind, call.name, list(call.args), dict(call.kwargs)])
        if sum(map(len, parts)) > LARGEST_REMEMBERED or _holds_callback([call.args, dict(call.kwargs)]):
            return
        for part in parts:
            digest.update(part)
        yield digest.hexdigest()


def _is_small(outcome: Outcome) -> bool:
    """Whether thousands of these may be kept."""
    value = [outcome.value, [list(one) for one in outcome.changed]] if isinstance(outcome, Returned) else None
    return sum(map(len, wire.dump(value))) <= LARGEST_REMEMBERED


def _holds_callback(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_callback, value))
    if isinstance(value, dict):
        return any(map(_holds_callback, value.values()))
    return isinstance(value, Callback)


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
