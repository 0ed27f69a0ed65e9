"""How each kind of interval turns a metric's `compute` into an estimate."""

from collections.abc import Callable
from typing import Any

import numpy as np

from evaluation.measures import calibration, intervals, resampling
from evaluation.measures.estimates import Estimate, Undefined, estimated, undefined, without_interval
from evaluation.measures.metrics import Interval, Metric, Needs
from evaluation.measures.samples import ClassificationSample, Indices, Numbers, Sample, Sampling, grouped_rows


def estimate(metric: Metric, sample: Sample, sampling: Sampling) -> Estimate:
    """The metric on these rows with its 95 % interval, or the reason why it has none."""
    try:
        check_needs(metric, sample)
        # An overflow becomes infinite, and is reported as a missing value with its reason.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return _ESTIMATORS[metric.interval](metric, sample, sampling)
    except Undefined as reason:
        return undefined(metric.key, str(reason), n=sample.n, counted=metric.counted)


def check_needs(metric: Metric, sample: Sample) -> None:
    """Refuse a metric whose scores this sample does not have."""
    if metric.needs is Needs.PREDICTIONS or not isinstance(sample, ClassificationSample):
        return
    if sample.scores is None:
        raise Undefined("Needs scores, and only predictions were given.")
    if metric.needs is Needs.PROBABILITIES and not sample.scores_are_probabilities:
        raise Undefined("Needs probabilities, and a rule answers only yes or no.")


