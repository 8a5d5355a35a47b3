"""Marking training runs: lines, runs near them, and what they are worth."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader import training
from grader.training import Line

LINES = (Line(0.5, 0.01, 1), Line(0.7, 0.02, 2), Line(0.9, 0.005, 4))
SCORES = st.floats(0, 1)


@given(scores=st.lists(SCORES, min_size=3, max_size=3))
def test_three_runs_only_where_chance_may_decide(scores: list[float]) -> None:
    """A score farther than two standard deviations from every line is one run's; a nearer one has three."""
    seeds: list[int] = []

    def run(seed: int) -> float:
        seeds.append(seed)
        return scores[len(seeds) - 1]

    found = training.settle(run, LINES)
    near = any(abs(scores[0] - line.score) <= 2 * line.sd for line in LINES)
    assert found == (scores if near else scores[:1])
    assert seeds == list(training.SEEDS)[: len(found)] and len(set(seeds)) == len(seeds)


@given(scores=st.lists(SCORES, min_size=3, max_size=3))
def test_the_median_counts(scores: list[float]) -> None:
    """Of three runs the middle one counts, of one that one."""
    assert training.counted(scores) == sorted(scores)[1]
    assert training.counted(scores[:1]) == scores[0]


@given(score=SCORES)
def test_lines_are_reached_from_the_lowest_on(score: float) -> None:
    """A line is reached at its own score; the points are those of the lines reached."""
    count = training.reached(score, LINES)
    assert all(score >= line.score for line in LINES[:count])
    assert all(score < line.score for line in LINES[count:])
    assert training.points(LINES, count) == [0, 1, 3, 7][count]
    assert all(training.reached(line.score, LINES) == place for place, line in enumerate(LINES, 1))
