from dataclasses import replace

from data.inference import FieldDraft
from data.schema_diff import changes_between

AGE = FieldDraft(key="age", data_type="integer", order="ratio")
SEX = FieldDraft(key="sex", data_type="string", order="nominal", allowed_values=["f", "m"])


def said(older: list[FieldDraft], newer: list[FieldDraft]) -> list[str]:
    return [str(change) for change in changes_between(older, newer)]


def test_equal_versions_have_no_changes() -> None:
    assert said([AGE, SEX], [AGE, SEX]) == []


def test_every_aspect_that_differs_is_said() -> None:
    older = replace(AGE, unit="years", is_nullable=False)
    assert said([older], [replace(older, unit="", is_nullable=True, data_type="number")]) == [
        "age: type integer → number",
        "age: may be empty no → yes",
        "age: unit years → nothing",
    ]


def test_columns_that_come_and_go_are_said() -> None:
    assert said([AGE], [SEX]) == ["sex: added", "age: removed"]


def test_another_order_of_values_is_a_change() -> None:
    assert said([SEX], [replace(SEX, allowed_values=["m", "f"])]) == ["sex: allowed values f, m → m, f"]
