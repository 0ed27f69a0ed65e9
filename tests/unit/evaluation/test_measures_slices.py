"""Slices hold every row once, read well, and say when they are too small."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.measures.inputs import BadInput
from evaluation.measures.metrics import find
from evaluation.measures.samples import Sampling, Task
from evaluation.measures.slices import cut, measure_column
from tests.unit.evaluation.measured import binary_sample, regression_sample

MAE = (find(Task.REGRESSION, "mae"),)


def sizes(column: pd.Series) -> dict[str, int]:
    codes, labels, _ = cut(column)
    counts = np.bincount(codes, minlength=len(labels))
    return {label: int(count) for label, count in zip(labels, counts, strict=True) if count}


def test_words_come_by_frequency_with_the_rest_and_the_missing_last() -> None:
    words = ["b"] * 5 + ["a"] * 9 + [f"rare {i}" for i in range(12)] + [None] * 2
    found = sizes(pd.Series(words))
    assert list(found.items())[:2] == [("a", 9), ("b", 5)]
    assert list(found.items())[-2:] == [("other (4 values)", 4), ("(missing)", 2)]


def test_ages_are_cut_into_ranges_that_read_like_ages() -> None:
    assert sizes(pd.Series([*range(21, 61), *range(21, 61)])) == {"21–30": 20, "31–40": 20, "41–50": 20, "51–60": 20}


def test_measurements_are_cut_at_quarters_with_open_ends() -> None:
    found = sizes(pd.Series(np.arange(1, 101) / 10))
    assert found == {"up to 2.5": 25, "over 2.5 to 5": 25, "over 5 to 7.5": 25, "over 7.5": 25}


def test_few_numbers_stay_values_in_their_order_and_one_dominant_value_stays_alone() -> None:
    assert list(sizes(pd.Series([3, 1, 2, 1, np.nan]))) == ["1", "2", "3", "(missing)"]
    assert sizes(pd.Series([0] * 90 + list(range(1, 31)))) == {"0": 90, "1–30": 30}


def test_a_categorical_column_shows_only_the_values_it_has() -> None:
    listed = pd.Series(pd.Categorical(["b", None, "b"], categories=["a", "b", *map(str, range(20))]))
    assert sizes(listed) == {"b": 2, "(missing)": 1}
    assert sizes(pd.Series(pd.Categorical([3, 1, 1]))) == {"1": 2, "3": 1}


def test_slices_that_would_read_alike_are_numbered() -> None:
    long = ["x" * 80 + "a"] * 2 + ["x" * 80 + "b"] + ["(missing)", None]
    shortened = "x" * 59 + "…"
    assert sizes(pd.Series(long)) == {shortened: 2, "(missing)": 1, f"{shortened} (2)": 1, "(missing) (2)": 1}
    close = pd.Series(np.linspace(52.52001, 52.52002, 40))
    assert sorted(sizes(close).values()) == [10, 10, 10, 10]


def test_truth_values_and_dates_are_read_as_people_say_them() -> None:
    assert sizes(pd.Series([True, False, True])) == {"True": 2, "False": 1}
    assert sizes(pd.Series(pd.to_datetime(["2024-01-05", "2025-03-01", "2025-09-01"]))) == {"2025": 2, "2024": 1}
    assert sizes(pd.Series(pd.to_datetime(["2025-01-05", "2025-03-01"]))) == {"2025-01": 1, "2025-03": 1}


@given(
    st.one_of(
        st.lists(st.one_of(st.none(), st.text(max_size=3)), min_size=1, max_size=80),
        st.lists(st.one_of(st.none(), st.integers(-1000, 1000)), min_size=1, max_size=80),
        st.lists(st.floats(allow_infinity=True), min_size=1, max_size=80),
    )
)
@settings(deadline=None)
def test_every_row_is_in_exactly_one_slice(values: list[object]) -> None:
    codes, labels, _ = cut(pd.Series(values))
    assert len(codes) == len(values)
    assert codes.min() >= 0
    assert codes.max() < len(labels)
    assert len(set(labels)) == len(labels)


def test_a_slice_is_measured_like_its_rows_alone_and_says_when_it_is_small() -> None:
    sample = regression_sample(1, 100)
    column = pd.Series(["large"] * 80 + ["small"] * 20, name="size")
    found = measure_column(column, sample, MAE, Sampling())
    large, small = found.results
    assert (found.name, found.kind) == ("size", "values")
    assert large.find("mae").value == pytest.approx(np.abs(sample.errors[:80]).mean())
    assert (large.n, large.share, large.note) == (80, 0.8, "")
    assert small.note == "Too few rows to judge: 20, and at least 30 are wanted."
    assert small.find("mae").n == 20


def test_a_slice_of_one_class_has_a_reason_instead_of_a_number() -> None:
    sample = binary_sample(1, 100)
    column = pd.Series(np.where(sample.truth == 1, "sick", "well"), name="state")
    found = measure_column(column, sample, (find(Task.BINARY, "roc_auc"),), Sampling())
    assert {part.estimates[0].reason for part in found.results} == {
        "No row has the positive label.",
        "No row has the negative label.",
    }


def test_a_slice_column_of_another_length_is_refused() -> None:
    with pytest.raises(BadInput, match="Slice column 'x' has 3 rows, and the labels have 4"):
        measure_column(pd.Series([1, 2, 3], name="x"), regression_sample(1, 4), MAE, Sampling())
