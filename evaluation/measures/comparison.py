"""Is the model better than something simpler on the very same rows? The difference, with its interval."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from evaluation.measures import calibration, intervals, resampling
from evaluation.measures.estimates import Estimate, Undefined, show, show_interval
from evaluation.measures.estimators import check_needs, estimate, mean_area, ratio, usable, value_of
from evaluation.measures.metrics import Interval, Metric
from evaluation.measures.samples import ClassificationSample, Numbers, Sample, Sampling


class Standing(StrEnum):
    """How the model stands against the baseline on one metric."""

    BETTER = "better"
    WORSE = "worse"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Comparison:
    """Model minus baseline on the same rows, with a 95 % interval of the difference."""

    metric: str
    baseline: str
    difference: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    standing: Standing
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {**self.__dict__, "standing": self.standing.value}


@dataclass(frozen=True)
class _Difference:
    value: float
    bounds: intervals.Bounds
    method: str


def compare(metric: Metric, sample: Sample, baseline: Sample, *, name: str, sampling: Sampling) -> Comparison:
    """The model against a baseline: better or worse only when the whole interval says so."""
    try:
        check_needs(metric, sample)
        check_needs(metric, baseline)
        if sample.n < 2:
            raise Undefined("One row gives no interval.")
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            found = _DIFFERENCES[metric.interval](metric, sample, baseline, sampling)
        if found.value and found.bounds[0] == found.bounds[1]:
            found = _combined(found.value, *(estimate(metric, one, sampling) for one in (sample, baseline)))
        if not np.isfinite([found.value, *found.bounds]).all():
            raise Undefined("The metric is not defined for both.")
    except Undefined as reason:
        sentence = f"{metric.name} cannot be compared with {name}. {reason}"
        return Comparison(metric.key, name, None, None, None, sample.n, "none", Standing.INCONCLUSIVE, sentence)
    standing = _standing(metric, found.bounds)
    sentence = _sentence(metric, name, standing, found, sample.n)
    return Comparison(metric.key, name, found.value, *found.bounds, sample.n, found.method, standing, sentence)


def _combined(value: float, own: Estimate, other: Estimate) -> _Difference:
    """Bounds from the two intervals, for answers so uniform that no resample of rows differs from another."""
    if own.interval is None or other.interval is None:
        raise Undefined("There are too few rows for an interval.")
    bounds = intervals.difference(own.value or 0.0, own.interval, other.value or 0.0, other.interval)
    return _Difference(value, bounds, "two intervals combined (MOVER)")


def _standing(metric: Metric, bounds: intervals.Bounds) -> Standing:
    low, high = bounds
    if metric.higher_is_better is None or low <= 0 <= high:
        return Standing.INCONCLUSIVE
    return Standing.BETTER if (low > 0) is metric.higher_is_better else Standing.WORSE


def _sentence(metric: Metric, name: str, standing: Standing, found: _Difference, n: int) -> str:
    interval = f"95 % interval of the difference {show_interval(found.bounds)}, n = {n:,} rows"
    side = "lower" if found.value < 0 else "higher"
    gap = f"{show(abs(found.value))} {side} than {name} ({interval})" if found.value else f"that of {name} ({interval})"
    if metric.higher_is_better is None:
        return f"{metric.name} is {gap}. It is best at zero, so a difference has no better side."
    if standing is Standing.INCONCLUSIVE:
        return f"{metric.name} is {gap}. The interval includes zero, so these rows do not show which is better."
    return f"{metric.name} is {standing.value}: {gap}."


def _from_counts(
    metric: Metric, model: ClassificationSample, other: ClassificationSample, sampling: Sampling
) -> _Difference:
    value = float(value_of(metric, model.confusion) - value_of(metric, other.confusion))
    draws = np.concatenate(
        [
            value_of(metric, mine) - value_of(metric, theirs)
            for mine, theirs in resampling.paired_confusions(model, other, sampling)
        ]
    )
    if not np.isfinite(value):
        raise Undefined("It has no value for both on these rows.")
    bounds = intervals.widened(value, intervals.percentile(usable(draws)))
    return _Difference(value, bounds, f"paired bootstrap of confusion matrices, {sampling.draws:,} draws")


def _from_groups(
    metric: Metric, model: ClassificationSample, other: ClassificationSample, sampling: Sampling
) -> _Difference:
    value = float(metric.compute(model.ranking) - metric.compute(other.ranking))
    mine, theirs, drawn = resampling.paired_score_groups(model, other, sampling)
    shift = value - float(metric.compute(mine) - metric.compute(theirs))
    draws = np.concatenate([metric.compute(first) - metric.compute(second) for first, second in drawn])
    bounds = intervals.around(value, usable(draws + shift))
    return _Difference(value, bounds, f"paired bootstrap of scores, {sampling.draws:,} draws")


def _from_calibration(
    metric: Metric, model: ClassificationSample, other: ClassificationSample, sampling: Sampling
) -> _Difference:
    gaps, other_gaps = metric.compute(model), metric.compute(other)
    value = calibration.error(gaps) - calibration.error(other_gaps)
    bounds = calibration.difference(gaps, other_gaps, sampling)
    return _Difference(value, bounds, f"paired parametric bootstrap of the bins, {sampling.draws:,} draws")


def _from_areas(
    metric: Metric, model: ClassificationSample, other: ClassificationSample, sampling: Sampling
) -> _Difference:
    chosen = metric.compute(model)
    area, contributions = mean_area(model, chosen)
    other_area, other_contributions = mean_area(other, chosen)
    gaps = contributions - other_contributions
    half = intervals.Z * float(np.sqrt(np.sum(np.square(gaps)))) / model.n
    value = area - other_area
    return _Difference(value, (value - half, value + half), "DeLong, paired")


def _from_rows(metric: Metric, model: Sample, other: Sample, sampling: Sampling) -> _Difference:
    value, contributions = _linearised(metric, model)
    other_value, other_contributions = _linearised(metric, other)
    gaps = contributions - other_contributions
    half = intervals.student(model.n) * intervals.standard_error(gaps)
    difference = value - other_value
    method = "paired t" if metric.interval is Interval.MEAN else "paired delta method"
    return _Difference(difference, (difference - half, difference + half), method)


def _linearised(metric: Metric, sample: Sample) -> tuple[float, Numbers]:
    """The value, and what each row contributes to it to first order."""
    computed = metric.compute(sample)
    match metric.interval:
        case Interval.RATIO:
            share, contributions = ratio(*computed)
            return 1 - share, -contributions
        case Interval.QUANTILE:
            return _linearised_quantile(*computed)
    centre = float(computed.mean())
    if metric.transform is None:
        return centre, computed
    return float(metric.transform(centre)), computed * _slope(metric.transform, centre)


def _slope(transform: Callable[[float], float], at: float) -> float:
    if at == 0:
        return 0.0
    step = at * 1e-4
    return float((transform(at + step) - transform(at - step)) / (2 * step))


def _linearised_quantile(values: Numbers, level: float) -> tuple[float, Numbers]:
    """Bahadur's form of a quantile; the density comes from the width of its interval, as Woodruff has it."""
    ranks = intervals.quantile_ranks(len(values), level)
    if ranks is None:
        raise Undefined(f"An interval needs at least {intervals.rows_for_quantile(level)} rows.")
    low, high = np.partition(values, ranks)[list(ranks)]
    value = float(np.quantile(values, level))
    width = float(high - low) / (2 * intervals.Z * np.sqrt(level * (1 - level) / len(values)))
    return value, width * (level - (values <= value))


# Each takes the kind of sample its metrics are computed on, which the table's tasks guarantee.
_DIFFERENCES: dict[Interval, Callable[[Metric, Any, Any, Sampling], _Difference]] = {
    Interval.WILSON: _from_counts,
    Interval.CLASSES: _from_counts,
    Interval.CONFUSION: _from_counts,
    Interval.LOGIT: _from_groups,
    Interval.GAP: _from_groups,
    Interval.CALIBRATION: _from_calibration,
    Interval.DELONG: _from_areas,
    Interval.MEAN: _from_rows,
    Interval.LOG_MEAN: _from_rows,
    Interval.RATIO: _from_rows,
    Interval.QUANTILE: _from_rows,
}
