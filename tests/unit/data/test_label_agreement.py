"""Figures of agreement equal published ones, and those of independent libraries on any table of labels."""

from typing import Any

import krippendorff as independent
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from data.agreement import cohen, counting, fleiss, krippendorff
from data.agreement.measuring import measure
from data.agreement.ratings import INTERVAL, MISSING, NOMINAL, ORDINAL, Figure, Ratings, distances
from data.agreement.words import against_target, reading

# Fleiss (1971), table 1: thirty patients, each diagnosed by six psychiatrists; how often each of five diagnoses came.
DIAGNOSES = np.array(
    [
        [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
        [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
        [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
        [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
        [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
    ]
)  # fmt: skip

# Krippendorff (2011), example C: four observers, twelve units, some not judged (written as 0).
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
)


def ratings(codes: Any, scale: str = NOMINAL, size: int = 0) -> Ratings:
    table = np.asarray(codes, dtype=np.int32)
    size = size or int(table.max()) + 1
    return Ratings(table, tuple(str(n) for n in range(size)), scale, tuple(float(n) for n in range(size)))


def crossed(table: Any, weights: str = cohen.PLAIN) -> Figure:
    counts = np.asarray(table)
    apart = distances(ratings([[0, 0]], ORDINAL, len(counts)))
    return cohen.kappa(counts, apart, weights=weights)


def test_cohen_s_own_example_of_two_clinicians() -> None:
    found = crossed([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert found.value == pytest.approx(0.492, abs=0.0005)
    assert found.n == 200


def test_the_interval_of_a_published_kappa() -> None:
    # Fleiss, Levin and Paik (2003), section 18.1: kappa 0.68 with a standard error of 0.087.
    found = crossed([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    assert found.value == pytest.approx(0.68, abs=0.005)
    assert found.upper is not None
    assert found.lower is not None
    assert (found.upper - found.lower) / 2 / 1.96 == pytest.approx(0.087, abs=0.001)


def test_fleiss_kappa_of_the_psychiatric_diagnoses() -> None:
    assert DIAGNOSES.sum(axis=0).tolist() == [26, 26, 30, 55, 43]
    assert fleiss.of_counts(DIAGNOSES).value == pytest.approx(0.430, abs=0.0005)


def test_the_interval_of_fleiss_kappa_is_as_wide_as_the_jackknife_says() -> None:
    found = fleiss.of_counts(DIAGNOSES)
    rows = len(DIAGNOSES)
    without = [inter_rater.fleiss_kappa(np.delete(DIAGNOSES, row, axis=0)) for row in range(rows)]
    error = np.sqrt((rows - 1) * np.var(without))
    assert found.upper is not None
    assert found.lower is not None
    assert (found.upper - found.lower) / 2 / 2.045 == pytest.approx(error, rel=0.06)


@pytest.mark.parametrize(("scale", "published"), [(NOMINAL, 0.743), (ORDINAL, 0.815), (INTERVAL, 0.849)])
def test_krippendorff_s_example_with_missing_data(scale: str, published: float) -> None:
    found = krippendorff.alpha(ratings(OBSERVERS.T - 1, scale))
    assert found.value == pytest.approx(published, abs=0.0005)
    assert found.n == 11  # one unit was judged by one observer only


def test_alpha_s_interval_is_that_of_resampled_rows() -> None:
    codes = np.random.default_rng(5).integers(0, 3, (80, 3))
    codes[:, 1] = np.where(np.random.default_rng(6).random(80) < 0.8, codes[:, 0], codes[:, 1])
    found = krippendorff.alpha(ratings(codes), seed=1)
    generator = np.random.default_rng(99)
    drawn = [
        independent.alpha(codes[generator.integers(0, 80, 80)].T, level_of_measurement="nominal") for _ in range(400)
    ]
    lower, upper = np.quantile(drawn, (0.025, 0.975))
    assert found.lower == pytest.approx(lower, abs=0.03)
    assert found.upper == pytest.approx(upper, abs=0.03)


def test_a_seed_draws_the_same_interval_again() -> None:
    table = ratings(OBSERVERS.T - 1)
    assert krippendorff.alpha(table, seed=3) == krippendorff.alpha(table, seed=3)
    assert krippendorff.alpha(table, seed=3) != krippendorff.alpha(table, seed=4)


def test_rows_that_hardly_repeat_are_resampled_too() -> None:
    values = np.random.default_rng(2).integers(0, 500, (300, 1)) + np.random.default_rng(3).integers(0, 40, (300, 3))
    found = krippendorff.alpha(ratings(values, INTERVAL, 600), seed=1, draws=200)
    assert found.value == pytest.approx(independent.alpha(values.T, level_of_measurement="interval"))
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < found.value < found.upper  # type: ignore[operator]  # there is a value


tables = st.integers(2, 4).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, size - 1), min_size=3, max_size=3), min_size=4, max_size=25
    )
)  # fmt: skip


@settings(max_examples=60)
@given(tables, st.sampled_from([cohen.PLAIN, cohen.LINEAR, cohen.QUADRATIC]))
def test_kappa_and_its_interval_equal_those_of_other_libraries(rows: list[list[int]], weights: str) -> None:
    codes = np.array(rows, dtype=np.int32)
    size = int(codes.max()) + 1
    # The libraries know no kappa where chance alone explains all agreement.
    assume(size > 1 and len(np.unique(codes[:, 0])) > 1 and len(np.unique(codes[:, 1])) > 1)
    table = cohen.cross_table(codes[:, 0], codes[:, 1], size)
    found = cohen.kappa(table, distances(ratings(codes, ORDINAL, size)), weights=weights)
    scored = cohen_kappa_score(
        codes[:, 0], codes[:, 1], labels=range(size), weights=None if weights == cohen.PLAIN else weights
    )
    assert found.value == pytest.approx(scored)
    kind = {cohen.PLAIN: None, cohen.LINEAR: "linear", cohen.QUADRATIC: "quadratic"}[weights]
    other = inter_rater.cohens_kappa(table, wt=kind)
    assert found.lower == pytest.approx(max(other.kappa_low, -1), abs=1e-6)
    assert found.upper == pytest.approx(min(other.kappa_upp, 1), abs=1e-6)


@settings(max_examples=60)
@given(tables)
def test_fleiss_kappa_equals_that_of_another_library(rows: list[list[int]]) -> None:
    codes = np.array(rows, dtype=np.int32)
    assume(len(np.unique(codes)) > 1)
    counts, _ = inter_rater.aggregate_raters(codes)
    assert fleiss.kappa(ratings(codes)).value == pytest.approx(inter_rater.fleiss_kappa(counts))


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.integers(MISSING, 4), min_size=4, max_size=4), min_size=3, max_size=25),
    st.sampled_from([NOMINAL, ORDINAL, INTERVAL]),
)
def test_alpha_equals_that_of_another_library(rows: list[list[int]], scale: str) -> None:
    codes = np.array(rows, dtype=np.int32)
    paired: NDArray[np.int32] = codes[(codes != MISSING).sum(axis=1) >= 2]
    assume(len(np.unique(paired[paired != MISSING])) > 1)
    values = np.where(codes == MISSING, np.nan, codes.astype(float))
    expected = independent.alpha(values.T, level_of_measurement=scale, value_domain=range(5))
    assert krippendorff.alpha(ratings(codes, scale, 5), draws=20).value == pytest.approx(expected)


def test_labels_that_are_all_the_same_have_no_kappa_and_say_so() -> None:
    same = ratings(np.zeros((6, 3)), size=2)
    results = measure(same, ["a", "b", "c"], seed=1)
    figures = [*results["alpha"], results["fleiss"], *(pair["kappas"][0] for pair in results["pairs"])]
    assert [figure["value"] for figure in figures] == [None] * 5
    assert all("chance alone explains all agreement" in figure["reason"] for figure in figures)
    assert results["percent"] == 1.0
    assert reading(figures[0]).startswith("Not defined.")


def test_rows_with_different_numbers_of_labels_have_no_fleiss_kappa() -> None:
    found = fleiss.kappa(ratings([[0, 1, 0], [0, MISSING, 1]]))
    assert found.value is None
    assert "from 2 to 3" in found.reason


def test_labelers_who_share_no_row_cannot_be_compared() -> None:
    results = measure(ratings([[0, MISSING], [MISSING, 1]]), ["a", "b"], seed=1)
    assert results["alpha"][0]["value"] is None
    assert results["pairs"][0]["rows"] == 0
    assert results["percent"] is None


def test_counts_by_label_and_disputed_rows() -> None:
    table = ratings([[0, 0, 0], [0, 1, 1], [1, 1, MISSING], [MISSING, 1, MISSING]])
    # Label 0 was given 4 times beside two others each: 3 × 2 of 8 chances; label 1 twice in row 2, twice in row 3.
    assert [(label.given, label.share) for label in counting.by_label(table)] == [(4, 6 / 8), (5, 4 / 6)]
    assert counting.disputed_rows(table).tolist() == [1]
    assert counting.unanimous(table) == (2, 3)
    assert counting.percent_agreement(table) == pytest.approx((6 + 2 + 2) / (6 + 6 + 2))


def test_many_numbers_get_alpha_and_no_kappa() -> None:
    values = np.arange(300)[:, None] + np.array([0, 1])
    results = measure(ratings(values, INTERVAL), ["a", "b"], seed=1)
    assert results["alpha"][0]["value"] == pytest.approx(independent.alpha(values.T, level_of_measurement="interval"))
    assert "Read Krippendorff's alpha instead" in results["fleiss"]["reason"]
    assert "Read Krippendorff's alpha instead" in results["pairs"][0]["kappas"][0]["reason"]


@pytest.mark.parametrize(
    ("interval", "verdict", "words"),
    [
        ((0.82, 0.9), "pass", "reaches the target"),
        ((0.7, 0.79), "fail", "below"),
        ((0.7, 0.9), "inconclusive", "inside"),
    ],
)
def test_a_target_is_judged_by_the_whole_interval(interval: tuple[float, float], verdict: str, words: str) -> None:
    figure = {"name": "alpha", "value": 0.81, "lower": interval[0], "upper": interval[1], "reason": ""}
    outcome, sentence = against_target(figure, 0.8)
    assert outcome == verdict
    assert words in sentence
