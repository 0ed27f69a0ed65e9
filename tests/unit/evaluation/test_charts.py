"""Charts: drawn without styles, in the colours of the style sheet, with sentences that follow the numbers."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drawing.vega import PALETTES
from evaluation import charts
from evaluation.measures.baselines import Dummy
from evaluation.measures.evaluate import Measurement, measure
from evaluation.measures.samples import Task
from evaluation.measures.verdicts import at_least
from tests.unit.evaluation.measured import binary_sample, multiclass_sample, regression_sample

STYLES = Path(__file__).parents[3] / "static" / "css"


@pytest.fixture(scope="module")
def binary() -> Measurement:
    sample = binary_sample(1, 600)
    sites = pd.DataFrame({"site": np.random.default_rng(0).choice(["<b>north</b>", "south"], 600)})
    return measure(Task.BINARY, sample.truth, None, sample.scores, slices=sites, baselines=[Dummy()], draws=50)


@pytest.fixture(scope="module")
def multiclass() -> Measurement:
    sample = multiclass_sample(1, 300)
    return measure(Task.MULTICLASS, sample.truth, sample.predicted, draws=50)


@pytest.fixture(scope="module")
def regression() -> Measurement:
    sample = regression_sample(1, 600)
    return measure(Task.REGRESSION, sample.truth, sample.predicted, draws=50)


@pytest.fixture(scope="module")
def drawn(binary: Measurement, multiclass: Measurement, regression: Measurement) -> list[charts.Chart]:
    thresholds = {"roc_auc": at_least(0.75)}
    every = charts.charts_for(binary, name="triage 3", thresholds=thresholds)
    return [*every, *charts.charts_for(multiclass), *charts.charts_for(regression)]


def test_each_task_gets_the_charts_it_has_numbers_for(drawn: list[charts.Chart]) -> None:
    assert [chart.name for chart in drawn] == [
        "versus_baselines", "roc", "precision_recall", "calibration", "confusion_matrix", "slices",
        "versus_baselines", "confusion_matrix",
        "versus_baselines", "predicted_vs_actual", "residuals", "residual_histogram",
    ]  # fmt: skip


def test_no_chart_holds_a_style_a_script_or_markup_from_the_data(drawn: list[charts.Chart]) -> None:
    for chart in drawn:
        assert re.search(r"style=|<style|<script|\son\w+=|<b>", chart.svg) is None, chart.name
        assert chart.svg.startswith("<svg")


def test_every_colour_is_one_the_style_sheet_can_change(drawn: list[charts.Chart]) -> None:
    sheet = "".join(path.read_text() for path in STYLES.glob("*.css"))
    for chart in drawn:
        for channel, colour in set(re.findall(r'(fill|stroke)="(#\w+)"', chart.svg)):
            assert f'[{channel}="{colour}"]' in sheet, f"{chart.name}: {channel} {colour}"
        assert set(re.findall(r'(?:fill|stroke)="(\w+)"', chart.svg)) <= {"none", "transparent"}


def test_a_chart_has_sentences_and_a_table_and_survives_storage(drawn: list[charts.Chart]) -> None:
    for chart in drawn:
        assert chart.alt.endswith(".")
        assert chart.caption.endswith(".")
        assert "nan" not in f"{chart.alt} {chart.caption}"
        assert chart.table_rows
        assert all(len(row) == len(chart.table_columns) for row in chart.table_rows)
        assert charts.Chart.from_json(json.loads(json.dumps(chart.as_json(), allow_nan=False))) == chart


def test_dark_and_print_change_colours_and_width_only(drawn: list[charts.Chart]) -> None:
    chart = drawn[1]
    dark = charts.render(chart.spec, "dark")
    assert PALETTES["light"]["c1"] not in dark
    assert PALETTES["dark"]["c1"] in dark
    printed = charts.render_print(chart)
    assert PALETTES["light"]["c1"] in printed
    width = re.search(r'width="(\d+)"', printed)
    assert width is not None
    assert int(width.group(1)) <= charts.PRINT_WIDTH
    assert charts.themed(chart.spec, width="container")["width"] == "container"


def test_a_drawing_is_the_same_each_time(binary: Measurement) -> None:
    assert charts.roc(binary).svg == charts.roc(binary).svg


def test_captions_conclude_from_the_numbers(binary: Measurement) -> None:
    sample = binary_sample(2, 3000)
    honest = binary_sample(3, 3000).binary_scores
    random = np.random.default_rng(1)
    calibrated = measure(Task.BINARY, (random.random(3000) < honest).astype(int), None, honest, draws=50)
    overstated = measure(Task.BINARY, sample.truth, None, np.minimum(sample.binary_scores + 0.3, 1.0), draws=50)
    off = [b for b in calibrated.curves.calibration if not b.low <= b.predicted <= b.high]
    expected = f"{len(off)} of 10" if off else "All 10 groups lie on the diagonal"
    assert charts.calibration(calibrated).caption.startswith(expected)
    assert charts.calibration(overstated).caption.endswith("so the probability is too high there.")
    assert "finds" in charts.roc(binary).caption


def test_two_versions_differ_by_colour_and_dash(binary: Measurement) -> None:
    both = charts.roc(binary, name="v7", other=("v6", binary))
    assert "stroke-dasharray" in both.svg
    assert "v7 finds" in both.caption
    assert "v6 finds" in both.caption
    assert {row[0] for row in both.table_rows} == {"v7", "v6"}


def test_slice_verdicts_show_by_shape_as_well_as_colour(binary: Measurement) -> None:
    certain = charts.slices(binary, "roc_auc", threshold=at_least(0.01))
    hopeless = charts.slices(binary, "roc_auc", threshold=at_least(0.999))
    assert "2 meet the threshold (at least 0.0100), 0 miss it" in certain.caption
    assert "0 meet the threshold (at least 0.999), 2 miss it" in hopeless.caption
    assert PALETTES["light"]["bad"] in hopeless.svg
    assert PALETTES["light"]["bad"] not in certain.svg


def test_many_classes_are_drawn_for_the_most_frequent_ones() -> None:
    truth = np.repeat(np.arange(30), np.arange(30, 0, -1))
    chart = charts.confusion_matrix(measure(Task.MULTICLASS, truth, np.roll(truth, 1), draws=20))
    assert chart.caption.endswith("Drawn are the 20 most frequent of 30 classes.")
    assert len(chart.table_rows) == 400
