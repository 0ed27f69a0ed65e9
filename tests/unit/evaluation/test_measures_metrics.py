"""Each metric's value against scikit-learn or against arithmetic done by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from evaluation.measures.estimators import estimate
from evaluation.measures.evaluate import measure
from evaluation.measures.metrics import METRICS, Metric, default_primary, find, for_task
from evaluation.measures.samples import ClassificationSample, RegressionSample, Sampling, Task
from tests.unit.evaluation.measured import SAMPLES, binary_sample

QUICK = Sampling(seed=0, draws=50)
Reference = Callable[[Any], float]

REFERENCES: dict[tuple[Task, str], Reference] = {
    (Task.BINARY, "roc_auc"): lambda s: sk.roc_auc_score(s.truth, s.scores),
    (Task.BINARY, "average_precision"): lambda s: sk.average_precision_score(s.truth, s.scores),
    (Task.BINARY, "accuracy"): lambda s: sk.accuracy_score(s.truth, s.predicted),
    (Task.BINARY, "balanced_accuracy"): lambda s: sk.balanced_accuracy_score(s.truth, s.predicted),
    (Task.BINARY, "precision"): lambda s: sk.precision_score(s.truth, s.predicted),
    (Task.BINARY, "recall"): lambda s: sk.recall_score(s.truth, s.predicted),
    (Task.BINARY, "specificity"): lambda s: sk.recall_score(s.truth, s.predicted, pos_label=0),
    (Task.BINARY, "false_negative_rate"): lambda s: 1 - sk.recall_score(s.truth, s.predicted),
    (Task.BINARY, "false_positive_rate"): lambda s: np.mean(s.predicted[s.truth == 0]),
    (Task.BINARY, "f1"): lambda s: sk.f1_score(s.truth, s.predicted),
    (Task.BINARY, "mcc"): lambda s: sk.matthews_corrcoef(s.truth, s.predicted),
    (Task.BINARY, "log_loss"): lambda s: sk.log_loss(s.truth, s.scores),
    (Task.BINARY, "brier"): lambda s: sk.brier_score_loss(s.truth, s.scores),
    (Task.BINARY, "ece"): lambda s: sum(
        abs(np.sum(s.truth[held] - s.scores[held])) / s.n
        for held in (np.minimum(np.floor(s.scores * 10), 9) == b for b in range(10))
    ),
    (Task.BINARY, "ks"): lambda s: (
        stats.ks_2samp(s.scores[s.truth == 0], s.scores[s.truth == 1], alternative="greater").statistic
    ),
    (Task.MULTICLASS, "accuracy"): lambda s: sk.accuracy_score(s.truth, s.predicted),
    (Task.MULTICLASS, "balanced_accuracy"): lambda s: sk.balanced_accuracy_score(s.truth, s.predicted),
    (Task.MULTICLASS, "macro_f1"): lambda s: sk.f1_score(s.truth, s.predicted, average="macro"),
    (Task.MULTICLASS, "weighted_f1"): lambda s: sk.f1_score(s.truth, s.predicted, average="weighted"),
    (Task.MULTICLASS, "macro_precision"): lambda s: sk.precision_score(s.truth, s.predicted, average="macro"),
    (Task.MULTICLASS, "macro_recall"): lambda s: sk.recall_score(s.truth, s.predicted, average="macro"),
    (Task.MULTICLASS, "mcc"): lambda s: sk.matthews_corrcoef(s.truth, s.predicted),
    (Task.MULTICLASS, "cohen_kappa"): lambda s: sk.cohen_kappa_score(s.truth, s.predicted),
    (Task.MULTICLASS, "log_loss"): lambda s: sk.log_loss(s.truth, s.scores),
    (Task.MULTICLASS, "macro_roc_auc"): lambda s: sk.roc_auc_score(
        s.truth, s.scores, multi_class="ovr", average="macro"
    ),
    (Task.REGRESSION, "mae"): lambda s: sk.mean_absolute_error(s.truth, s.predicted),
    (Task.REGRESSION, "rmse"): lambda s: sk.root_mean_squared_error(s.truth, s.predicted),
    (Task.REGRESSION, "r2"): lambda s: sk.r2_score(s.truth, s.predicted),
    (Task.REGRESSION, "median_ae"): lambda s: sk.median_absolute_error(s.truth, s.predicted),
    (Task.REGRESSION, "p90_ae"): lambda s: np.percentile(np.abs(s.truth - s.predicted), 90),
    (Task.REGRESSION, "mape"): lambda s: sk.mean_absolute_percentage_error(s.truth, s.predicted),
    (Task.REGRESSION, "mean_error"): lambda s: np.mean(s.predicted) - np.mean(s.truth),
    (Task.REGRESSION, "explained_variance"): lambda s: sk.explained_variance_score(s.truth, s.predicted),
}


def every_metric() -> list[Any]:
    return [pytest.param(metric, id=f"{metric.task}-{metric.key}") for metric in METRICS]


@pytest.mark.parametrize("metric", every_metric())
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_value_agrees_with_an_independent_computation(metric: Metric, seed: int) -> None:
    sample = SAMPLES[metric.task](seed, 400)
    expected = REFERENCES[metric.task, metric.key](sample)
    assert estimate(metric, sample, QUICK).value == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("key", ["roc_auc", "average_precision", "ks"])
def test_tied_scores_are_counted_as_scikit_learn_counts_them(key: str) -> None:
    fine = binary_sample(4, 500)
    scores = np.round(fine.binary_scores, 1)
    tied = ClassificationSample(Task.BINARY, fine.classes, fine.truth, fine.predicted, scores)
    expected = REFERENCES[Task.BINARY, key](tied)
    assert estimate(find(Task.BINARY, key), tied, QUICK).value == pytest.approx(expected)


def test_the_counts_of_a_small_table_give_the_numbers_worked_out_by_hand() -> None:
    # 3 true positives, 1 missed, 2 false alarms, 4 left alone.
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    predicted = np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])
    sample = ClassificationSample(Task.BINARY, ("no", "yes"), truth, predicted)
    found = {metric.key: estimate(metric, sample, QUICK) for metric in for_task(Task.BINARY)}
    by_hand = {
        "accuracy": (7 / 10, 10),
        "precision": (3 / 5, 5),
        "recall": (3 / 4, 4),
        "specificity": (4 / 6, 6),
        "false_negative_rate": (1 / 4, 4),
        "false_positive_rate": (2 / 6, 6),
        "f1": (2 / 3, 6),
        "balanced_accuracy": ((3 / 4 + 4 / 6) / 2, 10),
        "mcc": ((3 * 4 - 2 * 1) / np.sqrt(5 * 4 * 6 * 5), 10),
    }
    for key, (value, rows) in by_hand.items():
        assert found[key].value == pytest.approx(value), key
        assert found[key].n == rows, key
    assert found["roc_auc"].value is None
    assert found["roc_auc"].reason == "Needs scores, and only predictions were given."


@pytest.mark.parametrize("metric", [pytest.param(m, id=m.key) for m in for_task(Task.BINARY)])
def test_rows_of_one_class_never_give_a_silent_number_that_is_not_one(metric: Metric) -> None:
    ones = np.ones(5, dtype=int)
    sample = ClassificationSample(Task.BINARY, ("no", "yes"), ones, ones, np.full(5, 0.9))
    found = estimate(metric, sample, QUICK)
    if metric.key in {"roc_auc", "ks", "specificity", "false_positive_rate", "balanced_accuracy", "mcc"}:
        assert found.value is None
        assert found.reason.endswith(".")
    else:
        assert np.isfinite(found.value or 0.0)
        assert "nan" not in found.sentence


def test_r2_of_a_constant_target_and_mape_of_a_zero_target_say_why_they_are_missing() -> None:
    constant = RegressionSample(np.zeros(4), np.array([1.0, 2, 3, 4]))
    r2 = estimate(find(Task.REGRESSION, "r2"), constant, QUICK)
    mape = estimate(find(Task.REGRESSION, "mape"), constant, QUICK)
    assert (r2.value, r2.reason) == (None, "All targets are the same, so there is no variance to explain.")
    assert (mape.value, mape.reason) == (None, "4 targets are zero, and a percentage of zero does not exist.")


def test_one_row_has_a_value_and_no_interval() -> None:
    found = estimate(find(Task.REGRESSION, "mae"), RegressionSample(np.array([1.0]), np.array([3.0])), QUICK)
    assert (found.value, found.interval, found.n) == (2.0, None, 1)
    assert found.reason == "One row gives no interval."


def test_errors_too_large_to_square_are_reported_instead_of_printed_as_infinite() -> None:
    sample = RegressionSample(np.array([0.0, 1.0]), np.array([1e300, -1e300]))
    found = estimate(find(Task.REGRESSION, "rmse"), sample, QUICK)
    assert (found.value, found.reason) == (None, "The numbers are too large to be summed.")


@given(
    truth=st.lists(st.integers(0, 1), min_size=2, max_size=60),
    seed=st.integers(0, 1000),
    digits=st.integers(1, 6),
)
@settings(max_examples=40, deadline=None)
def test_values_stay_in_range_inside_their_interval_and_ignore_the_order_of_rows(
    truth: list[int], seed: int, digits: int
) -> None:
    random = np.random.default_rng(seed)
    labels, scores = np.array(truth), np.round(random.random(len(truth)), digits)
    sample = ClassificationSample(Task.BINARY, ("no", "yes"), labels, (scores > 0.5).astype(int), scores)
    shuffled = sample.subset(random.permutation(len(truth)))
    for metric in for_task(Task.BINARY):
        found, again = estimate(metric, sample, QUICK), estimate(metric, shuffled, QUICK)
        assert found.is_defined == again.is_defined
        if found.value is None or found.interval is None:
            assert found.reason
            continue
        low, high = found.interval
        assert metric.range[0] <= low <= found.value <= high <= metric.range[1]
        assert again.value == pytest.approx(found.value)
        assert again.interval == pytest.approx(found.interval, abs=1e-9)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=50))
@settings(max_examples=40, deadline=None)
def test_regression_values_stay_in_range_inside_their_interval(pairs: list[tuple[float, float]]) -> None:
    sample = RegressionSample(*(np.array(column) for column in zip(*pairs, strict=True)))
    for metric in for_task(Task.REGRESSION):
        found = estimate(metric, sample, QUICK)
        if found.value is not None and found.interval is not None:
            assert metric.range[0] <= found.interval[0] <= found.value <= found.interval[1] <= metric.range[1]
        else:
            assert found.reason


def test_every_metric_has_words_and_every_default_exists() -> None:
    keys = [(metric.task, metric.key) for metric in METRICS]
    assert len(keys) == len(set(keys)) == len(REFERENCES)
    assert all(metric.explanation.endswith(".") and metric.name for metric in METRICS)
    for task in Task:
        for has_scores in (True, False):
            assert all(find(task, key) for key in default_primary(task, has_scores=has_scores))


def test_targets_whose_variance_vanishes_have_no_r_squared_and_break_nothing() -> None:
    truth = np.array([0.0, 1e-213])
    found = measure(Task.REGRESSION, truth, np.array([0.0, 0.0]))
    r2 = found.find("r2")
    assert r2.value is None
    assert r2.reason == "The targets are too close together for their variance to be computed."
