"""Points add up, and pass, fail and ungradable are told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader import score
from grader.values import CheckResult, Verdict

GRADED = [verdict for verdict in Verdict if verdict is not Verdict.UNGRADABLE]


def result(points: int, max_points: int, verdict: Verdict = Verdict.FAILED) -> CheckResult:
    return CheckResult("check", "Check", (), verdict, points, max_points)


PAIRS = st.lists(st.integers(0, 5).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most))), min_size=1)


@given(PAIRS, st.none() | st.integers(0, 40), st.sampled_from(GRADED))
def test_points_add_up(pairs: list[tuple[int, int]], pass_points: int | None, verdict: Verdict) -> None:
    """Points and possible points are sums; all possible points are needed, or pass_points where that is less."""
    total = score.total([result(*pair, verdict) for pair in pairs], pass_points)
    points, possible = (sum(column) for column in zip(*pairs, strict=True))
    assert (total.points, total.max_points, total.ungradable) == (points, possible, False)
    enough = points == possible or (pass_points is not None and points >= pass_points)
    assert total.passed == enough
    assert total.exit_code == (0 if enough else 1)


@given(PAIRS, st.none() | st.integers(0, 40))
def test_one_ungradable_check_withholds_the_mark(pairs: list[tuple[int, int]], pass_points: int | None) -> None:
    """With any check ungradable nothing is passed and the exit code is 3, however many points there are."""
    results = [result(*pair, Verdict.PASSED) for pair in pairs]
    total = score.total([*results, result(0, 1, Verdict.UNGRADABLE)], pass_points)
    assert (total.ungradable, total.passed, total.exit_code) == (True, False, 3)


def test_no_result_is_never_a_pass() -> None:
    """Where no check has a verdict, nothing was graded."""
    assert score.total([], None).exit_code == 3
    assert score.total([], 0).exit_code == 3


def test_what_cannot_run_here_is_not_asked_for() -> None:
    """A check that is not applicable brings no possible points, so the others are enough."""
    results = [result(2, 2, Verdict.PASSED), result(0, 0, Verdict.NOT_APPLICABLE)]
    total = score.total(results, 5)
    assert (total.max_points, total.pass_points, total.passed) == (2, 2, True)