def value_of(metric: Metric, confusions: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A metric on counts for each of many confusion matrices; not-a-number where it is undefined."""
    computed = metric.compute(confusions)
    if metric.interval is Interval.CONFUSION:
        return np.asarray(computed)
    successes, trials = (np.asarray(part, dtype=float) for part in computed)
    shares = np.divide(successes, trials, out=np.full(successes.shape, np.nan), where=trials > 0)
    if metric.interval is Interval.CLASSES:
        seen = trials > 0
        shares = np.where(seen, shares, 0.0).sum(axis=-1) / np.maximum(seen.sum(axis=-1), 1)
    return np.asarray(metric.transform(shares) if metric.transform else shares)


def _proportion(metric: Metric, sample: ClassificationSample, sampling: Sampling) -> Estimate:
    successes, trials = (int(part) for part in metric.compute(sample.confusion))
    if trials == 0:
        raise Undefined(f"There are no {metric.counted}.")
    apply = metric.transform or float
    low, high = intervals.wilson(successes, trials)
    method = "Wilson" if metric.transform is None else "Wilson, transformed"
    return _finish(metric, apply(successes / trials), (apply(low), apply(high)), n=trials, method=method)


def _class_proportions(metric: Metric, sample: ClassificationSample, sampling: Sampling) -> Estimate:
    successes, trials = metric.compute(sample.confusion)
    seen = trials > 0
    if seen.sum() < 2:
        raise Undefined("All rows have the same label, and the other classes cannot be judged.")
    bounds = intervals.mean_of_proportions(successes[seen], trials[seen])
    value = float(np.mean(successes[seen] / trials[seen]))
    return _finish(metric, value, bounds, n=sample.n, method="Wilson per class, combined (MOVER)")


def _confusion(metric: Metric, sample: ClassificationSample, sampling: Sampling) -> Estimate:
    value = float(metric.compute(sample.confusion))
    drawn = resampling.plausible_confusions(sample.confusion, sampling)
    draws = np.concatenate([value_of(metric, confusions) for confusions in drawn])
    method = f"Bayesian bootstrap of the confusion matrix, {sampling.draws:,} draws"
    return _finish(metric, value, intervals.percentile(usable(draws)), n=sample.n, method=method)


def _logit(metric: Metric, sample: ClassificationSample, sampling: Sampling) -> Estimate:
    value = float(metric.compute(sample.ranking))
    positives = int(sample.ranking.positives.sum())
    return _finish(metric, value, intervals.logit_share(value, positives), n=positives, method="logit")


def _gap(metric: Metric, sample: ClassificationSample, sampling: Sampling) -> Estimate:
    value = float(metric.compute(sample.ranking))
    groups = sample.ranking.coarse(resampling.SCORE_GROUPS)
    draws = np.concatenate([metric.compute(drawn) for drawn in resampling.score_groups(groups, sampling)])
    bias = float(np.mean(usable(draws))) - float(metric.compute(groups))
    bounds = intervals.largest_gap(sample.ranking, bias)
    method = f"Newcombe, bias by bootstrap with {sampling.draws:,} draws"
    return _finish(metric, value, bounds, n=sample.n, method=method)


def _calibration(metric: Metric, sample: ClassificationSample, sampling: Sampling) -> Estimate:
    gaps = metric.compute(sample)
    if sample.n < 2:
        return _one_row(metric, calibration.error(gaps))
    bounds = calibration.interval(gaps, sampling)
    method = f"parametric bootstrap of the bins, {sampling.draws:,} draws"
    return _finish(metric, calibration.error(gaps), bounds, n=sample.n, method=method)


def _area(metric: Metric, sample: ClassificationSample, sampling: Sampling) -> Estimate:
    chosen = metric.compute(sample)
    if sample.scores is not None and sample.scores.ndim == 1:
        positives, negatives = int(sample.ranking.positives.sum()), int(sample.ranking.negatives.sum())
        _refuse_one_class(positives, negatives)
        area, error = intervals.area_under_curve(sample.ranking)
    else:
        area, contributions = mean_area(sample, chosen)
        error = float(np.sqrt(np.sum(np.square(contributions)))) / sample.n
        rarest = int(np.bincount(sample.truth, minlength=len(sample.classes)).min())
        positives, negatives = rarest, sample.n - rarest
    if area in (0.0, 1.0):
        bounds = intervals.extreme_area(area, positives, negatives)
        return _finish(metric, area, bounds, n=sample.n, method="Newcombe")
    return _finish(metric, area, intervals.logit_area(area, error), n=sample.n, method="DeLong, logit")


def _mean(metric: Metric, sample: Sample, sampling: Sampling) -> Estimate:
    values = metric.compute(sample)
    if len(values) < 2:
        return _one_row(metric, float(values[0]))
    return _finish(metric, float(values.mean()), intervals.mean(values), n=len(values), method="Student's t")


def _log_mean(metric: Metric, sample: Sample, sampling: Sampling) -> Estimate:
    values = metric.compute(sample)
    centre, apply = float(values.mean()), metric.transform or float
    if len(values) < 2:
        return _one_row(metric, float(apply(centre)))
    low, high = intervals.on_log_scale(centre, intervals.standard_error(values), len(values))
    bounds = float(apply(low)), float(apply(high))
    return _finish(metric, float(apply(centre)), bounds, n=len(values), method="Student's t on the logarithm")


def _ratio(metric: Metric, sample: Sample, sampling: Sampling) -> Estimate:
    share, contributions = ratio(*metric.compute(sample))
    error = intervals.standard_error(contributions)
    low, high = intervals.on_log_scale(share, error, sample.n)
    method = "delta method on the logarithm"
    return _finish(metric, 1 - share, (1 - high, 1 - low), n=sample.n, method=method)


def _quantile(metric: Metric, sample: Sample, sampling: Sampling) -> Estimate:
    values, level = metric.compute(sample)
    ranks = intervals.quantile_ranks(len(values), level)
    value = float(np.quantile(values, level))
    if ranks is None:
        needed = intervals.rows_for_quantile(level)
        reason = f"An interval needs at least {needed} rows."
        return without_interval(metric.key, value, n=len(values), reason=reason, counted=metric.counted)
    low, high = np.partition(values, ranks)[list(ranks)]
    return _finish(metric, value, (float(low), float(high)), n=len(values), method="order statistics")


def ratio(numerators: Numbers, denominators: Numbers) -> tuple[float, Numbers]:
    """A ratio of sums, and what each row contributes to its error."""
    below = float(denominators.mean())
    share = float(numerators.mean()) / below
    return share, (numerators - share * denominators) / below


def mean_area(sample: ClassificationSample, chosen: tuple[int, ...]) -> tuple[float, Numbers]:
    """The mean area of some classes, each against the rest, and what each row contributes to its error.

    Contributions are DeLong's placements, scaled so that the squared standard error is the sum of their squares
    over the squared number of rows; added over classes, they carry the correlation between the areas.
    """
    area, contributions = 0.0, np.zeros(sample.n)
    for position in chosen:
        scores = (
            sample.binary_scores if sample.scores is None or sample.scores.ndim == 1 else sample.scores[:, position]
        )
        one_area, placed = _one_area(scores, sample.truth == position)
        area += one_area / len(chosen)
        contributions += placed / len(chosen)
    return area, contributions


def _one_area(scores: Numbers, is_positive: Indices) -> tuple[float, Numbers]:
    groups, group = grouped_rows(scores, is_positive)
    positives, negatives = int(groups.positives.sum()), int(groups.negatives.sum())
    _refuse_one_class(positives, negatives)
    for_positives, for_negatives = intervals.placements(groups)
    area = float(np.sum(groups.positives * for_positives) / positives)
    placed = np.where(is_positive, for_positives[group], for_negatives[group]) - area
    sizes = np.where(is_positive, *(np.sqrt(rows * max(rows - 1, 1)) for rows in (positives, negatives)))
    return area, placed * (len(scores) / sizes)


def _refuse_one_class(positives: int, negatives: int) -> None:
    if positives == 0 or negatives == 0:
        label = "positive" if positives == 0 else "negative"
        raise Undefined(f"No row has the {label} label.")


def usable(draws: Numbers) -> Numbers:
    """The draws in which the statistic exists; too few of them would describe luckier data."""
    usable = draws[np.isfinite(draws)]
    if len(usable) < 0.9 * len(draws):
        raise Undefined("A class has too few rows: resampling often leaves none.")
    return usable


def _finish(metric: Metric, value: float, bounds: intervals.Bounds, *, n: int, method: str) -> Estimate:
    return estimated(metric.key, value, bounds, n=n, method=method, limits=metric.range, counted=metric.counted)


def _one_row(metric: Metric, value: float) -> Estimate:
    return without_interval(metric.key, value, n=1, reason="One row gives no interval.", counted=metric.counted)


# Each takes the kind of sample its metrics are computed on, which the table's tasks guarantee.
_ESTIMATORS: dict[Interval, Callable[[Metric, Any, Sampling], Estimate]] = {
    Interval.WILSON: _proportion,
    Interval.CLASSES: _class_proportions,
    Interval.CONFUSION: _confusion,
    Interval.LOGIT: _logit,
    Interval.GAP: _gap,
    Interval.CALIBRATION: _calibration,
    Interval.DELONG: _area,
    Interval.MEAN: _mean,
    Interval.LOG_MEAN: _log_mean,
    Interval.RATIO: _ratio,
    Interval.QUANTILE: _quantile,
}
