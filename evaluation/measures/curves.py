"""The plain data behind the charts: few enough points to draw, true enough to read off."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.measures import intervals
from evaluation.measures.samples import RegressionSample, Sample, ScoreGroups, Task

MOST_POINTS = 200
MOST_MARKS = 400
TENTHS = 10
RESIDUAL_GROUPS = 20
MOST_BARS = 40

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Bin:
    """One group of neighbouring predictions: what was predicted, what happened, and how sure that is."""

    predicted: float
    observed: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram."""

    start: float
    end: float
    n: int


@dataclass(frozen=True)
class Curves:
    """Whatever curves the task and the scores allow; the others are empty."""

    # False positive rate, recall.
    roc: Points = ()
    # Recall, precision.
    precision_recall: Points = ()
    calibration: tuple[Bin, ...] = ()
    classes: tuple[str, ...] = ()
    # True class down, predicted class across.
    confusion: tuple[tuple[int, ...], ...] = ()
    # Mean error by tenth of prediction: `observed` is the mean error.
    residuals: tuple[Bin, ...] = ()
    # Actual, predicted.
    actual: Points = ()
    residual_histogram: tuple[Bar, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return asdict(self)


def curves_of(sample: Sample, *, seed: int) -> Curves:
    """All curves of one sample."""
    if isinstance(sample, RegressionSample):
        return Curves(
            residuals=residuals(sample),
            actual=predicted_vs_actual(sample, seed=seed),
            residual_histogram=residual_histogram(sample),
        )
    counted = tuple(tuple(int(count) for count in row) for row in sample.confusion)
    if sample.task is not Task.BINARY or sample.scores is None:
        return Curves(classes=sample.classes, confusion=counted)
    ranking = sample.ranking
    return Curves(
        roc=roc(ranking),
        precision_recall=precision_recall(ranking),
        calibration=calibration(ranking) if sample.scores_are_probabilities else (),
        classes=sample.classes,
        confusion=counted,
    )


def roc(ranking: ScoreGroups) -> Points:
    """False positive rate and recall, from the strictest cut-off to the loosest."""
    found = np.concatenate([[0.0], np.cumsum(ranking.positives) / max(ranking.positives.sum(), 1)])
    alarms = np.concatenate([[0.0], np.cumsum(ranking.negatives) / max(ranking.negatives.sum(), 1)])
    return _thinned(alarms, found)


def precision_recall(ranking: ScoreGroups) -> Points:
    """Recall and precision, from the strictest cut-off to the loosest."""
    found = np.cumsum(ranking.positives)
    flagged = np.cumsum(ranking.positives + ranking.negatives)
    return _thinned(found / max(found[-1], 1), found / flagged)


def calibration(ranking: ScoreGroups) -> tuple[Bin, ...]:
    """Predicted probability and observed share by tenth of rows, lowest first; equal scores stay together."""
    rows = (ranking.positives + ranking.negatives)[::-1]
    positives, score = ranking.positives[::-1], ranking.score[::-1]
    # A group belongs to the tenth in which its middle row falls.
    middle = np.cumsum(rows) - (rows + 1) / 2
    starts = np.flatnonzero(np.diff((middle * TENTHS / rows.sum()).astype(int), prepend=-1))
    sizes = np.add.reduceat(rows, starts)
    means = np.add.reduceat(score * rows, starts) / sizes
    hits = np.add.reduceat(positives, starts)
    found = []
    for mean, hit, size in zip(means, hits, sizes, strict=True):
        low, high = intervals.wilson(hit, size)
        found.append(Bin(float(mean), float(hit / size), low, high, int(size)))
    return tuple(found)


def residuals(sample: RegressionSample) -> tuple[Bin, ...]:
    """The mean error by group of neighbouring predictions, lowest first."""
    order = np.argsort(sample.predicted, kind="stable")
    groups = min(RESIDUAL_GROUPS, max(sample.n // 10, 1))
    found = []
    for rows in np.array_split(order, groups):
        errors = sample.errors[rows]
        mean = float(errors.mean())
        low, high = intervals.mean(errors) if len(rows) > 1 else (mean, mean)
        found.append(Bin(float(sample.predicted[rows].mean()), mean, low, high, len(rows)))
    return tuple(found)


def predicted_vs_actual(sample: RegressionSample, *, seed: int) -> Points:
    """Actual and predicted values of all rows, or of a sample drawn with the seed."""
    rows = np.arange(sample.n)
    if sample.n > MOST_MARKS:
        rows = np.sort(np.random.default_rng(seed).choice(sample.n, MOST_MARKS, replace=False))
    return _pairs(sample.truth[rows], sample.predicted[rows])


def residual_histogram(sample: RegressionSample) -> tuple[Bar, ...]:
    """How often errors of each size occur, in bars of equal width."""
    bars = int(np.clip(np.sqrt(sample.n), 5, MOST_BARS))
    low, high = float(sample.errors.min()), float(sample.errors.max())
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-12):
        return (Bar(low, high, sample.n),)
    counts, edges = np.histogram(sample.errors, bins=bars)
    return tuple(Bar(float(a), float(b), int(n)) for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True))


def _thinned(across: NDArray[Any], up: NDArray[Any]) -> Points:
    """At most 200 points, evenly along the curve, always with both ends."""
    if len(across) <= MOST_POINTS:
        return _pairs(across, up)
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(across)) + np.abs(np.diff(up)))])
    wanted = np.linspace(0, length[-1], MOST_POINTS)
    kept = np.unique(np.searchsorted(length, wanted))
    kept[-1] = len(across) - 1
    return _pairs(across[kept], up[kept])


def _pairs(across: Sequence[float] | NDArray[Any], up: Sequence[float] | NDArray[Any]) -> Points:
    return tuple((float(a), float(b)) for a, b in zip(across, up, strict=True))
