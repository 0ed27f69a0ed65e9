"""How sure a calibration error is: noise alone makes it positive, so its bias is taken out before drawing.

Each bin's gap between observed and predicted share is normal around the true one. Squared gaps are too large by
their own variance; without that variance they stand in for the true gaps, and draws around them show how far
the error of a sample strays from the true error.
"""

from dataclasses import dataclass

import numpy as np

from evaluation.measures import intervals
from evaluation.measures.intervals import Bounds
from evaluation.measures.samples import CALIBRATION_BINS, Indices, Numbers, Sampling

# Observed minus predicted for every row, and the bin of every row.
Gaps = tuple[Numbers, Indices]


def error(gaps: Gaps) -> float:
    """The expected calibration error: absolute gaps of the bins, weighted by rows."""
    return float(np.abs(_mean_gaps(gaps)).sum())


def interval(gaps: Gaps, sampling: Sampling) -> Bounds:
    """Bounds of one model's error; down to zero while a perfectly calibrated model could show as much."""
    value, drawn = error(gaps), _draw((gaps,), sampling)
    low, high = intervals.percentile(value - drawn.noise[0])
    if value <= intervals.percentile(drawn.by_chance)[1]:
        low = 0.0
    return intervals.widened(value, (low, high))


def difference(gaps: Gaps, other: Gaps, sampling: Sampling) -> Bounds:
    """Bounds of the difference of two models' errors on the same rows."""
    value = error(gaps) - error(other)
    noise, other_noise = _draw((gaps, other), sampling).noise
    return intervals.widened(value, intervals.percentile(value - (noise - other_noise)))


@dataclass(frozen=True)
class _Drawn:
    # One row per model: drawn errors minus the true error.
    noise: Numbers
    # What the first model's error would be if it were perfectly calibrated.
    by_chance: Numbers


def _draw(models: tuple[Gaps, ...], sampling: Sampling) -> _Drawn:
    """Draw the bins' mean gaps of all models together."""
    means = np.concatenate([_mean_gaps(gaps) for gaps in models])
    covariance = _covariance(models, means)
    centres = np.sign(means) * np.sqrt(np.maximum(means**2 - np.diag(covariance), 0.0))
    strayed = sampling.generator().multivariate_normal(
        np.zeros(len(means)), covariance, size=sampling.draws, check_valid="ignore", method="eigh"
    )
    by_model = (sampling.draws, len(models), CALIBRATION_BINS)
    drawn = np.abs(centres + strayed).reshape(by_model).sum(axis=2)
    true = np.abs(centres).reshape(by_model[1:]).sum(axis=1)
    return _Drawn((drawn - true).T, np.abs(strayed[:, :CALIBRATION_BINS]).sum(axis=1))


def _mean_gaps(gaps: Gaps) -> Numbers:
    values, bins = gaps
    return np.bincount(bins, weights=values, minlength=CALIBRATION_BINS) / len(values)


def _covariance(models: tuple[Gaps, ...], means: Numbers) -> Numbers:
    """The covariance of all bins' mean gaps, across models too."""
    rows = len(models[0][0])
    blocks = [[_products(one, other) for other in models] for one in models]
    covariance = (np.block(blocks) / rows - np.outer(means, means)) / rows
    # A bin's few rows may agree by chance; half a row's doubt keeps its variance from vanishing.
    sizes = np.concatenate([np.bincount(bins, minlength=CALIBRATION_BINS) for _, bins in models])
    return covariance + np.diag(np.where(sizes > 0, 0.25, 0.0) / rows**2)


def _products(one: Gaps, other: Gaps) -> Numbers:
    cells = one[1] * CALIBRATION_BINS + other[1]
    summed = np.bincount(cells, weights=one[0] * other[0], minlength=CALIBRATION_BINS**2)
    return np.asarray(summed.reshape(CALIBRATION_BINS, CALIBRATION_BINS), dtype=np.float64)
