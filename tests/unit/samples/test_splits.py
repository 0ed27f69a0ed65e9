"""The split that each sample states in its text is the split it makes."""

from importlib import import_module

import pytest

SIZES = {"breast_mass": (398, 171), "diabetes": (309, 133)}
each_sample = pytest.mark.parametrize("sample", list(SIZES))


@each_sample
def test_every_published_row_is_in_one_part_of_the_split(sample):
    rows = import_module(f"samples.{sample}.train").split()
    training, test = set(rows.training["row"]), set(rows.test["row"])
    assert (len(training), len(test)) == SIZES[sample]
    assert training | test == set(range(1, sum(SIZES[sample]) + 1))


def test_malignant_masses_are_split_like_the_others():
    rows = import_module("samples.breast_mass.train").split()
    assert (rows.test["diagnosis"] == "malignant").sum() == 64
    assert (rows.training["diagnosis"] == "malignant").sum() == 148


def test_the_rule_of_body_mass_index_knows_training_patients_only():
    rows = import_module("samples.diabetes.train").split()
    heavy = rows.training[rows.training["bmi"] >= 28]
    assert set(rows.test.loc[rows.test["bmi"] >= 28, "bmi_rule"]) == {heavy["progression"].median()}


@each_sample
def test_no_rule_or_band_or_row_number_is_among_the_features(sample):
    rows = import_module(f"samples.{sample}.train").split()
    added = {"row", "nucleus_size", "radius_rule", "age_band", "bmi_rule", "diagnosis", "progression"}
    assert not added & set(rows.features)
