"""The `student` a check holds: calls go to a guest, values come back, everything is noted for the report.

The guest is a small protocol (`Guest`); a live fork and the fakes of the tests answer alike. What ends a check at once
(nothing defined, a guest that stopped) is `CheckOver`, a BaseException, so that Hypothesis does not shrink it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from grader import messages, show
from grader.expect import Wrong
from grader.guest.wire import Callback, GuestPath
from grader.values import Call, Exhibit, Missing, Name, Outcome, Raised, Returned, Spent, Stopped, Verdict

TRANSCRIPT = 200


class Guest(Protocol):
    """One check's process of student code, or whatever stands for it."""

    def ask(self, call: Call) -> Outcome:
        """Make one call and wait for its outcome."""

    def close(self) -> str:
        """End the guest; returns what the student's code printed."""

    def overtime(self) -> bool:
        """After `close`: whether it answered everything, but on more CPU time than its budget."""

    def spent(self) -> Spent:
        """After `close`: what it used."""


class StudentRaised(Exception):
    """A call of the student's function raised."""

    def __init__(self, raised: Raised) -> None:
        super().__init__(f"{raised.names[0] if raised.names else 'an exception'}: {raised.text}")
        self.raised = raised


class CheckOver(BaseException):
    """The check cannot go on: the name is missing, or the guest stopped."""

    def __init__(self, outcome: Missing | Stopped) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class Student:
    """What checks are written against. `student.NAME(...)` is `student.call("NAME", ...)`.

    `another` makes a further guest: for `apart`, and for what is called after it. `busy` hears of what takes long.
    """

    def __init__(
        self,
        guest: Guest,
        names: Sequence[Name],
        another: Callable[[], Guest],
        busy: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._guest: Guest | None = guest
        self._another = another
        self._busy = busy
        self._names = {name.name for name in names}
        self._callbacks = 0
        self.example: list[Call] = []
        self.transcript: list[Call] = []
        self.answered = False
        self.credited: tuple[int, str] | None = None
        self.notes: list[str] = []
        self.exhibits: list[Exhibit] = []
        self.review = ""
        self.spent: list[Spent] = []
        self._printed = ""
        self._overtime = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"{name!r} is not a name of this exercise; exercise.toml lists {sorted(self._names)}")
        return functools.partial(self.call, name)

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call the student's `name`.

        Raises:
            StudentRaised: it raised; a check normally lets this through.
        """
        return self._ask("call", name, args, kwargs)

    def probe(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call `name` of the exercise's probes.py, which runs beside the student's code."""
        return self._ask("probe", name, args, kwargs)

    def apart(self, name: str, *args: Any) -> Any:
        """As `probe`, in a guest of its own that has the exercise's whole budget: for a training.

        One that ends within a tenth over its CPU budget is run once more, and then that counts.
        """
        for again in (False, True):
            self.close()
            self._busy(messages.RUNNING_APART.format(name=name, count=len(self.spent) + 1))
            self._guest = self._another()
            try:
                value = self._ask("probe", name, args, {})
            finally:
                guest, self._guest = self._guest, None
                self._printed += guest.close()
                self.spent.append(guest.spent())
            if not guest.overtime():
                return value
            if again:
                raise CheckOver(Stopped(Verdict.TIMED_OUT, "cpu"))
        raise AssertionError("the loop above returns or raises")

    def value(self, name: str) -> Any:
        """The student's global `name` as it is, for names that are no functions."""
        return self._ask("value", name, (), {})

    @contextmanager
    def raises(self, *names: str) -> Iterator[None]:
        """The call inside must raise an exception of one of these classes, or of a subclass."""
        wanted = " or ".join(names)
        try:
            yield
        except StudentRaised as error:
            if not set(names) & set(error.raised.names):
                text = messages.RAISED_OTHER.format(got=error.raised.names[0], expected=wanted)
                raise Wrong(text, expected=_Words(wanted)) from error
            return
        outcome = self.example[-1].outcome if self.example else None
        got = outcome.value if isinstance(outcome, Returned) else None
        raise Wrong(messages.NOT_RAISED.format(expected=wanted), got=got, expected=_Words(wanted))

    def callback(self, function: Callable[..., Any], text: str) -> Callback:
        """A function for the student's code to call that is evaluated here; `text` is how a report shows it."""
        self._callbacks += 1
        return Callback(self._callbacks, text, function)

    def credit(self, points: int, why: str) -> None:
        """Give these points although the check goes on to fail."""
        if self.credited is None or points > self.credited[0]:
            self.credited = (points, why)

    def calls(self) -> tuple[Call, ...]:
        """The first calls of the check, and those of its last example where they came later."""
        known = {id(call) for call in self.transcript}
        return (*self.transcript, *(call for call in self.example if id(call) not in known))

    def note(self, text: str) -> None:
        """Add a line to the check's result, such as a figure worth showing."""
        if text not in self.notes:
            self.notes.append(text)

    def show(self, exhibit: Exhibit) -> None:
        """Add something to look at to the check's result."""
        self.exhibits.append(exhibit)

    def ask_review(self, why: str) -> None:
        """List the submission for a person to look at; marks stay as they are, and nobody is accused."""
        self.review = why

    def close(self) -> str:
        """End the guest; returns what the student's code printed since the check began."""
        if self._guest is not None:
            self._printed += self._guest.close()
            self._overtime = self._guest.overtime()
            self._guest = None
        return self._printed

    def overtime(self) -> bool:
        """After `close`: whether the last guest used more CPU time than its budget; never one of `apart`."""
        return self._overtime

    def restart(self, guest: Guest) -> None:
        """Begin the check anew with another guest."""
        self._guest, self._overtime, self._printed = guest, False, ""
        for noted in (self.transcript, self.notes, self.exhibits, self.spent):
            noted.clear()
        self.credited, self.review = None, ""

    def begin_example(self) -> None:
        """Forget the calls of the example before; called by the engine."""
        self.example.clear()

    def end_example(self) -> None:
        """Complain about arguments that were changed in a call of this example; called by the engine."""
        for made in list(self.example):
            outcome = made.outcome
            if made.kind == "call" and isinstance(outcome, (Returned, Raised)) and outcome.changed:
                place, value = outcome.changed[0]
                which = f"number {place + 1}" if len(made.args) > 1 else ""
                self.example.append(made)  # the complaint is about this call, whichever came last
                text = messages.CHANGED_ARGUMENT.format(which=which).replace(" .", ".")
                raise Wrong(text, got=value, expected=made.args[place])

    def _ask(self, kind: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._guest is None:
            self._guest, self._overtime = self._another(), False
        made = Call(kind, name, args, tuple(kwargs.items()))
        outcome = self._guest.ask(made)
        made = Call(kind, name, args, made.kwargs, outcome)
        self.example.append(made)
        if len(self.transcript) < TRANSCRIPT:
            self.transcript.append(made)
        if isinstance(outcome, Returned):
            self.answered = True
            return outcome.value
        if isinstance(outcome, Raised):
            raise StudentRaised(outcome)
        raise CheckOver(outcome)


class Shown(list[Any]):
    """A list for a probe, which a report shows as the Python it stands for."""

    def __init__(self, items: list[Any], text: str) -> None:
        super().__init__(items)
        self.text = text

    def __repr__(self) -> str:
        return self.text


class _Words(str):
    """Words that stand for a value in "expected"; shown without quotes."""

    def __repr__(self) -> str:
        return str(self)


def path(name: str, data: bytes | None = None, *, as_str: bool = False) -> GuestPath:
    """A path in the guest's private folder, holding `data`; None for a file that does not exist."""
    return GuestPath(name, ((name, data),) if data is not None else (), as_str)


def folder(files: dict[str, bytes], *, name: str = "", as_str: bool = False) -> GuestPath:
    """A folder in the guest's private folder with these files (relative name → bytes); a name with a slash at its end
    is an empty folder."""
    prefix = f"{name}/" if name else ""
    return GuestPath(name, tuple((prefix + key, data) for key, data in files.items()), as_str)


def shown(calls: Sequence[Call]) -> str | None:
    """The last call of an example, as a line to paste; probes are shown by the call they stand for."""
    return show.call(calls[-1]) if calls else None
