"""Intervals against published figures, against definitions written out, and against simulation."""

import numpy as np
import pytest
from scipy import stats

from evaluation.measures import calibration, intervals
from evaluation.measures.estimators import estimate, mean_area
from evaluation.measures.metrics import for_task
from evaluation.measures.samples import ClassificationSample, Sampling, ScoreGroups, Task
from tests.unit.evaluation.measured import SAMPLES, binary_sample


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_figures_newcombe_published(successes: int, trials: int, low: float, high: float) -> None:
    assert intervals.wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_the_area_of_hanley_and_mcneils_ratings_is_the_published_one() -> None:
    # 58 normal and 51 abnormal images in five rating categories (Radiology 143, 1982): area 0.893, error 0.032.
    ratings = ScoreGroups(np.array([5.0, 4, 3, 2, 1]), np.array([33, 11, 2, 2, 3]), np.array([2, 11, 6, 6, 33]))
    area, error = intervals.area_under_curve(ratings)
    assert area == pytest.approx(0.893, abs=5e-4)
    assert error == pytest.approx(0.032, abs=2e-3)


def test_delongs_error_is_that_of_his_definition_over_all_pairs() -> None:
    sample = binary_sample(5, 80)
    scores = np.round(sample.binary_scores, 2)
    positive, negative = scores[sample.truth == 1], scores[sample.truth == 0]
    wins = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    by_definition = wins.mean(axis=1).var(ddof=1) / len(positive) + wins.mean(axis=0).var(ddof=1) / len(negative)
    tied = ClassificationSample(Task.BINARY, ("no", "yes"), sample.truth, sample.predicted, scores)
    area, error = intervals.area_under_curve(tied.ranking)
    assert (area, error**2) == pytest.approx((wins.mean(), by_definition))
    by_rows, contributions = mean_area(tied, (1,))
    assert by_rows == pytest.approx(area)
    assert np.sum(contributions**2) / tied.n**2 == pytest.approx(by_definition)


@pytest.mark.parametrize("rows", [10, 40])
def test_a_perfect_ranking_is_not_claimed_to_be_perfect(rows: int) -> None:
    low, high = intervals.extreme_area(1.0, rows, rows)
    # Wilson's interval of as many successes is the nearest simple thing.
    assert high == 1.0
    assert 0.6 < low < 1.0
    assert intervals.extreme_area(0.0, rows, rows) == pytest.approx((0.0, 1 - low), abs=1e-9)


@pytest.mark.parametrize("rows", [2, 6, 17, 100, 12345])
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_ranks_around_a_quantile_cover_it_in_95_of_100_samples(rows: int, level: float) -> None:
    ranks = intervals.quantile_ranks(rows, level)
    count = stats.binom(rows, level)
    if ranks is None:
        assert rows < intervals.rows_for_quantile(level)
        return
    low, high = ranks
    assert count.cdf(high) - count.cdf(low) >= 0.95
    # One rank less on either side would promise too much there.
    assert count.cdf(low + 1) > 0.025
    assert count.sf(high - 1) > 0.025


def test_students_interval_is_scipys() -> None:
    values = np.random.default_rng(1).exponential(size=30)
    expected = stats.t.interval(0.95, 29, loc=values.mean(), scale=stats.sem(values))
    assert intervals.mean(values) == pytest.approx(expected)


def test_average_precision_of_boyd_is_a_logit_interval_over_positives() -> None:
    low, high = intervals.logit_share(0.5, 100)
    # Half a logit of 0 plus and minus 1.96 / sqrt(25).
    assert (low, high) == pytest.approx((1 / (1 + np.exp(0.391993)), 1 / (1 + np.exp(-0.391993))), abs=1e-6)


def test_a_perfectly_calibrated_model_may_have_an_error_of_zero() -> None:
    random = np.random.default_rng(3)
    scores = random.beta(2, 4, 300)
    gaps = (random.random(300) < scores) - scores, np.minimum((scores * 10).astype(int), 9)
    low, high = calibration.interval(gaps, Sampling())
    assert low == 0.0 < calibration.error(gaps) <= high


@pytest.mark.parametrize("task", list(Task))
def test_intervals_cover_the_truth_about_95_times_in_100(task: Task) -> None:
    simulated, rows = 300, 200
    metrics, sampling = for_task(task), Sampling(seed=0, draws=200)
    population = SAMPLES[task](99, 1_000_000)
    truth = {metric.key: estimate(metric, population, Sampling(0, 2)).value for metric in metrics}
    covered = dict.fromkeys(truth, 0)
    for seed in range(simulated):
        sample = SAMPLES[task](seed, rows)
        for metric in metrics:
            found = estimate(metric, sample, sampling)
            low, high = found.interval or (np.nan, np.nan)
            covered[metric.key] += bool(low <= (truth[metric.key] or 0.0) <= high)
    shares = {key: count / simulated for key, count in covered.items()}
    assert {key: share for key, share in shares.items() if not 0.90 <= share <= 0.99} == {}


def test_the_same_seed_gives_the_same_interval_and_another_seed_nearly_the_same() -> None:
    sample = binary_sample(1, 500)
    mcc = next(metric for metric in for_task(Task.BINARY) if metric.key == "mcc")
    first, again, other = (estimate(mcc, sample, Sampling(seed, 1000)).interval for seed in (7, 7, 8))
    assert first == again
    assert other != first
    assert other == pytest.approx(first, abs=0.02)
