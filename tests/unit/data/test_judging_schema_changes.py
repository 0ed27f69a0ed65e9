"""What a change of a schema breaks, and for whom."""

from dataclasses import replace
from typing import Any

import pytest

from data.inference import FieldDraft
from data.schema_diff import compare

AGE = FieldDraft("age", "integer", "ratio", is_nullable=False, unit="years", minimum=0, maximum=120)
GRADE = FieldDraft("grade", "string", "ordinal", allowed_values=["low", "mid", "high"], pattern="[a-z]+")
BREAKING: list[tuple[FieldDraft, dict[str, Any], str]] = [
    (replace(AGE, data_type="number"), {"data_type": "integer"}, "writers"),
    (AGE, {"data_type": "string", "minimum": None, "maximum": None}, "readers and writers"),
    (AGE, {"is_nullable": True}, "readers"),
    (replace(AGE, is_nullable=True), {"is_nullable": False}, "writers"),
    (AGE, {"unit": "months"}, "readers"),
    (AGE, {"order": "interval"}, "readers"),
    (AGE, {"is_key": True}, "readers and writers"),
    (AGE, {"maximum": 100.0}, "writers"),
    (replace(AGE, minimum=None), {"minimum": 0.0}, "writers"),
    (GRADE, {"allowed_values": ["low", "high"]}, "writers"),
    (GRADE, {"allowed_values": ["high", "mid", "low"]}, "readers"),
    (replace(GRADE, allowed_values=[]), {"allowed_values": ["low"]}, "writers"),
    (GRADE, {"pattern": "[a-m]+"}, "writers"),
    (GRADE, {"part": "label"}, "readers and writers"),
]
COMPATIBLE: list[tuple[FieldDraft, dict[str, Any], str]] = [
    (AGE, {"data_type": "number"}, ""),
    (replace(AGE, data_type="date", minimum=None, maximum=None), {"data_type": "datetime"}, ""),
    (replace(AGE, unit=""), {"unit": "years"}, ""),
    (AGE, {"maximum": 130.0}, "readers"),
    (GRADE, {"allowed_values": ["low", "mid", "high", "extreme"]}, "readers"),
    (GRADE, {"allowed_values": []}, "readers"),
    (replace(GRADE, order="nominal"), {"allowed_values": ["mid", "low", "high"]}, ""),
    (GRADE, {"pattern": ""}, "readers"),
    (AGE, {"is_sensitive": True, "classification": "secret"}, ""),
    (AGE, {"description": "At the visit"}, ""),
    (AGE, {"part": "other"}, ""),
]


@pytest.mark.parametrize(("older", "change", "whom"), BREAKING)
def test_what_stops_somebodys_work_is_breaking_and_says_whose(
    older: FieldDraft, change: dict[str, Any], whom: str
) -> None:
    compared = compare([older], [replace(older, **change)])
    assert compared.verdict == "breaking"
    assert {said.rule.whom for said in compared.changes if said.is_breaking} >= {whom}
    assert compared.sentence.startswith("Breaking for ")


@pytest.mark.parametrize(("older", "change", "whom"), COMPATIBLE)
def test_what_stops_nobody_is_compatible_and_says_who_takes_note(
    older: FieldDraft, change: dict[str, Any], whom: str
) -> None:
    compared = compare([older], [replace(older, **change)])
    assert compared.verdict == "compatible"
    assert {said.rule.whom for said in compared.changes} == {whom}


def test_columns_that_come_and_go() -> None:
    assert compare([AGE, GRADE], [AGE]).verdict == "breaking"
    assert compare([AGE], [AGE, GRADE]).verdict == "compatible"
    assert compare([GRADE], [GRADE, AGE]).verdict == "breaking"
    assert compare([AGE], [AGE]).verdict == "unchanged"


def test_breaking_changes_come_first_and_are_counted() -> None:
    compared = compare([AGE, GRADE], [replace(AGE, description="At the visit"), replace(GRADE, order="nominal")])
    assert [change.column for change in compared.heaviest_first] == ["grade", "age"]
    assert compared.sentence == "Breaking for readers: 1 of 2 changes."
