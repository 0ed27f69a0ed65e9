import numpy as np
import pyarrow as pa
import pytest

from data.profiling.hashes import mixed, of_numbers
from data.profiling.sketches import Distinct, Moments, Quantiles, Tally, weighted_quantiles

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def test_few_different_values_are_counted_exactly() -> None:
    counted = Distinct(bound=1_000)
    for _ in range(3):
        counted.add(of_numbers(np.arange(1_000, dtype=float)))
    assert (counted.count, counted.is_exact, counted.error) == (1_000, True, 0.0)


@pytest.mark.parametrize("different", [5_000, 50_000, 400_000])
def test_many_different_values_are_counted_within_four_times_the_stated_error(different: int) -> None:
    counted = Distinct(bound=1_024)
    values = np.arange(different, dtype=np.uint64)
    for part in np.array_split(np.concatenate([values, values[: different // 2]]), 7):
        counted.add(mixed(part))
    assert not counted.is_exact
    assert counted.error == pytest.approx(1 / np.sqrt(1_022))
    assert abs(counted.count - different) / different < 4 * counted.error


def test_quantiles_of_few_values_are_those_of_numpy() -> None:
    values = np.random.default_rng(1).normal(size=5_000)
    sketch = Quantiles()
    for part in np.array_split(values, 9):
        sketch.add(part)
    assert sketch.is_exact
    assert weighted_quantiles(*sketch.weighted(), SHARES) == pytest.approx(np.quantile(values, SHARES).tolist())


@pytest.mark.parametrize("order", ["drawn", "rising", "falling", "in blocks"])
def test_ranks_of_many_values_are_off_by_less_than_is_said(order: str) -> None:
    values = np.random.default_rng(2).lognormal(size=1_500_000)
    values = {"drawn": values, "rising": np.sort(values), "falling": np.sort(values)[::-1],
              "in blocks": np.concatenate([np.sort(part) for part in np.array_split(values, 11)])}[order]  # fmt: skip
    sketch = Quantiles()
    for part in np.array_split(values, 37):
        sketch.add(part)
    kept, weights = sketch.weighted()
    assert weights.sum() == pytest.approx(len(values), rel=1e-3)
    ordered = np.sort(values)
    for share, found in zip(SHARES, weighted_quantiles(kept, weights, SHARES), strict=True):
        assert abs(np.searchsorted(ordered, found) / len(values) - share) < 0.001


def test_mean_and_spread_keep_their_digits_far_from_zero() -> None:
    values = 1e9 + np.random.default_rng(3).random(90_000)
    moments = Moments()
    for part in np.array_split(values, 13):
        moments.add(part)
    assert moments.mean == pytest.approx(values.mean(), rel=1e-14)
    assert moments.deviation == pytest.approx(values.std(ddof=1), rel=1e-6)
    assert (moments.least, moments.greatest) == (values.min(), values.max())


def test_frequent_values_are_counted_exactly_while_they_are_few() -> None:
    tally = Tally(bound=10)
    for _ in range(4):
        tally.add(pa.array(["b", "a", "c"]), np.array([2, 5, 2]))
    assert tally.top() == [("a", 20), ("b", 8), ("c", 8)]
    assert tally.is_exact


def test_the_counts_of_frequent_values_among_many_hold_their_bounds() -> None:
    draw = np.random.default_rng(4)
    values = draw.zipf(1.3, 60_000)
    values = values[values < 10**9]
    tally = Tally(bound=50)
    for part in np.array_split(values, 12):
        different, counts = np.unique(part, return_counts=True)
        tally.add(pa.array([str(value) for value in different]), counts)
    assert not tally.is_exact
    for value, counted in tally.top():
        true = int((values == int(value)).sum())
        assert counted <= true <= counted + tally.missed
