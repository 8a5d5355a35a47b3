"""From what a check raised to a verdict and a finding. The only place that decides whose fault something is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from grader import engine, messages, show
from grader.errors import GraderError
from grader.expect import Wrong
from grader.student import CheckOver, Student, StudentRaised, shown
from grader.values import (
    WHOLE_NOTEBOOK,
    Call,
    CellRun,
    Finding,
    Frame,
    Limits,
    Missing,
    Raised,
    Returned,
    Stopped,
    Verdict,
)

# What a strange value can raise in a check that works with it. Where no value had come back yet, the check is at fault.
REFUSED = "Refused"  # stands where an exception's name would: the submission was never run
TORCH_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory")
VALUE_ERRORS = (
    *(TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError),
    *(ArithmeticError, MemoryError, RecursionError, StopIteration),
)


def judge(error: BaseException, student: Student, limits: Limits) -> tuple[Verdict, Finding]:
    """The verdict for a check that raised `error`."""
    if isinstance(error, engine.FLAKY):
        last = _cause(error)
        verdict, finding = judge(last, student, limits) if last is not None else (Verdict.FAILED, Finding(""))
        return verdict, Finding(messages.FLAKY, finding.call, finding.got, finding.expected, finding.frames)
    if isinstance(error, CheckOver):
        return over(error.outcome, student.example, limits)
    if isinstance(error, Wrong):
        return Verdict.FAILED, Finding(error.message, shown(student.example), error.got, error.expected)
    if isinstance(error, StudentRaised):
        return raised(error.raised, student.example, limits)
    if isinstance(error, AssertionError):
        return Verdict.FAILED, Finding(str(error).strip() or messages.WRONG_VALUE, *_last_value(student.example))
    if isinstance(error, pytest.skip.Exception):
        return Verdict.NOT_APPLICABLE, Finding(str(error))
    ours = isinstance(error, (GraderError, *engine.ENGINE_ERRORS)) or not isinstance(error, VALUE_ERRORS)
    if student.answered and not ours:
        return Verdict.FAILED, Finding(messages.UNUSABLE, *_last_value(student.example))
    return Verdict.UNGRADABLE, Finding(messages.UNGRADABLE.format(text=f"{type(error).__name__}: {error}"))


def raised(outcome: Raised, example: Sequence[Call], limits: Limits) -> tuple[Verdict, Finding]:
    """RAISED, or OUT_OF_MEMORY where the memory limit spoke through an exception."""
    name = outcome.names[0] if outcome.names else "an exception"
    if out_of_memory(outcome):
        message = messages.OUT_OF_MEMORY.format(limit=limits.memory_mib)
        return Verdict.OUT_OF_MEMORY, Finding(message, shown(example), frames=outcome.frames)
    if "SystemExit" in outcome.names:
        message = messages.EXIT
    elif asked_for_input(outcome):
        message = messages.INPUT
    elif outcome.text:
        message = messages.RAISED.format(name=name, text=outcome.text)
    else:
        message = messages.RAISED_SILENT.format(name=name)
    return Verdict.RAISED, Finding(message, shown(example), frames=outcome.frames)


def asked_for_input(outcome: Raised) -> bool:
    """Whether an exception is that of `input()` with nobody to answer; its text is CPython's."""
    return "EOFError" in outcome.names and "EOF when reading a line" in outcome.text


def lacks_a_name(error: BaseException | None) -> bool:
    """Whether a check failed since student code met a name that is nowhere defined."""
    return isinstance(error, StudentRaised) and "NameError" in error.raised.names


def out_of_memory(outcome: Raised) -> bool:
    """Whether an exception is the memory limit's: torch raises RuntimeError where Python raises MemoryError."""
    return "MemoryError" in outcome.names or (
        "RuntimeError" in outcome.names
        and ("can't allocate memory" in outcome.text or "not enough memory" in outcome.text)
    )


def over(outcome: Missing | Stopped, example: Sequence[Call], limits: Limits) -> tuple[Verdict, Finding]:
    """The verdict for a name that is not there, or a guest that stopped."""
    if isinstance(outcome, Missing):
        if outcome.stub:
            message = messages.STUB.format(name=outcome.name)
        elif outcome.similar:
            message = messages.MISSING_SIMILAR.format(name=outcome.name, similar=outcome.similar[0])
        else:
            message = messages.MISSING.format(name=outcome.name)
        return Verdict.MISSING, Finding(message)
    return outcome.verdict, Finding(stopped_message(outcome, limits), shown(example))


