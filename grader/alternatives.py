"""Would another version of a name, or a function of another name, have passed? Marks stay as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from grader import messages
from grader.judge import Session
from grader.student import Guest
from grader.values import Call, CheckResult, Limits, Loaded, Raised, Stopped, Verdict

MOST_TRIES = 16
Passes = Callable[[Session, str], bool]
_TRIED = (Verdict.FAILED, Verdict.RAISED, Verdict.MISSING, Verdict.CRASHED)


class Pinned:
    """A session in which `name` stands for version `number` of `other`; -1 is the one that is graded."""

    def __init__(self, inner: Session, name: str, other: str, number: int) -> None:
        self.failure: Raised | Stopped | None = None
        self.loaded = Loaded()
        self._inner = inner
        self._call = Call("alias", name, (other, number))

    def guest(self, limits: Limits, sealed: bool = False) -> Guest:
        """A guest in which the other one was put in its place."""
        guest = self._inner.guest(limits, sealed)
        guest.ask(self._call)
        return guest

    def widen(self) -> bool:
        """What is there was loaded for the grading."""
        return False

    def close(self) -> None:
        """The session inside goes on."""


def explained(results: Sequence[CheckResult], session: Session, passes: Passes) -> list[CheckResult]:
    """The results, with a sentence where something else in the submission would have passed.

    `passes(session, id)` runs one check.
    """
    left, found = MOST_TRIES, []
    for result in results:
        sentence = ""
        if result.finding is not None and result.verdict in _TRIED and not result.spent:
            for text, pinned in candidates(result, session):
                if left == 0 or sentence:
                    break
                left -= 1
                sentence = text if passes(pinned, result.id) else ""
            sentence = sentence or _from_library(result, session.loaded)
        found.append(_with(result, sentence))
    return found


def candidates(result: CheckResult, session: Session) -> Iterable[tuple[str, Pinned]]:
    """What might be meant instead, with what to say if it is: earlier versions first, the last of them first."""
    loaded = session.loaded
    for name in result.functions:
        cells = loaded.versions.get(name, ())
        graded = loaded.places[name][2] if name in loaded.places else len(cells) - 1
        for number in reversed(range(len(cells))):
            if number != graded:
                where = f"in cell {cells[number]}" if cells[number] else f"number {number + 1} in your file"
                text = messages.OTHER_VERSION.format(name=name, where=where)
                yield text, Pinned(session, name, name, number)
        for other in loaded.others.get(name, ()):
            yield messages.OTHER_NAME.format(name=name, other=other), Pinned(session, name, other, -1)


def _from_library(result: CheckResult, loaded: Loaded) -> str:
    libraries = {name: loaded.foreign[name] for name in result.functions if name in loaded.foreign}
    if result.verdict is not Verdict.MISSING or not libraries:
        return ""
    name, library = next(iter(libraries.items()))
    return messages.FROM_LIBRARY.format(name=name, library=library)


def _with(result: CheckResult, sentence: str) -> CheckResult:
    """With the sentence; for a name that is missing it is a hint."""
    if not sentence or result.finding is None:
        return result
    message = result.finding.message if result.verdict is Verdict.MISSING else f"{result.finding.message} {sentence}"
    finding = dataclasses.replace(result.finding, message=message)
    hint = sentence if result.verdict is Verdict.MISSING else result.hint
    return dataclasses.replace(result, finding=finding, hint=hint)


def notes(results: Iterable[CheckResult]) -> tuple[str, ...]:
    """What is known about names that are missing: a report ends with it, whichever failure it shows in full."""
    return tuple(dict.fromkeys(result.hint for result in results if result.verdict is Verdict.MISSING and result.hint))
