"""The whole of an evaluation: from columns to numbers that can be stored."""

import json
import subprocess
import sys
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, roc_curve

from evaluation.measures import curves
from evaluation.measures.baselines import Dummy, Rule
from evaluation.measures.evaluate import BadInput, Measurement, measure
from evaluation.measures.samples import Task
from tests.unit.evaluation.measured import binary_sample, multiclass_sample, regression_sample


def binary_table(rows: int = 500) -> pd.DataFrame:
    sample = binary_sample(11, rows)
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "state": np.where(sample.truth == 1, "sick", "well"),
            "p": sample.scores,
            "age": random.integers(20, 80, rows),
            "site": random.choice(["north", "south"], rows),
        }
    )


def measured(table: pd.DataFrame, **options: object) -> Measurement:
    return measure(Task.BINARY, table["state"], None, table["p"], positive_label="sick", draws=50, **options)  # type: ignore[arg-type]  # options are passed through


def test_a_binary_evaluation_holds_everything_a_page_shows_and_can_be_stored() -> None:
    table = binary_table()
    found = measured(
        table, slices=table[["age", "site"]], baselines=[Dummy(), Rule(table["age"], 60)], primary=["recall"]
    )
    stored = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert stored["task"] == "binary_classification"
    assert (stored["positive_label"], stored["threshold"], stored["primary"]) == ("sick", 0.5, ["recall"])
    assert dict(map(tuple, stored["class_counts"])) == table["state"].value_counts().to_dict()
    assert [baseline["name"] for baseline in stored["baselines"]] == ["the most frequent label", "the rule age ≥ 60"]
    assert [column["name"] for column in stored["slices"]] == ["age", "site"]
    assert sum(part["n"] for part in stored["slices"][0]["results"]) == len(table)
    assert {row["metric"] for row in stored["estimates"]} >= {"roc_auc", "brier", "recall"}
    assert np.sum(stored["curves"]["confusion"]) == len(table)


def test_the_cut_off_decides_what_is_predicted_positive() -> None:
    table = binary_table()
    low, high = measured(table, threshold=0.1), measured(table, threshold=0.9)
    assert (low.find("recall").value or 0) > (high.find("recall").value or 0)
    with pytest.raises(BadInput, match=r"The cut-off is 1\.5"):
        measured(table, threshold=1.5)


def test_an_unknown_primary_metric_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(BadInput, match=r"There is no metric 'mae' for this task\. Choose from accuracy"):
        measured(binary_table(), primary=["mae"])


def test_progress_is_told_step_by_step_to_the_end_and_may_stop_the_evaluation() -> None:
    told: list[tuple[str, int, int]] = []
    table = binary_table()
    measured(table, slices=table[["site"]], on_progress=lambda *step: told.append(step))
    assert told == [
        ("Checking the columns", 0, 5),
        ("Measuring", 1, 5),
        ("Comparing with a baseline", 2, 5),
        ("Slicing by site", 3, 5),
        ("Drawing the curves", 4, 5),
        ("Measured", 5, 5),
    ]

    class Cancelled(Exception):
        pass

    def cancel(phase: str, done: int, total: int) -> None:
        if phase == "Measuring":
            raise Cancelled

    with pytest.raises(Cancelled):
        measured(table, on_progress=cancel)


@pytest.mark.parametrize("task", list(Task))
def test_the_order_of_rows_changes_nothing(task: Task) -> None:
    random = np.random.default_rng(3)
    order = random.permutation(300)
    if task is Task.REGRESSION:
        sample = regression_sample(1, 300)
        columns = [sample.truth, sample.predicted, None]
    elif task is Task.BINARY:
        binary = binary_sample(1, 300)
        columns = [binary.truth, None, binary.scores]
    else:
        multiclass = multiclass_sample(1, 300)
        scores = pd.DataFrame(multiclass.class_scores, columns=["0", "1", "2"])
        columns = [multiclass.truth, None, scores]
    shuffled = [column.iloc[order] if isinstance(column, pd.DataFrame) else
                None if column is None else column[order] for column in columns]  # fmt: skip
    first, second = measure(task, *columns, draws=50), measure(task, *shuffled, draws=50)
    for one, other in zip(first.estimates, second.estimates, strict=True):
        assert other.value == pytest.approx(one.value), one.metric
        assert other.interval == pytest.approx(one.interval, rel=1e-6), one.metric


def test_inputs_are_left_as_they_were() -> None:
    table = binary_table(50)
    before = table.copy(deep=True)
    measured(table, slices=table[["age"]])
    pd.testing.assert_frame_equal(table, before)


def test_a_large_evaluation_returns_little_and_keeps_curves_short() -> None:
    table = binary_table(50_000)
    found = measured(table, slices=table[["age", "site"]])
    assert len(json.dumps(found.as_json())) < 60_000
    assert 100 < len(found.curves.roc) <= curves.MOST_POINTS
    assert 100 < len(found.curves.precision_recall) <= curves.MOST_POINTS
    assert len(found.curves.calibration) == 10


def test_memory_grows_with_the_rows_and_not_with_rows_times_draws() -> None:
    sample = binary_sample(1, 100_000)
    tracemalloc.start()
    measure(Task.BINARY, sample.truth, None, sample.scores, draws=300)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Row by row, 300 resamples of as many numbers would take 240 MB.
    assert peak < 120_000_000


def test_the_arithmetic_never_imports_django() -> None:
    check = "import sys, evaluation.measures.evaluate; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_the_thinned_roc_curve_encloses_the_area_of_the_full_one() -> None:
    sample = binary_sample(5, 20_000)
    false_rate, true_rate, _ = roc_curve(sample.truth, sample.scores)
    thin = curves.roc(sample.ranking)
    assert (thin[0], thin[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert auc(*zip(*thin, strict=True)) == pytest.approx(auc(false_rate, true_rate), abs=1e-3)


def test_calibration_by_tenths_is_scikit_learns() -> None:
    sample = binary_sample(5, 1000)
    observed, predicted = calibration_curve(sample.truth, sample.scores, n_bins=10, strategy="quantile")
    bins = curves.calibration(sample.ranking)
    assert [b.n for b in bins] == [100] * 10
    assert [b.predicted for b in bins] == pytest.approx(predicted, abs=5e-3)
    assert [b.observed for b in bins] == pytest.approx(observed, abs=0.02)
    assert all(b.low <= b.observed <= b.high for b in bins)


def test_regression_curves_hold_every_row_or_a_fixed_sample_of_them() -> None:
    sample = regression_sample(1, 2000)
    found = curves.curves_of(sample, seed=4)
    assert sum(b.n for b in found.residuals) == sum(bar.n for bar in found.residual_histogram) == 2000
    assert len(found.actual) == curves.MOST_MARKS
    assert found.actual == curves.curves_of(sample, seed=4).actual
    assert set(found.actual) <= set(zip(sample.truth.tolist(), sample.predicted.tolist(), strict=True))
