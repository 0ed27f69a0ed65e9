"""Error rates of audited labels, against an independent library and by counting."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from data.agreement import intervals


@settings(max_examples=50)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_s_interval_equals_that_of_another_library(case: tuple[int, int]) -> None:
    errors, sample = case
    assert intervals.wilson(errors, sample) == pytest.approx(
        proportion_confint(errors, sample, method="wilson"), abs=1e-9
    )


def tail(population: int, wrong: int, sample: int, counts: range) -> float:
    """The chance of finding so many errors, by counting samples."""
    ways = sum(math.comb(wrong, n) * math.comb(population - wrong, sample - n) for n in counts if n <= wrong)
    return ways / math.comb(population, sample)


@settings(max_examples=40)
@given(st.integers(2, 40).flatmap(lambda n: st.integers(1, n).flatmap(
    lambda k: st.tuples(st.just(n), st.just(k), st.integers(0, k)))))  # fmt: skip
def test_the_exact_interval_holds_every_number_of_wrong_labels_that_is_not_too_rare(case: tuple[int, int, int]) -> None:
    population, sample, errors = case
    possible = range(errors, population - (sample - errors) + 1)
    fitting = [
        wrong
        for wrong in possible
        if tail(population, wrong, sample, range(errors, sample + 1)) > 0.025
        and tail(population, wrong, sample, range(errors + 1)) > 0.025
    ]
    lower, upper = intervals.hypergeometric(errors, sample, population)
    assert (round(lower * population), round(upper * population)) == (min(fitting), max(fitting))


def test_a_sample_that_is_a_large_part_of_all_labels_is_judged_exactly() -> None:
    assert intervals.error_rate(3, 100).method == intervals.WILSON
    assert intervals.error_rate(3, 100, 1_000_000).method == intervals.WILSON
    exact = intervals.error_rate(3, 100, 300)
    assert exact.method == intervals.HYPERGEOMETRIC
    assert exact.upper < intervals.error_rate(3, 100).upper
    everything = intervals.error_rate(3, 100, 100)
    assert (everything.lower, everything.upper) == (0.03, 0.03)


def test_no_error_found_does_not_mean_that_there_is_none() -> None:
    clean = intervals.error_rate(0, 100)
    assert (clean.rate, clean.lower) == (0, 0)
    assert clean.upper == pytest.approx(0.037, abs=0.0005)


@pytest.mark.parametrize(
    ("precision", "population", "needed"), [(0.05, None, 385), (0.05, 10_000, 370), (0.05, 100, 80), (0.03, None, 1068)]
)
def test_how_many_labels_to_audit_as_printed_in_textbooks(
    precision: float, population: int | None, needed: int
) -> None:
    assert intervals.sample_size(precision, population=population) == needed


@pytest.mark.parametrize("case", [(1, 0, None), (5, 4, None), (1, 10, 9)])
def test_figures_that_contradict_each_other_are_refused(case: tuple[int, int, int | None]) -> None:
    with pytest.raises(ValueError, match=r"label|sample"):
        intervals.error_rate(*case)
