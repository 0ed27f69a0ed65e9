"""The formulas behind the table of metrics; those on counts accept leading axes, one per resample."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.measures.estimates import Undefined
from evaluation.measures.samples import (
    CALIBRATION_BINS,
    ClassificationSample,
    Numbers,
    RegressionSample,
    ScoreGroups,
)

Array = NDArray[Any]
# scikit-learn's floor for a probability, so that one impossible event does not cost infinitely much.
SMALLEST = np.finfo(np.float64).eps


# Confusion matrices: true class down, predicted class across, the positive class last.


def correct(confusion: Array) -> tuple[Array, Array]:
    """Rows on the diagonal, of all rows."""
    return np.trace(confusion, axis1=-2, axis2=-1), confusion.sum(axis=(-2, -1))


def correct_per_class(confusion: Array) -> tuple[Array, Array]:
    """Rows on the diagonal of each class, of its rows."""
    return np.diagonal(confusion, axis1=-2, axis2=-1), confusion.sum(axis=-1)


def precision(confusion: Array) -> tuple[Array, Array]:
    """True positives, of the rows predicted positive."""
    return confusion[..., 1, 1], confusion[..., :, 1].sum(axis=-1)


def recall(confusion: Array) -> tuple[Array, Array]:
    """True positives, of the positive rows."""
    return confusion[..., 1, 1], confusion[..., 1, :].sum(axis=-1)


def specificity(confusion: Array) -> tuple[Array, Array]:
    """True negatives, of the negative rows."""
    return confusion[..., 0, 0], confusion[..., 0, :].sum(axis=-1)


def false_negatives(confusion: Array) -> tuple[Array, Array]:
    """Missed rows, of the positive rows."""
    return confusion[..., 1, 0], confusion[..., 1, :].sum(axis=-1)


def false_positives(confusion: Array) -> tuple[Array, Array]:
    """Flagged rows, of the negative rows."""
    return confusion[..., 0, 1], confusion[..., 0, :].sum(axis=-1)


def overlap(confusion: Array) -> tuple[Array, Array]:
    """True positives, of the rows that are positive or predicted positive: a proportion, unlike F1 itself."""
    return confusion[..., 1, 1], confusion.sum(axis=(-2, -1)) - confusion[..., 0, 0]


def f1_of_overlap(share: Any) -> Any:
    """F1 from that proportion; the two always rise together."""
    return 2 * share / (1 + share)


def matthews(confusion: Array) -> Array:
    """Gorodkin's correlation, which is Matthews' for two classes."""
    rows = confusion.sum(axis=(-2, -1)).astype(float)
    true = confusion.sum(axis=-1).astype(float)
    predicted = confusion.sum(axis=-2).astype(float)
    diagonal = np.trace(confusion, axis1=-2, axis2=-1)
    above = diagonal * rows - (true * predicted).sum(axis=-1)
    true_spread = rows**2 - (true**2).sum(axis=-1)
    predicted_spread = rows**2 - (predicted**2).sum(axis=-1)
    if confusion.ndim == 2 and true_spread == 0:
        raise Undefined("All rows have the same label, so nothing can correlate with it.")
    below = np.sqrt(true_spread * predicted_spread)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def cohen_kappa(confusion: Array) -> Array:
    """Agreement beyond chance."""
    rows = confusion.sum(axis=(-2, -1)).astype(float)
    true, predicted = confusion.sum(axis=-1) / rows[..., None], confusion.sum(axis=-2) / rows[..., None]
    chance = (true * predicted).sum(axis=-1)
    if confusion.ndim == 2 and chance >= 1:
        raise Undefined("All labels and predictions are the same class, so agreement by chance is certain.")
    agreement = np.trace(confusion, axis1=-2, axis2=-1) / rows
    return np.divide(agreement - chance, 1 - chance, out=np.full_like(chance, np.nan), where=chance < 1)


def macro_f1(confusion: Array) -> Array:
    """The mean F1 of the classes that occur."""
    scores, rows = _class_f1(confusion)
    return _mean_present(scores, rows + confusion.sum(axis=-2))


def weighted_f1(confusion: Array) -> Array:
    """The mean F1 over rows."""
    scores, rows = _class_f1(confusion)
    return (scores * rows).sum(axis=-1) / rows.sum(axis=-1)


def macro_precision(confusion: Array) -> Array:
    """The mean precision of the classes that occur, 0 for a class never predicted."""
    predicted = confusion.sum(axis=-2)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return _mean_present(_share(hits, predicted), predicted + confusion.sum(axis=-1))


def _class_f1(confusion: Array) -> tuple[Array, Array]:
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    rows = confusion.sum(axis=-1)
    return _share(2 * hits, rows + confusion.sum(axis=-2)), rows


def _share(part: Array, whole: Array) -> Array:
    """Element by element, 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros(np.shape(part)), where=whole > 0)


