"""Correlation of readings against worked figures, and what it says about an expected sign."""

from datetime import date, timedelta

import pytest
from scipy.stats import pearsonr

from canvas.correlations import correlate, verdict_on

START = date(2026, 1, 1)


def days(values: list[float], *, every: int = 1) -> dict[date, float]:
    return {START + timedelta(days=n * every): value for n, value in enumerate(values)}


# Anscombe's first quartet (1973), whose correlation is published as 0.816.
ANSCOMBE_X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
ANSCOMBE_Y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]


def test_a_published_example_has_its_published_correlation() -> None:
    found = correlate(days([float(x) for x in ANSCOMBE_X]), days(ANSCOMBE_Y))
    assert found.n == 11
    assert found.r == pytest.approx(0.816, abs=0.001)
    interval = pearsonr(ANSCOMBE_X, ANSCOMBE_Y).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_only_common_days_count_and_five_are_needed() -> None:
    found = correlate(days([1, 2, 3, 4, 5, 6, 7]), days([1, 2, 3, 4], every=2))
    assert (found.n, found.r) == (4, None)
    assert "5 are needed" in found.reason


def test_a_measure_that_never_moves_has_no_correlation() -> None:
    found = correlate(days([1, 2, 3, 4, 5]), days([3, 3, 3, 3, 3]))
    assert found.r is None
    assert "never moved" in found.reason


def test_very_large_readings_do_not_overflow() -> None:
    found = correlate(days([1e200, 2e200, 3e200, 4e200, 6e200]), days([5, 4, 3, 2, 1]))
    assert found.r is not None
    assert found.r < -0.9


@pytest.mark.parametrize(
    ("sign", "other", "verdict", "words"),
    [
        ("+", ANSCOMBE_Y, "evidenced", "as expected"),
        ("-", ANSCOMBE_Y, "contradicted", "do the opposite"),
        ("", ANSCOMBE_Y, "planned", "no sign is expected"),
        ("+", [1, 3, 2, 1, 3, 2, 1, 3, 2, 1, 3], "planned", "not enough to tell"),
    ],
)
def test_a_sign_is_held_against_what_happened(sign: str, other: list[float], verdict: str, words: str) -> None:
    said = verdict_on(sign, correlate(days([float(x) for x in ANSCOMBE_X]), days(other)))
    assert said[0] == verdict
    assert words in said[1]