def stopped_message(outcome: Stopped, limits: Limits) -> str:
    """A sentence for a guest that ended before it answered."""
    texts = {
        Verdict.TIMED_OUT: messages.TIMED_OUT.format(detail=_after(outcome, limits)),
        Verdict.OUT_OF_MEMORY: messages.OUT_OF_MEMORY.format(limit=limits.memory_mib),
        Verdict.OUTPUT_LIMIT: messages.OUTPUT_LIMIT.format(limit=limits.output_kib),
        Verdict.CRASHED: messages.CRASHED.format(detail=outcome.detail),
    }
    if outcome.detail == "protocol":
        return messages.PROTOCOL
    return texts.get(outcome.verdict, messages.UNGRADABLE.format(text=outcome.detail))


def _after(outcome: Stopped, limits: Limits) -> str:
    """The budget that was used up, as the exercise has it: how it is stretched on this machine is nothing to read."""
    return f"{limits.cpu_s:g} s of computing" if outcome.detail == "cpu" else f"{limits.wall_s:g} s"


def cell_failure(run: CellRun, limits: Limits) -> str:
    """A sentence for a cell of a notebook that did not run to its end."""
    if isinstance(run.failure, Raised):
        name, text = run.failure.names[0] if run.failure.names else "an exception", show.cut(run.failure.text)
        return messages.CELL_RAISED.format(number=run.number, name=name, text=" ".join(text.split())[:200])
    assert run.failure is not None
    if run.failure.detail == "whole":
        return messages.CELL_LEFT_OUT.format(number=run.number, limit=f"{limits.cpu_s * WHOLE_NOTEBOOK:g}")
    return messages.CELL_STOPPED.format(number=run.number, text=stopped_message(run.failure, limits))


def load_failure(outcome: Raised | Stopped, limits: Limits) -> tuple[Verdict, Finding]:
    """The verdict every check gets when the submission could not be loaded."""
    if isinstance(outcome, Stopped):
        if outcome.detail == "protocol":
            return outcome.verdict, Finding(messages.LOAD_PROTOCOL)
        texts = {
            Verdict.TIMED_OUT: messages.LOAD_TIMED_OUT.format(detail=_after(outcome, limits)),
            Verdict.OUT_OF_MEMORY: messages.LOAD_OUT_OF_MEMORY.format(limit=limits.memory_mib),
            Verdict.OUTPUT_LIMIT: messages.LOAD_OUTPUT_LIMIT.format(limit=limits.output_kib),
            Verdict.CRASHED: messages.LOAD_EXIT.format(detail=outcome.detail.strip(" ()") or "the process ended"),
        }
        text = texts.get(outcome.verdict) or messages.UNGRADABLE.format(text=outcome.detail)
        return outcome.verdict, Finding(text)
    name, text = outcome.names[0] if outcome.names else "an exception", outcome.text
    if name == REFUSED:
        return Verdict.RAISED, Finding(text)
    line = outcome.frames[-1].line if outcome.frames else 0
    if out_of_memory(outcome):
        return Verdict.OUT_OF_MEMORY, Finding(
            messages.LOAD_OUT_OF_MEMORY.format(limit=limits.memory_mib), frames=outcome.frames
        )
    if "SyntaxError" in outcome.names:
        message = messages.LOAD_SYNTAX.format(line=line, text=text)
        message = message if line else messages.LOAD_DECODE.format(text=text)
    elif "ModuleNotFoundError" in outcome.names:
        message = messages.LOAD_NO_MODULE.format(text=text)
    elif "SystemExit" in outcome.names:
        message = messages.LOAD_EXIT.format(detail=f"exit({text})")
    elif asked_for_input(outcome):
        message = messages.LOAD_INPUT
    else:
        message = messages.LOAD_RAISED.format(name=name, text=text)
    return Verdict.RAISED, Finding(message, frames=outcome.frames)


def bounded(finding: Finding | None) -> Finding | None:
    """A finding without endless texts: names, texts and lines may be as long as student code likes."""
    if finding is None:
        return None
    frames = tuple(
        Frame(show.cut(frame.file), frame.line, show.cut(frame.function), show.cut(frame.source))
        for frame in finding.frames
    )
    parts = (finding.message, finding.call, finding.got, finding.expected)
    message, call, got, expected = (None if part is None else show.cut(part) for part in parts)
    return Finding(message or "", call, got, expected, frames)


def _last_value(example: Sequence[Call]) -> tuple[str | None, str | None]:
    outcome = example[-1].outcome if example else None
    try:
        return shown(example), show.brief(outcome.value) if isinstance(outcome, Returned) else None
    except VALUE_ERRORS:  # a value that a check can't work with may be one that can't be shown
        return shown(example), None


def _cause(error: BaseException) -> BaseException | None:
    """The student's failure inside a group that says a test was not reproducible."""
    for inner in (*getattr(error, "exceptions", ()), error.__cause__, error.__context__):
        if isinstance(inner, (Wrong, StudentRaised, AssertionError)):
            return inner
        if hasattr(inner, "exceptions") and (found := _cause(inner)) is not None:
            return found
    return None
