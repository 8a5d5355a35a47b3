"""All that touches Hypothesis beyond its everyday API: profile, seeds, hooks around examples, no harvested values."""

from __future__ import annotations

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

MAX_EXAMPLES = 20
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


def instrument(
    function: Callable[..., Any], key: str, begin: Callable[[], None], end: Callable[[], None]
) -> Callable[..., Any]:
    """Run `begin` and `end` around each example of a check, and seed it from `key` (exercise, check, course key).

    A plain function counts as one example. The hook is Hypothesis's documented `hypothesis.inner_test`.
    """
    handle = getattr(function, "hypothesis", None)
    inner = handle.inner_test if handle is not None else function
    inner = getattr(inner, "check_body", inner)  # a module collected twice would be wrapped twice

    @functools.wraps(inner)
    def example(*args: Any, **kwargs: Any) -> None:
        begin()
        inner(*args, **kwargs)
        end()

    example.check_body = inner  # type: ignore[attr-defined]  # functions take attributes
    if handle is None:
        return example
    handle.inner_test = example
    return hypothesis.seed(zlib.crc32(key.encode()))(function)
