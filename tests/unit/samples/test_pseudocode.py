"""Pseudocode is good enough when a reader who follows it, with nothing else, gets the model's own answers."""

import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from samples.pseudocode import pseudocode

FEATURES = ["age", "bmi", "bp", "s1", "s2"]
SCALE = re.compile(r"(\w+) ← \(\1 - (-?[\d.e+-]+)\) / ([\d.e+-]+)")
TERM = re.compile(r"([+-]) ([\d.e+-]+) · (\w+)")


@pytest.fixture
def rows():
    draw = np.random.default_rng(5)
    table = draw.normal(loc=[50, 26, 95, 190, 115], scale=[13, 4, 14, 35, 30], size=(300, 5))
    return table, table @ [0.3, 4.0, 1.0, -0.2, 0.1] + draw.normal(scale=5, size=300)


def followed(text, row, name):
    """What a reader computes for one row by following the lines."""
    values = dict(zip(FEATURES, row, strict=True))
    total = 0.0
    for line in text.splitlines():
        for key, mean, scale in SCALE.findall(line):
            values[key] = (values[key] - float(mean)) / float(scale)
        if start := re.fullmatch(rf"{name} ← (-?[\d.e+-]+)", line):
            total = float(start[1])
        if line.startswith(f"{name} ← {name} "):
            total += sum(
                (1 if sign == "+" else -1) * float(size) * values[key] for sign, size, key in TERM.findall(line)
            )
    return total


def test_following_the_lines_of_a_ridge_regression_gives_its_estimate(rows):
    table, numbers = rows
    model = make_pipeline(StandardScaler(), Ridge()).fit(table, numbers)
    text = pseudocode(model, FEATURES)
    for row, expected in zip(table[:20], model.predict(table[:20]), strict=True):
        assert followed(text, row, "estimate") == pytest.approx(expected, abs=0.1)


def test_following_the_lines_of_a_logistic_regression_gives_its_probability(rows):
    table, numbers = rows
    labels = np.where(numbers > np.median(numbers), "fast", "slow")
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, labels)
    text = pseudocode(model, FEATURES)
    assert "probability of slow ← 1 / (1 + exp(-z))" in text
    for row, expected in zip(table[:20], model.predict_proba(table[:20])[:, 1], strict=True):
        assert 1 / (1 + np.exp(-followed(text, row, "z"))) == pytest.approx(expected, abs=0.005)


def test_a_tree_of_one_question_is_written_with_its_question_and_both_answers(rows):
    table, _ = rows
    labels = np.where(table[:, 1] > 28.5, "heavy", "light")
    lines = pseudocode(DecisionTreeClassifier(max_depth=1).fit(table, labels), FEATURES).splitlines()
    question = re.fullmatch(r"if bmi ≤ ([\d.]+): answer light, probability of light 1\.000", lines[1])
    assert question
    assert float(question[1]) == pytest.approx(28.5, abs=0.3)
    assert lines[2] == "else: answer heavy, probability of light 0.000"


def test_a_step_without_a_writer_is_named(rows):
    class Unheard:
        """A model from elsewhere."""

    assert pseudocode(Unheard(), FEATURES).splitlines()[1] == "apply Unheard"
