"""Texts with numbers in order, axes that runs are crossed on, and figures of any size."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.run_charts.parallel import of_numbers, of_texts
from registry.run_comparison import higher_is_better
from registry.run_table.ordering import natural
from registry.templatetags.run_words import measured


def test_numbers_inside_texts_sort_as_numbers() -> None:
    texts = ["10", "9", "1e-4", "0.01", "layer 12", "layer 2", "-3", "None"]
    assert sorted(texts, key=natural) == ["-3", "1e-4", "0.01", "9", "10", "layer 2", "layer 12", "None"]


@given(st.lists(st.text(max_size=30)))
def test_any_texts_can_be_sorted(texts: list[str]) -> None:
    assert len(sorted(texts, key=natural)) == len(texts)


def test_an_axis_of_texts_has_a_place_for_each_and_none_for_what_is_missing() -> None:
    axis = of_texts("criterion", ["gini", None, "entropy", "gini"])
    assert axis.places == [1.0, None, 0.0, 1.0]
    assert axis.texts == ["gini", "–", "entropy", "gini"]


def test_numbers_written_as_texts_stand_on_an_axis_of_numbers_by_powers_where_they_spread() -> None:
    assert of_texts("depth", ["2", "4", "10"]).places == [0.0, 0.25, 1.0]
    assert of_texts("rate", ["0.001", "0.1", "10"]).places == [0.0, 0.5, 1.0]
    assert of_texts("mixed", ["2", "auto"]).places == [0.0, 1.0]


@given(st.lists(st.none() | st.floats(), min_size=1))
def test_any_numbers_find_their_place_between_nothing_and_one(cells: list[float | None]) -> None:
    places = of_numbers("metric", cells).places
    assert all(place is None or 0 <= place <= 1 for place in places)
    assert [place is None for place in places] == [cell is None or not math.isfinite(cell) for cell in cells]


@pytest.mark.parametrize(
    ("key", "higher"),
    [("val_auc", True), ("accuracy", True), ("val_loss", False), ("rmse", False), ("fit_seconds", False), ("f1", True)],
)
def test_a_metrics_name_suggests_which_way_is_better(key: str, higher: bool) -> None:
    assert higher_is_better(key) is higher
    assert higher_is_better(key, turned=[key]) is not higher


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (math.nan, "not a number"), (0.0, "0"), (0.912346, "0.91235"), (12345.678, "12,346"),
        (-1.5, "−1.5"), (1e-7, "1.0000e−07"), (1.7976931348623157e308, "1.7977e+308"), (300.0, "300"),
    ],
)  # fmt: skip
def test_a_figure_keeps_five_digits_whatever_its_size(value: float | None, text: str) -> None:
    assert measured(value) == text
