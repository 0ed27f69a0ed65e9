"""The worked samples against the tables they are filled in from."""

from pathlib import Path

import pytest
import yaml

from canvas.answers import canvas_percent, clean, next_field, summary_lines
from canvas.blocks import BLOCKS
from canvas.go_no_go import suggest
from canvas.models import Kpi
from evaluation.measures.metrics import METRICS

SAMPLES = Path(__file__).parents[3] / "samples"
each_sample = pytest.mark.parametrize("sample", ["breast_mass", "diabetes"])


def loaded(sample, name):
    return yaml.safe_load((SAMPLES / sample / name).read_text(encoding="utf-8"))


def canvas_of(sample):
    raw = loaded(sample, "canvas.yaml")
    return {block.number: clean(block, raw[block.key]) for block in BLOCKS}


@each_sample
def test_a_sample_canvas_answers_every_required_field_of_every_block(sample):
    assert set(loaded(sample, "canvas.yaml")) == {block.key for block in BLOCKS}
    canvas = canvas_of(sample)
    assert next_field(canvas) is None
    assert canvas_percent(canvas) == 100
    assert all(len(summary_lines(block, canvas[block.number])) >= 2 for block in BLOCKS)


@each_sample
def test_a_sample_decides_as_its_disqualifiers_suggest(sample):
    answers = canvas_of(sample)[10]
    suggested = suggest(answers["disqualifiers"], expected=None).outcome
    assert answers["decision"].replace("_", "-") == suggested == "go-with-conditions"


@each_sample
def test_the_business_measures_named_in_block_one_are_measures_of_the_sample(sample):
    names = {kpi["name"] for kpi in loaded(sample, "kpis.yaml") if kpi["kind"] == "business"}
    assert set(canvas_of(sample)[1]["business_kpi_links"]) == names


@each_sample
def test_sample_measures_are_whole_and_tied_to_the_business(sample):
    kpis = loaded(sample, "kpis.yaml")
    fields = {field.name for field in Kpi._meta.get_fields()}
    metrics = {metric.key for metric in METRICS}
    business = {kpi["name"] for kpi in kpis if kpi["kind"] == "business"}
    assert len({kpi["name"] for kpi in kpis}) == len(kpis)
    for kpi in kpis:
        assert set(kpi) <= fields
        assert kpi["direction"] in Kpi.Direction.values
        assert kpi["owner"]
        assert kpi["due_on"].year >= 2027
        assert (kpi["kind"] == "model") == (kpi["metric"] in metrics) == (kpi["parent"] in business)


@each_sample
def test_targets_lie_on_the_good_side_of_their_thresholds(sample):
    for kpi in loaded(sample, "kpis.yaml"):
        target, threshold = kpi["target_value"], kpi["threshold"]
        if kpi["direction"] == "band":
            assert threshold <= target <= kpi["threshold_upper"]
        else:
            assert target >= threshold if kpi["direction"] == "up" else target <= threshold


@each_sample
def test_thresholds_in_block_five_are_those_of_the_measures(sample):
    by_name = {metric.name.partition(" (")[0]: metric.key for metric in METRICS}
    kpis = {kpi["metric"]: kpi["threshold"] for kpi in loaded(sample, "kpis.yaml")}
    for row in canvas_of(sample)[5]["thresholds"]:
        assert kpis[by_name[row["metric"]]] == row["value"], row["metric"]
