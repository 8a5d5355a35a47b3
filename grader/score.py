"""From results to points."""

from __future__ import annotations

from collections.abc import Sequence

from grader.values import CheckResult, Score, Verdict


def total(results: Sequence[CheckResult], pass_points: int | None) -> Score:
    """Add up. Without `pass_points` all points that can be had here are needed to pass."""
    possible = sum(result.max_points for result in results)
    needed = possible if pass_points is None else min(pass_points, possible)
    ungradable = not results or any(result.verdict is Verdict.UNGRADABLE for result in results)
    return Score(sum(result.points for result in results), possible, needed, ungradable)
