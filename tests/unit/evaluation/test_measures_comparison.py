"""Baselines on the same rows, and whether the model is shown to be better than they are."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics as sk
from sklearn.dummy import DummyClassifier, DummyRegressor

from evaluation.measures.baselines import Constant, Dummy, Given, Rule, build
from evaluation.measures.comparison import Standing, compare
from evaluation.measures.inputs import BadInput
from evaluation.measures.metrics import METRICS, Interval, Metric, find, for_task
from evaluation.measures.samples import ClassificationSample, RegressionSample, Sampling, Task
from tests.unit.evaluation.measured import SAMPLES, binary_sample, multiclass_sample, regression_sample

QUICK = Sampling(seed=0, draws=200)


def test_the_dummy_classifier_is_scikit_learns() -> None:
    sample = multiclass_sample(1, 200)
    reference = DummyClassifier(strategy="prior").fit(np.zeros((200, 1)), sample.truth)
    baseline = build(Dummy(), sample)
    assert isinstance(baseline.sample, ClassificationSample)
    assert baseline.sample.predicted.tolist() == reference.predict(np.zeros((200, 1))).tolist()
    assert baseline.sample.class_scores == pytest.approx(reference.predict_proba(np.zeros((200, 1))))
    assert "of these same rows, because no training labels were given" in baseline.note


def test_the_dummy_takes_its_shares_from_the_training_labels_when_they_are_given() -> None:
    sample = binary_sample(1, 50)
    by_labels = build(Dummy(train_labels=["yes", "yes", "yes", "no"]), sample)
    by_shares = build(Dummy(train_shares={"yes": 75, "no": 25}), sample)
    for baseline in (by_labels, by_shares):
        assert isinstance(baseline.sample, ClassificationSample)
        assert set(baseline.sample.binary_scores) == {0.75}
        assert set(baseline.sample.predicted) == {1}
        assert "of the training data" in baseline.note


@pytest.mark.parametrize("constant", list(Constant))
def test_the_dummy_regression_is_scikit_learns(constant: Constant) -> None:
    sample = regression_sample(2, 60)
    train = np.arange(11.0) ** 2
    reference = DummyRegressor(strategy=constant.value).fit(np.zeros((11, 1)), train)
    baseline = build(Dummy(train_labels=train, constant=constant), sample)
    assert set(baseline.sample.predicted) == {reference.predict([[0]])[0]}
    assert baseline.note.startswith(f"Always predicts the {constant.value} of the training targets")
    assert "no training targets were given" in build(Dummy(), sample).note


def test_a_rule_answers_yes_from_its_threshold_on_and_gives_no_probabilities() -> None:
    sample = binary_sample(3, 4)
    ages = pd.Series([18, 40, 41, 90], name="age")
    above, below = build(Rule(ages, 40), sample), build(Rule(ages, 40, at_least=False), sample)
    assert above.name == "the rule age ≥ 40"
    assert above.sample.predicted.tolist() == [0, 1, 1, 1]
    assert below.sample.predicted.tolist() == [1, 1, 0, 0]
    refused = compare(find(Task.BINARY, "brier"), sample, above.sample, name=above.name, sampling=QUICK)
    assert refused.standing is Standing.INCONCLUSIVE
    assert refused.sentence.endswith("Needs probabilities, and a rule answers only yes or no.")


def test_a_baseline_that_does_not_fit_is_refused_with_a_sentence() -> None:
    with pytest.raises(BadInput, match="answers a binary task only"):
        build(Rule([1, 2], 1), regression_sample(1, 2))
    with pytest.raises(BadInput, match="The baseline has no predictions"):
        build(Given(), regression_sample(1, 2))
    with pytest.raises(BadInput, match="Column 'old' has 1 row, and the labels have 2 rows"):
        build(Given(pd.Series([1], name="old")), regression_sample(1, 2))
    with pytest.raises(BadInput, match="share no class"):
        build(Dummy(train_labels=["cat", "dog"]), binary_sample(1, 5))


def test_given_predictions_are_measured_as_they_are() -> None:
    sample = binary_sample(4, 40)
    baseline = build(Given(pd.Series(["yes"] * 40, name="old_system"), name="the old system"), sample)
    assert baseline.note == "Predictions from the column 'old_system'."
    assert set(baseline.sample.predicted) == {1}


def every_metric() -> list[object]:
    return [pytest.param(metric, id=f"{metric.task}-{metric.key}") for metric in METRICS]


@pytest.mark.parametrize("metric", every_metric())
def test_a_model_is_neither_better_nor_worse_than_itself(metric: Metric) -> None:
    sample = SAMPLES[metric.task](1, 300)
    found = compare(metric, sample, sample, name="itself", sampling=QUICK)
    assert found.difference == pytest.approx(0.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 0 <= found.high
    assert found.standing is Standing.INCONCLUSIVE


@pytest.mark.parametrize("metric", every_metric())
def test_better_and_worse_follow_the_direction_of_the_metric(metric: Metric) -> None:
    good = SAMPLES[metric.task](1, 4000)
    random = np.random.default_rng(0)
    if isinstance(good, RegressionSample):
        poor = replace(good, predicted=good.predicted + random.normal(size=good.n) * 20 + 5)
    elif good.task is Task.BINARY:
        scores = np.clip(0.5 + 0.5 * random.normal(size=good.n), 0, 1)
        poor = replace(good, scores=scores, predicted=(scores > 0.7).astype(int))
        if metric.key in {"recall", "false_negative_rate"}:
            poor = replace(poor, predicted=np.zeros(good.n, dtype=int))
    else:
        scores = random.dirichlet([0.5] * 3, good.n)
        poor = replace(good, scores=scores, predicted=scores.argmax(axis=1))
    expected = (Standing.BETTER, Standing.WORSE)
    if metric.higher_is_better is None:
        expected = (Standing.INCONCLUSIVE, Standing.INCONCLUSIVE)
    forwards = compare(metric, good, poor, name="the poor one", sampling=QUICK)
    backwards = compare(metric, poor, good, name="the good one", sampling=QUICK)
    assert (forwards.standing, backwards.standing) == expected
    assert forwards.difference == pytest.approx(-(backwards.difference or 0.0))


def test_the_paired_difference_of_mean_errors_is_the_paired_t_test() -> None:
    model, other = regression_sample(1, 50), regression_sample(1, 50)
    other = replace(other, predicted=other.predicted + np.random.default_rng(5).normal(size=50))
    found = compare(find(Task.REGRESSION, "mae"), model, other, name="other", sampling=QUICK)
    reference = stats.ttest_rel(np.abs(model.errors), np.abs(other.errors)).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))


@pytest.mark.parametrize(
    "metric",
    [
        pytest.param(metric, id=metric.key)
        for metric in for_task(Task.BINARY)
        if metric.interval not in {Interval.GAP, Interval.CALIBRATION} and metric.key != "log_loss"
    ],
)
def test_a_paired_interval_is_as_wide_as_a_bootstrap_of_rows(metric: Metric) -> None:
    model = binary_sample(6, 400)
    scores = np.clip(model.binary_scores + np.random.default_rng(1).normal(size=400) * 0.2, 0, 1)
    other = replace(model, scores=scores, predicted=(scores >= 0.5).astype(int))
    found = compare(metric, model, other, name="other", sampling=Sampling(0, 1000))
    random, differences = np.random.default_rng(9), []
    for _ in range(300):
        rows = random.integers(0, 400, 400)
        differences.append(REFERENCE[metric.key](model.subset(rows)) - REFERENCE[metric.key](other.subset(rows)))
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(np.std(differences), rel=0.2)


REFERENCE = {
    "roc_auc": lambda s: (
        stats.mannwhitneyu(s.scores[s.truth == 1], s.scores[s.truth == 0]).statistic
        / (np.sum(s.truth == 1) * np.sum(s.truth == 0))
    ),
    "average_precision": lambda s: sk.average_precision_score(s.truth, s.scores),
    "accuracy": lambda s: np.mean(s.truth == s.predicted),
    "balanced_accuracy": lambda s: (np.mean(s.predicted[s.truth == 1]) + np.mean(1 - s.predicted[s.truth == 0])) / 2,
    "precision": lambda s: np.mean(s.truth[s.predicted == 1]),
    "recall": lambda s: np.mean(s.predicted[s.truth == 1]),
    "specificity": lambda s: np.mean(1 - s.predicted[s.truth == 0]),
    "false_negative_rate": lambda s: np.mean(1 - s.predicted[s.truth == 1]),
    "false_positive_rate": lambda s: np.mean(s.predicted[s.truth == 0]),
    "f1": lambda s: 2 * np.sum(s.truth * s.predicted) / (np.sum(s.truth) + np.sum(s.predicted)),
    "mcc": lambda s: np.corrcoef(s.truth, s.predicted)[0, 1],
    "brier": lambda s: np.mean((s.truth - s.scores) ** 2),
}


def test_equally_good_models_are_rarely_called_different() -> None:
    called = 0
    for seed in range(100):
        model, noise = binary_sample(seed, 200), np.random.default_rng(seed + 1000)
        # Both see the truth through noise of the same size.
        first, second = (np.clip(model.truth * 0.4 + 0.3 + noise.normal(size=200) * 0.15, 0, 1) for _ in range(2))
        samples = [replace(model, scores=s, predicted=(s >= 0.5).astype(int)) for s in (first, second)]
        for key in ("roc_auc", "accuracy", "brier", "mcc"):
            found = compare(find(Task.BINARY, key), *samples, name="the other", sampling=QUICK)
            called += found.standing is not Standing.INCONCLUSIVE
    assert called <= 40


def test_a_perfect_answer_on_a_handful_of_rows_proves_nothing_and_on_many_it_does() -> None:
    standings = {}
    for rows in (1, 100):
        truth = np.repeat([0, 1], rows)
        scores = np.where(truth == 1, 0.8, 0.2)
        perfect = ClassificationSample(Task.BINARY, ("no", "yes"), truth, truth, scores)
        baseline = build(Dummy(), perfect).sample
        for key in ("roc_auc", "balanced_accuracy"):
            found = compare(find(Task.BINARY, key), perfect, baseline, name="a coin", sampling=QUICK)
            assert found.difference == 0.5
            standings[key, rows] = found.standing
    assert standings["roc_auc", 1] is Standing.INCONCLUSIVE
    assert standings["balanced_accuracy", 1] is Standing.INCONCLUSIVE
    assert standings["roc_auc", 100] is standings["balanced_accuracy", 100] is Standing.BETTER


def test_sentences_say_who_is_better_by_how_much_and_how_sure_that_is() -> None:
    truth = np.repeat([0, 1], 100)
    perfect = ClassificationSample(Task.BINARY, ("no", "yes"), truth, truth)
    found = compare(
        find(Task.BINARY, "accuracy"), perfect, build(Dummy(), perfect).sample, name="a coin", sampling=QUICK
    )
    assert found.sentence.startswith("Accuracy is better: 0.500 higher than a coin (95 % interval of the difference")
    assert found.sentence.endswith("n = 200 rows).")
