"""All that touches Hypothesis beyond its everyday API: profile, seeds, hooks around examples, no harvested values."""

from __future__ import annotations

import copy
import functools
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Flaky, FlakyFailure, HypothesisException
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.internal.entropy import deterministic_PRNG

MAX_EXAMPLES = 20
Example = dict[str, Any]
FLAKY = (Flaky, FlakyFailure)
ENGINE_ERRORS = (HypothesisException,)


def use_profile(storage: Path, shrink: bool = True) -> None:
    """Make every check collected from now on meet the same examples: derandomised, no deadline, no database.

    `storage` keeps Hypothesis's own tables, which it would otherwise write into the working directory.
    """
    set_hypothesis_home_dir(storage)
    phases = (Phase.explicit, Phase.generate) + ((Phase.shrink,) if shrink else ())
    settings.register_profile(
        "grader",
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=MAX_EXAMPLES,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    settings.load_profile("grader")


@contextmanager
def own_constants_only() -> Iterator[None]:
    """While this lasts, Hypothesis draws no constants from the source of whatever modules happen to be loaded.

    Otherwise the examples, and with them the marks, depend on what else was imported.
    """
    harvest = providers._get_local_constants
    none = Constants()
    providers._get_local_constants = lambda: none
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = harvest
        providers.CONSTANTS_CACHE.cache.clear()


class Memory:
    """The examples that checks drew, by the key that seeds them: every submission meets the same ones, so that what one
    submission has passed need not be drawn again for the next. Drawing costs more than a call."""

    def __init__(self) -> None:
        self._known: dict[str, list[Example]] = {}
        self._unknowable: set[str] = set()

    def of(self, key: str) -> list[Example] | None:
        """The examples of a check, in order; None where they are not known."""
        return self._known.get(key)

    def keep(self, key: str, examples: list[Example] | None) -> None:
        """Remember what a check drew when it passed; None where it drew what cannot be drawn once for all."""
        if examples is None:
            self._unknowable.add(key)
        elif key not in self._unknowable:
            self._known[key] = examples


def body_of(function: Callable[..., Any]) -> tuple[Callable[..., Any], Any]:
    """What a check runs for each example, and Hypothesis's handle on it, None for a plain function."""
    handle = getattr(function, "hypothesis", None)
    inner = handle.inner_test if handle is not None else function
    return getattr(inner, "check_body", inner), handle  # a module collected twice would be wrapped twice


def copied(drawn: Example) -> Example | None:
    """The values of an example, apart from whatever the check does to them; None where one of them belongs to the run
    that drew it (an iterator, or something of Hypothesis's own)."""
    try:
        return copy.deepcopy(drawn) if all(map(_keeps, drawn.values())) else None
    except Exception:  # whatever an object that is not made for it raises
        return None


def _keeps(value: Any) -> bool:
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(_keeps, value))
    if isinstance(value, dict):
        return all(map(_keeps, (*value, *value.values())))
    return type(value).__module__.split(".")[0] != "hypothesis" and not hasattr(value, "__next__")


def replay(
    function: Callable[..., Any], examples: list[Example], begin: Callable[[], None], end: Callable[[], None]
) -> Callable[..., Any]:
    """A check that meets these examples, one after the other, without Hypothesis. It raises what the first one raises
    that fails: what is smallest, only a run with Hypothesis finds."""
    inner, _ = body_of(function)

    @functools.wraps(inner)
    def check(**fixtures: Any) -> None:
        for drawn in examples:
            with deterministic_PRNG():  # as Hypothesis has it for each example
                begin()
                inner(**fixtures, **copy.deepcopy(drawn))
                end()

    return check


def instrument(
    function: Callable[..., Any],
    key: str,
    begin: Callable[[], None],
    end: Callable[[], None],
    note: Callable[[Example], None] = lambda drawn: None,
) -> Callable[..., Any]:
    """Run `begin` and `end` around each example of a check, and seed it from `key` (exercise, check, course key).

    A plain function counts as one example. `note` gets the arguments of each. The hook is Hypothesis's documented
    `hypothesis.inner_test`.
    """
    inner, handle = body_of(function)

    @functools.wraps(inner)
    def example(*args: Any, **kwargs: Any) -> None:
        note(kwargs)
        begin()
        inner(*args, **kwargs)
        end()

    example.check_body = inner  # type: ignore[attr-defined]  # functions take attributes
    if handle is None:
        return example
    handle.inner_test = example
    return hypothesis.seed(zlib.crc32(key.encode()))(function)
