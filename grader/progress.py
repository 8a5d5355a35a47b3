"""Remembers, between runs, what a student tried last and how many hints they have had. Losing it costs nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import platformdirs

from grader.values import Exercise, Report, Verdict


def state_folder() -> Path:
    """Where it is kept for this user."""
    return Path(platformdirs.user_state_dir("tensor-grader"))


def hypothesis_folder() -> Path:
    """Where Hypothesis keeps its own tables, so that it writes none into the working folder."""
    return Path(platformdirs.user_cache_dir("tensor-grader")) / "hypothesis"


def remember(folder: Path, report: Report, place: Path) -> None:
    """Note the first function that did not pass, for `grade hint`."""
    open_ = [result for result in report.results if result.verdict not in (Verdict.PASSED, Verdict.NOT_APPLICABLE)]
    serious = [result for result in open_ if result.verdict not in (Verdict.MISSING, Verdict.SKIPPED)] or open_
    functions = [name for result in serious[:1] for name in result.functions[:1]]
    state = _read(folder, report.exercise.id, place)
    state["next"] = functions[0] if functions else None
    state["hint"] = next((result.hint for result in serious[:1] if result.hint), None)
    _write(folder, report.exercise.id, place, state)


def next_hint(folder: Path, exercise: Exercise, place: Path) -> tuple[str, str, int]:
    """(function, hint, hints left) for the function that is next; each call gives a further hint."""
    state = _read(folder, exercise.id, place)
    names = [name for name in exercise.names if name.hints]
    if not names:
        return "", "This exercise has no hints.", 0
    chosen = next((name for name in names if name.name == state.get("next")), names[0])
    given = state.setdefault("given", {})
    count = given.get(chosen.name)
    count = count if type(count) is int and 0 <= count < len(chosen.hints) else 0
    text = chosen.hints[count]
    given[chosen.name] = min(count + 1, len(chosen.hints) - 1)
    _write(folder, exercise.id, place, state)
    return chosen.name, text, len(chosen.hints) - count - 1


def _path(folder: Path, exercise_id: str, place: Path) -> Path:
    digest = hashlib.sha256(str(place.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return folder / f"{exercise_id}-{digest}.json"


def _read(folder: Path, exercise_id: str, place: Path) -> dict[str, Any]:
    try:
        state = json.loads(_path(folder, exercise_id, place).read_text(encoding="utf-8"))
        return state if isinstance(state, dict) and isinstance(state.get("given", {}), dict) else {}
    except (OSError, ValueError, RecursionError):
        return {}


def _write(folder: Path, exercise_id: str, place: Path, state: dict[str, Any]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _path(folder, exercise_id, place).write_text(json.dumps(state), encoding="utf-8")
    except OSError:
        pass  # a read-only home must not keep anybody from being graded
