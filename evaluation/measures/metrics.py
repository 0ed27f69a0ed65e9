"""The table of metrics: to add one, add a row, and forms, comparison, charts, API and documents follow.

`compute` turns a sample into what the row's `interval` needs (see `estimators`): counts of successes and trials,
one value per row, or a statistic of a confusion matrix or of a ranking. Value and interval both come from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import inf
from typing import Any

import numpy as np

from evaluation.measures import formulas
from evaluation.measures.samples import Task

__all__ = ["METRICS", "Interval", "Metric", "Needs", "Task", "default_primary", "find", "for_task"]


class Needs(StrEnum):
    """What a metric is computed from, besides the labels."""

    PREDICTIONS = "predictions"
    # Scores in any order-preserving unit.
    RANKING = "ranking"
    # Scores that claim to be probabilities.
    PROBABILITIES = "probabilities"


class Interval(StrEnum):
    """How a metric's 95 % interval is made, and so what its `compute` must return."""

    # From a confusion matrix: successes and trials.
    WILSON = "wilson"
    # From a confusion matrix: successes and trials of each class.
    CLASSES = "classes"
    # From a confusion matrix: the statistic itself.
    CONFUSION = "confusion"
    # From scores in groups: the statistic itself, which behaves like a share of the positive rows.
    LOGIT = "logit"
    # From scores in groups: the largest gap between two cumulative shares.
    GAP = "gap"
    # From the sample: one gap and one bin per row.
    CALIBRATION = "calibration"
    # From the sample: the classes whose areas are averaged.
    DELONG = "delong"
    # From the sample: one value per row; the metric is their mean.
    MEAN = "mean"
    # The same for values that cannot be negative, with the interval made on the logarithm.
    LOG_MEAN = "log_mean"
    # From the sample: one numerator and one denominator per row; the metric is one minus their ratio.
    RATIO = "ratio"
    # From the sample: one value per row, and the quantile that is the metric.
    QUANTILE = "quantile"


@dataclass(frozen=True)
class Metric:
    """One way to judge predictions."""

    key: str
    name: str
    task: Task
    # None when neither direction is better: the best value is zero.
    higher_is_better: bool | None
    # Its type depends on `interval`, which no signature can say.
    compute: Callable[..., Any]
    needs: Needs = Needs.PREDICTIONS
    interval: Interval = Interval.CONFUSION
    # What the number is counted in: "" for a plain number, "target" for the unit of the target.
    unit: str = ""
    range: tuple[float, float] = (0.0, 1.0)
    # What the sample size counts.
    counted: str = "rows"
    explanation: str = ""
    # Applied to the value and to both bounds; must never decrease.
    transform: Callable[[Any], Any] | None = None

    @property
    def needs_scores(self) -> bool:
        """Whether predictions alone are not enough."""
        return self.needs is not Needs.PREDICTIONS

    @property
    def direction(self) -> str:
        """Which way is better, in a word or two."""
        if self.higher_is_better is None:
            return "closest to zero"
        return "higher is better" if self.higher_is_better else "lower is better"


_POSITIVES = "rows with the positive label"
_NEGATIVES = "rows with the negative label"

_binary = partial(Metric, task=Task.BINARY)
_multiclass = partial(Metric, task=Task.MULTICLASS)
_regression = partial(Metric, task=Task.REGRESSION, range=(0.0, inf), unit="target")

