"""What the warm server imports before anything is graded."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.guest.plan import OPTIONAL, Plan, import_modules
from grader.sandbox.view import View


@pytest.fixture(autouse=True)
def collects() -> Iterator[None]:
    yield
    gc.enable()


def test_an_optional_module_may_be_missing_or_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that cannot be imported costs the cell that imports it, not the server; what the course needs is not
    optional."""
    (tmp_path / "broken_library.py").write_text("raise RuntimeError('built for another torch')")
    (tmp_path / "whole_library.py").write_text("x = 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    import_modules(f"{name}{OPTIONAL}" for name in ("broken_library", "no_such_library", "whole_library"))
    assert "whole_library" in sys.modules and "broken_library" not in sys.modules
    for name, error in (("broken_library", RuntimeError), ("no_such_library", ImportError)):
        with pytest.raises(error):
            import_modules([name])


@pytest.mark.parametrize("many", [False, True])
def test_a_plan_arrives_as_it_was_sent(many: bool) -> None:
    """Everything that a server is told survives the way there."""
    plan = Plan("namespaces", ("torch", "numpy"), View(("/usr",), ("/usr/share",), trees="/data"), many)
    assert Plan.of(plan.plain()) == plan
