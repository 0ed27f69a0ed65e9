"""Against scipy, or against the definition written out."""

import numpy as np
import pytest
from scipy import stats
from scipy.stats.contingency import association

from data.profiling import associations

DRAW = np.random.default_rng(11)
TABLES = [DRAW.integers(0, 40, (3, 4)).astype(float), DRAW.integers(1, 9, (2, 2)).astype(float), np.eye(3) * 5]


def sums(x: np.ndarray, y: np.ndarray) -> tuple[float, ...]:
    return len(x), x.sum(), y.sum(), np.dot(x, x), np.dot(y, y), np.dot(x, y)


def test_pearson_is_that_of_scipy() -> None:
    x = DRAW.normal(size=500)
    y = 0.3 * x + DRAW.normal(size=500)
    assert associations.pearson(sums(x, y)) == pytest.approx(stats.pearsonr(x, y).statistic)
    assert associations.pearson(sums(np.ones(9), y[:9])) is None


@pytest.mark.parametrize("table", TABLES)
def test_cramers_v_is_that_of_scipy(table: np.ndarray) -> None:
    assert associations.cramers_v(table) == pytest.approx(association(table.astype(int), method="cramer"))


def test_the_correlation_ratio_is_the_square_root_of_r_squared_of_an_analysis_of_variance() -> None:
    groups = [DRAW.normal(at, 1, size) for at, size in ((0, 30), (1, 50), (3, 20))]
    together = np.concatenate(groups)
    f = stats.f_oneway(*groups).statistic
    between, within = len(groups) - 1, len(together) - len(groups)
    expected = np.sqrt(f * between / (f * between + within))
    found = associations.correlation_ratio(
        np.array([len(group) for group in groups], float),
        np.array([group.sum() for group in groups]),
        np.array([np.square(group).sum() for group in groups]),
    )
    assert found == pytest.approx(expected)


def test_the_auc_is_the_share_of_pairs_in_the_right_order_with_ties_as_halves() -> None:
    positive, negative = DRAW.integers(0, 9, 60).astype(float), DRAW.integers(0, 6, 40).astype(float)
    u = stats.mannwhitneyu(positive, negative).statistic
    values = np.concatenate([positive, negative])
    is_positive = np.r_[np.ones(60), np.zeros(40)]
    assert associations.auc(values, is_positive, 1 - is_positive) == pytest.approx(u / 2_400)


@pytest.mark.parametrize("table", TABLES)
def test_the_explained_share_is_mutual_information_over_entropy(table: np.ndarray) -> None:
    joint = table / table.sum()
    rows, columns = joint.sum(1), joint.sum(0)
    information = stats.entropy(rows) + stats.entropy(columns) - stats.entropy(joint.ravel())
    assert associations.uncertainty_explained(table) == pytest.approx(information / stats.entropy(columns))


def test_purity_counts_the_rows_that_the_most_frequent_class_of_each_value_gets_right() -> None:
    assert associations.purity(np.array([[9.0, 1.0], [2.0, 8.0]])) == pytest.approx(0.85)