# A row of this table reads better than one argument per line.
# fmt: off
METRICS: tuple[Metric, ...] = (
    _binary(
        "roc_auc", "ROC AUC", higher_is_better=True, compute=formulas.positive_class,
        needs=Needs.RANKING, interval=Interval.DELONG,
        explanation="How often a random positive row gets a higher score than a random negative one; 0.5 is chance.",
    ),
    _binary(
        "average_precision", "Average precision", higher_is_better=True, compute=formulas.average_precision,
        needs=Needs.RANKING, interval=Interval.LOGIT, counted=_POSITIVES,
        explanation="Precision averaged over all levels of recall; the share of positive rows is chance.",
    ),
    _binary(
        "accuracy", "Accuracy", higher_is_better=True, compute=formulas.correct,
        interval=Interval.WILSON, explanation="The share of rows predicted correctly.",
    ),
    _binary(
        "balanced_accuracy", "Balanced accuracy", higher_is_better=True, compute=formulas.correct_per_class,
        interval=Interval.CLASSES, explanation="The mean of recall and specificity; 0.5 is chance.",
    ),
    _binary(
        "precision", "Precision", higher_is_better=True, compute=formulas.precision,
        interval=Interval.WILSON, counted="rows predicted positive",
        explanation="The share of rows predicted positive that are positive.",
    ),
    _binary(
        "recall", "Recall (sensitivity)", higher_is_better=True, compute=formulas.recall,
        interval=Interval.WILSON, counted=_POSITIVES, explanation="The share of positive rows that are found.",
    ),
    _binary(
        "specificity", "Specificity", higher_is_better=True, compute=formulas.specificity,
        interval=Interval.WILSON, counted=_NEGATIVES,
        explanation="The share of negative rows that are left alone.",
    ),
    _binary(
        "false_negative_rate", "False negative rate", higher_is_better=False,
        compute=formulas.false_negatives, interval=Interval.WILSON, counted=_POSITIVES,
        explanation="The share of positive rows that are missed.",
    ),
    _binary(
        "false_positive_rate", "False positive rate", higher_is_better=False,
        compute=formulas.false_positives, interval=Interval.WILSON, counted=_NEGATIVES,
        explanation="The share of negative rows that are flagged.",
    ),
    _binary(
        "f1", "F1", higher_is_better=True, compute=formulas.overlap, transform=formulas.f1_of_overlap,
        interval=Interval.WILSON, counted="rows that are positive or predicted positive",
        explanation="The harmonic mean of precision and recall.",
    ),
    _binary(
        "mcc", "Matthews correlation", higher_is_better=True, compute=formulas.matthews, range=(-1.0, 1.0),
        explanation="The correlation of labels and predictions; 0 is chance, and 0 by convention when "
        "every prediction is the same.",
    ),
    _binary(
        "log_loss", "Log loss", higher_is_better=False, compute=formulas.binary_log_loss,
        needs=Needs.PROBABILITIES, interval=Interval.MEAN, range=(0.0, inf),
        explanation="The mean surprise at the true label, in nats; confident mistakes cost most.",
    ),
    _binary(
        "brier", "Brier score", higher_is_better=False, compute=formulas.squared_probability_error,
        needs=Needs.PROBABILITIES, interval=Interval.MEAN,
        explanation="The mean squared distance of the probability from the outcome.",
    ),
    _binary(
        "ece", "Expected calibration error", higher_is_better=False, compute=formulas.calibration_gaps,
        needs=Needs.PROBABILITIES, interval=Interval.CALIBRATION,
        explanation="How far predicted probabilities lie from observed shares, on average over ten bins of "
        "equal width. Small samples overstate it.",
    ),
    _binary(
        "ks", "KS statistic", higher_is_better=True, compute=formulas.kolmogorov_smirnov,
        needs=Needs.RANKING, interval=Interval.GAP,
        explanation="The largest gap between recall and false positive rate over all cut-offs.",
    ),
    _multiclass(
        "accuracy", "Accuracy", higher_is_better=True, compute=formulas.correct,
        interval=Interval.WILSON, explanation="The share of rows predicted correctly.",
    ),
    _multiclass(
        "balanced_accuracy", "Balanced accuracy", higher_is_better=True, compute=formulas.correct_per_class,
        interval=Interval.CLASSES, explanation="The mean over classes of the share of rows predicted correctly.",
    ),
    _multiclass(
        "macro_f1", "Macro F1", higher_is_better=True, compute=formulas.macro_f1,
        explanation="F1 of each class, averaged with equal weight.",
    ),
    _multiclass(
        "weighted_f1", "Weighted F1", higher_is_better=True, compute=formulas.weighted_f1,
        explanation="F1 of each class, averaged by the number of rows of the class.",
    ),
    _multiclass(
        "macro_precision", "Macro precision", higher_is_better=True, compute=formulas.macro_precision,
        explanation="Precision of each class, averaged with equal weight; a class never predicted counts as 0.",
    ),
    _multiclass(
        "macro_recall", "Macro recall", higher_is_better=True, compute=formulas.correct_per_class,
        interval=Interval.CLASSES,
        explanation="Recall of each class, averaged with equal weight; the same number as balanced accuracy.",
    ),
    _multiclass(
        "mcc", "Matthews correlation", higher_is_better=True, compute=formulas.matthews, range=(-1.0, 1.0),
        explanation="The correlation of labels and predictions; 0 is chance, and 0 by convention when "
        "every prediction is the same.",
    ),
    _multiclass(
        "cohen_kappa", "Cohen's kappa", higher_is_better=True, compute=formulas.cohen_kappa, range=(-1.0, 1.0),
        explanation="Agreement of labels and predictions beyond what their frequencies alone would give.",
    ),
    _multiclass(
        "log_loss", "Log loss", higher_is_better=False, compute=formulas.multiclass_log_loss,
        needs=Needs.PROBABILITIES, interval=Interval.MEAN, range=(0.0, inf),
        explanation="The mean surprise at the true label, in nats; confident mistakes cost most.",
    ),
    _multiclass(
        "macro_roc_auc", "Macro ROC AUC (one against the rest)", higher_is_better=True,
        compute=formulas.every_class, needs=Needs.RANKING, interval=Interval.DELONG,
        explanation="ROC AUC of each class against all others, averaged with equal weight; 0.5 is chance.",
    ),
    _regression(
        "mae", "Mean absolute error", higher_is_better=False, compute=formulas.absolute_errors,
        interval=Interval.MEAN, explanation="How far predictions are off, on average.",
    ),
    _regression(
        "rmse", "Root mean squared error", higher_is_better=False, compute=formulas.squared_errors,
        interval=Interval.LOG_MEAN, transform=np.sqrt,
        explanation="How far predictions are off, with large errors weighing more.",
    ),
    _regression(
        "r2", "R²", higher_is_better=True, compute=formulas.unexplained, interval=Interval.RATIO,
        unit="", range=(-inf, 1.0),
        explanation="The share of the target's variance that predictions account for; 0 is the mean of these rows.",
    ),
    _regression(
        "median_ae", "Median absolute error", higher_is_better=False,
        compute=partial(formulas.absolute_error_quantile, level=0.5), interval=Interval.QUANTILE,
        explanation="Half of the predictions are off by less.",
    ),
    _regression(
        "p90_ae", "90th percentile of absolute error", higher_is_better=False,
        compute=partial(formulas.absolute_error_quantile, level=0.9), interval=Interval.QUANTILE,
        explanation="Nine predictions of ten are off by less.",
    ),
    _regression(
        "mape", "Mean absolute percentage error", higher_is_better=False, compute=formulas.relative_errors,
        interval=Interval.MEAN, unit="",
        explanation="How far predictions are off as a share of the target, on average; needs targets other than zero.",
    ),
    _regression(
        "mean_error", "Mean error (bias)", higher_is_better=None, compute=formulas.signed_errors,
        interval=Interval.MEAN, range=(-inf, inf),
        explanation="Prediction minus target, on average: above zero, the model says too much.",
    ),
    _regression(
        "explained_variance", "Explained variance", higher_is_better=True, compute=formulas.unexplained_variance,
        interval=Interval.RATIO, unit="", range=(-inf, 1.0),
        explanation="Like R², but forgiving a constant bias.",
    ),
)
# fmt: on

_BY_KEY = {(metric.task, metric.key): metric for metric in METRICS}


def for_task(task: Task) -> tuple[Metric, ...]:
    """The metrics of a task, in the order people read them."""
    return tuple(metric for metric in METRICS if metric.task is task)


def find(task: Task, key: str) -> Metric:
    """The metric of that key; a KeyError for one that does not exist."""
    return _BY_KEY[Task(task), key]


def default_primary(task: Task, *, has_scores: bool) -> tuple[str, ...]:
    """The metrics slices report when nobody chose: those a reader asks for first."""
    if task is Task.BINARY:
        return ("roc_auc", "recall") if has_scores else ("balanced_accuracy", "recall")
    return ("accuracy", "macro_f1") if task is Task.MULTICLASS else ("mae", "mean_error")