def _mean_present(values: Array, rows: Array) -> Array:
    """The mean over the classes that have rows."""
    present = rows > 0
    return np.where(present, values, 0.0).sum(axis=-1) / present.sum(axis=-1)


# Rankings: counts per group of scores, highest first.


def positive_class(sample: ClassificationSample) -> tuple[int, ...]:
    """The one class whose area counts."""
    return (1,)


def every_class(sample: ClassificationSample) -> tuple[int, ...]:
    """All classes, each of which must occur."""
    missing = sorted(set(range(len(sample.classes))) - set(np.unique(sample.truth).tolist()))
    if missing:
        raise Undefined(f"No row has the label '{sample.classes[missing[0]]}', so its curve cannot be drawn.")
    return tuple(range(len(sample.classes)))


def average_precision(groups: ScoreGroups) -> Array:
    """Precision at each distinct score, weighted by the recall gained there."""
    found = np.cumsum(groups.positives, axis=-1)
    flagged = np.cumsum(groups.positives + groups.negatives, axis=-1)
    total = found[..., -1]
    return (groups.positives * _share(found, flagged)).sum(axis=-1) / _some(total, "positive")


def kolmogorov_smirnov(groups: ScoreGroups) -> Array:
    """The largest gap between the two cumulative shares."""
    found = np.cumsum(groups.positives, axis=-1)
    alarms = np.cumsum(groups.negatives, axis=-1)
    positives, negatives = _some(found[..., -1:], "positive"), _some(alarms[..., -1:], "negative")
    return np.maximum(np.max(found / positives - alarms / negatives, axis=-1), 0.0)


def _some(total: Array, label: str) -> Array:
    """The total, which must not be zero; a resample without any becomes not-a-number and is dropped."""
    if np.size(total) == 1 and not np.any(total):
        raise Undefined(f"No row has the {label} label.")
    return np.where(total > 0, total, np.nan)


# One value per row.


def binary_log_loss(sample: ClassificationSample) -> Numbers:
    """Minus the logarithm of the probability given to the true label."""
    scores = sample.binary_scores
    given = np.where(sample.truth == 1, scores, 1 - scores)
    return -np.log(np.clip(given, SMALLEST, 1 - SMALLEST))


def multiclass_log_loss(sample: ClassificationSample) -> Numbers:
    """Minus the logarithm of the probability given to the true label."""
    scores = sample.class_scores
    given = scores[np.arange(sample.n), sample.truth] / scores.sum(axis=1)
    return -np.log(np.clip(given, SMALLEST, 1 - SMALLEST))


def squared_probability_error(sample: ClassificationSample) -> Numbers:
    """The squared distance of the probability from the outcome."""
    return np.square(sample.binary_scores - (sample.truth == 1))


def calibration_gaps(sample: ClassificationSample) -> tuple[Numbers, Array]:
    """Outcome minus probability, and the bin of ten equally wide ones in which the probability lies."""
    scores = sample.binary_scores
    bins = np.minimum((scores * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    return (sample.truth == 1) - scores, bins


def signed_errors(sample: RegressionSample) -> Numbers:
    """Prediction minus target."""
    return sample.errors


def absolute_errors(sample: RegressionSample) -> Numbers:
    """The size of each error."""
    return np.abs(sample.errors)


def squared_errors(sample: RegressionSample) -> Numbers:
    """The square of each error."""
    return np.square(sample.errors)


def relative_errors(sample: RegressionSample) -> Numbers:
    """The size of each error as a share of its target."""
    if zeros := int(np.sum(sample.truth == 0)):
        rows = "1 target is" if zeros == 1 else f"{zeros:,} targets are"
        raise Undefined(f"{rows} zero, and a percentage of zero does not exist.")
    return np.abs(sample.errors / sample.truth)


def absolute_error_quantile(sample: RegressionSample, *, level: float) -> tuple[Numbers, float]:
    """The size of each error, and the quantile asked for."""
    return np.abs(sample.errors), level


def unexplained(sample: RegressionSample) -> tuple[Numbers, Numbers]:
    """Squared errors, and squared distances from the mean target."""
    return np.square(sample.errors), _target_spread(sample)


def unexplained_variance(sample: RegressionSample) -> tuple[Numbers, Numbers]:
    """Squared errors around their mean, and squared distances from the mean target."""
    return np.square(sample.errors - sample.errors.mean()), _target_spread(sample)


def _target_spread(sample: RegressionSample) -> Numbers:
    if np.all(sample.truth == sample.truth[0]):
        raise Undefined("All targets are the same, so there is no variance to explain.")
    spread: Numbers = np.square(sample.truth - sample.truth.mean())
    # Squares of distances below about 1e-154 vanish, and what is left divides to nothing or to infinity.
    if not float(spread.mean()) > np.finfo(float).tiny:
        raise Undefined("The targets are too close together for their variance to be computed.")
    return spread
