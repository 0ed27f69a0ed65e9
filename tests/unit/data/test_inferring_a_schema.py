from pathlib import Path

import pytest

from data.inference import FieldDraft, infer
from data.inspection import inspect


def inferred(folder: Path, columns: dict[str, list[str]], label: str = "") -> dict[str, FieldDraft]:
    path = folder / "table.csv"
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return {draft.key: draft for draft in infer(path, inspect(path, name="table.csv"), label=label)}


def repeated(*values: str) -> list[str]:
    return [values[n % len(values)] for n in range(60)]


@pytest.mark.parametrize(
    ("name", "values", "kind", "order"),
    [
        ("flag", repeated("true", "False"), "boolean", "nominal"),
        ("flag", repeated("0", "1"), "integer", "nominal"),
        ("age", repeated("41", "17", "63"), "integer", "ratio"),
        ("change", repeated("-4", "17", "3"), "integer", "interval"),
        ("year", repeated("2020", "2021", "2022"), "integer", "interval"),
        ("grade", repeated("1", "2", "3"), "integer", "ordinal"),
        ("area_code", repeated("359", "44", "1"), "integer", "nominal"),
        ("postcode", repeated("0100", "9000", "5300"), "string", "nominal"),
        ("weight", repeated("61.5", "8e1", " 72"), "number", "ratio"),
        ("celsius", repeated("36.6", "39.1", "37"), "number", "interval"),
        ("seen", repeated("2024-02-29", "2023-12-01"), "date", "interval"),
        ("seen", repeated("2023-02-29", "2023-12-01"), "string", "nominal"),
        ("seen", repeated("2024-02-29T10:00", "2023-12-01 09:30:01.5"), "datetime", "interval"),
        ("seen", repeated("2024-02-29T10:00:00+02:00", "2023-12-01T09:30:00Z"), "datetime", "interval"),
        ("colour", repeated("red", "green"), "string", "nominal"),
        ("severity", repeated("Severe", "Mild", "Moderate"), "string", "ordinal"),
        ("band", repeated("61+", "18-25", "26-40"), "string", "ordinal"),
        ("house", repeated("Foo0", "Foo1", "Foo2"), "string", "nominal"),
        ("mixed", repeated("1", "2", "three"), "string", "nominal"),
        ("number", repeated("123456789012345678901", "1", "5"), "number", "ratio"),
    ],
)
def test_type_and_order_are_guessed(name: str, values: list[str], kind: str, order: str, tmp_path: Path) -> None:
    draft = inferred(tmp_path, {"other": repeated("a", "b"), name: values})[name]
    assert (draft.data_type, draft.order) == (kind, order)


def test_ordered_words_are_listed_from_least_to_most(tmp_path: Path) -> None:
    drafts = inferred(tmp_path, {"risk": repeated("high", "low", "medium"), "band": repeated("61+", "18-25", "26-40")})
    assert drafts["risk"].allowed_values == ["low", "medium", "high"]
    assert drafts["band"].allowed_values == ["18-25", "26-40", "61+"]


def test_values_that_hardly_repeat_are_no_categories(tmp_path: Path) -> None:
    drafts = inferred(tmp_path, {"a": repeated("x", "y"), "note": [f"note {n}" for n in range(60)]})
    assert drafts["a"].allowed_values == ["x", "y"]
    assert drafts["note"].allowed_values == []


def test_empty_cells_count_by_the_type_of_the_column(tmp_path: Path) -> None:
    drafts = inferred(
        tmp_path,
        {
            "full": repeated("1", "2"),
            "number": repeated("1.5", "NA", "2"),
            "country": repeated("BG", "NA", "DE"),
            "empty": repeated("BG", "", "DE"),
            "nothing": repeated("", ""),
        },
    )
    assert {name: (draft.data_type, draft.is_nullable) for name, draft in drafts.items()} == {
        "full": ("integer", False),
        "number": ("number", True),
        "country": ("string", False),
        "empty": ("string", True),
        "nothing": ("string", True),
    }
    assert drafts["country"].allowed_values == ["BG", "DE", "NA"]


def test_a_key_is_unique_full_and_named_or_placed_like_one(tmp_path: Path) -> None:
    counted = [str(n) for n in range(60)]
    drafts = inferred(
        tmp_path, {"row": counted, "patient_id": counted, "weight": counted, "visit_id": repeated("1", "2")}
    )
    assert {name: draft.is_key for name, draft in drafts.items()} == {
        "row": True,
        "patient_id": True,
        "weight": False,
        "visit_id": False,
    }
    assert drafts["patient_id"].part == "identifier"


def test_the_label_is_the_one_named_or_else_the_likely_one(tmp_path: Path) -> None:
    columns = {"x": repeated("1.5", "2.5"), "target": repeated("0", "1"), "sex": repeated("f", "m")}
    assert {name: draft.part for name, draft in inferred(tmp_path, columns).items()}["target"] == "label"
    named = inferred(tmp_path, columns, label="sex")
    assert {name: draft.part for name, draft in named.items()} == {"x": "feature", "target": "feature", "sex": "label"}
    assert named["sex"].is_sensitive
    assert not named["x"].is_sensitive
