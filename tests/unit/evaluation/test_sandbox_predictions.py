"""Whatever comes back from a model is checked as if a stranger had sent it, which may be so."""

import struct
from typing import Any

import numpy as np
import pytest

from evaluation.sandbox import predictions, refusals
from evaluation.sandbox.errors import ModelFailed, ModelMismatch, SandboxRefused
from evaluation.sandbox.replies import Reply
from evaluation.sandbox.walls import Tier
from registry.formats import ArtifactFormat

HONEST: dict[str, Any] = {
    "rows": 2,
    "labels": ["no", "yes"],
    "classes": 2,
    "score_columns": 2,
    "score_kind": "probability",
    "ignored": [],
    "versions": [],
}
CHOSEN = struct.pack("<2i", 1, 0)
SCORES = struct.pack("<4d", 0.25, 0.75, 0.5, 0.5)


def read(header: dict[str, Any], body: bytes, task: str = "binary") -> predictions.Predictions:
    """Read a reply about two rows."""
    return predictions.read(
        Reply(HONEST | header, body), rows=2, task=task, found=ArtifactFormat.SKOPS, tier=Tier.A, seconds=0.1
    )


def test_an_honest_answer_is_read():
    got = read({}, CHOSEN + SCORES)

    assert got.values.tolist() == ["yes", "no"]
    assert got.scores.tolist() == [[0.25, 0.75], [0.5, 0.5]]
    assert got.classes == ("no", "yes")


def test_an_honest_regression_is_read():
    assert read({}, struct.pack("<2d", 1.5, -2.0), "regression").values.tolist() == [1.5, -2.0]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ({"rows": 3}, CHOSEN + SCORES),
        ({"rows": None}, CHOSEN + SCORES),
        ({}, b""),
        ({}, CHOSEN),
        ({}, CHOSEN + SCORES + b"more"),
        ({}, struct.pack("<2i", 1, 2) + SCORES),
        ({}, struct.pack("<2i", 1, -2) + SCORES),
        ({"labels": None}, CHOSEN + SCORES),
        ({"labels": [["no"], "yes"]}, CHOSEN + SCORES),
        ({"labels": [float("nan"), 1.0]}, CHOSEN + SCORES),
        ({"classes": 3}, CHOSEN + SCORES),
        ({"classes": True}, CHOSEN + SCORES),
        ({"score_columns": -2}, CHOSEN + SCORES),
        ({"score_columns": 1}, CHOSEN + SCORES),
        ({"labels": ["a", "b", "c"], "classes": 3}, CHOSEN + SCORES),
        ({"score_kind": "accuracy"}, CHOSEN + SCORES),
    ],
)
def test_an_answer_of_another_shape_is_refused(header, body):
    with pytest.raises(ModelFailed):
        read(header, body)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_missing_and_infinite_numbers_are_refused_with_their_row(wrong):
    with pytest.raises(ModelFailed, match="infinite for 1 of 2 rows, first in row 2"):
        read({}, struct.pack("<2d", 1.0, wrong), "regression")
    with pytest.raises(ModelFailed, match="infinite for 1 of 2 rows, first in row 1"):
        read({}, CHOSEN + struct.pack("<4d", wrong, 0.75, 0.5, 0.5))


def test_a_missing_class_is_refused_with_its_row():
    with pytest.raises(ModelFailed, match="missing or infinite for 1 of 2 rows, first in row 2"):
        read({}, struct.pack("<2i", 1, -1) + SCORES)


@pytest.mark.parametrize("wrong", [-0.1, 1.1])
def test_a_probability_outside_its_range_is_refused_where_a_decision_score_passes(wrong):
    body = CHOSEN + struct.pack("<4d", wrong, 0.75, 0.5, 0.5)

    assert read({"score_kind": "decision"}, body).scores[0, 0] == wrong
    with pytest.raises(ModelFailed, match="outside 0 and 1"):
        read({}, body)


def test_many_names_are_cut_short_and_control_characters_dropped():
    facts = {"expected": [f"c{number}" for number in range(20)], "lacking": ["a\x1b[31m"], "extra": []}

    reason = refusals.error({"code": "wrong_columns", "facts": facts})

    assert isinstance(reason, ModelMismatch)
    assert "c0, c1, c2, c3, c4, c5, c6, c7 and 12 more; the snapshot lacks a[31m." in str(reason)


@pytest.mark.parametrize("code", sorted(refusals._SENTENCES))
def test_every_refusal_makes_a_sentence_even_without_facts(code):
    sentence = str(refusals.error({"code": code, "facts": "none"}))

    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_refused_types_are_a_refusal():
    assert isinstance(refusals.error({"code": "refused_types", "facts": {"types": ["os.system"]}}), SandboxRefused)
