"""Contracts and table schemas, out and back, judged by their formats' own validators."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from frictionless import Resource, Schema
from open_data_contract_standard.model import OpenDataContractStandard

from data.contracts import odcs, table_schema
from data.contracts.reading import LARGEST, BadDocument, read_document
from tests.factories.schemas import EVERYTHING, EVERYTHING_ROWS


def contract(version: str = "v3.1.0", **extras: Any) -> dict[str, Any]:
    return odcs.export(
        EVERYTHING, name="Visits", number=3, identifier="triage:visits", is_draft=False, extras=extras, version=version
    )


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    # frictionless trusts relative paths only.
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.mark.parametrize("version", odcs.VERSIONS)
def test_a_contract_satisfies_the_standards_own_schema_and_model(version: str) -> None:
    told = contract(version)
    jsonschema.validate(told, json.loads(OpenDataContractStandard.json_schema()))
    model = OpenDataContractStandard.from_string(odcs.as_yaml(told))
    assert (model.apiVersion, model.version, model.status) == (version, "3.0.0", "active")
    assert model.schema_ is not None
    assert model.schema_[0].properties is not None
    key = model.schema_[0].properties[1]
    assert (key.name, key.primaryKey, key.primaryKeyPosition) == ("site", True, 2)


@pytest.mark.parametrize("version", odcs.VERSIONS)
def test_a_contract_comes_back_with_the_same_columns_from_yaml_and_json(version: str) -> None:
    told = contract(version)
    for text in (odcs.as_yaml(told), json.dumps(told)):
        back = odcs.read(read_document(text.encode()))
        assert (back.fields, back.guessed, back.name) == (EVERYTHING, [], "Visits")


def test_what_a_contract_says_besides_columns_is_exported_again_unchanged() -> None:
    told = contract()
    told |= {"team": {"name": "Ward"}, "slaProperties": [{"property": "latency", "value": 4, "unit": "d"}]}
    table = told["schema"][0]
    table["relationships"] = [{"type": "foreignKey", "from": "visits.id", "to": "people.id"}]
    table["quality"].append({"name": "enough", "type": "library", "metric": "rowCount", "mustBeGreaterThan": 10})
    table["properties"][2] |= {"businessName": "Age", "tags": ["core"], "examples": [4]}
    table["properties"][2]["customProperties"].append({"property": "steward", "value": "Ada"})
    table["properties"][2]["logicalTypeOptions"]["multipleOf"] = 1
    back = odcs.read(read_document(odcs.as_yaml(told).encode()))
    again = odcs.export(back.fields, name="Visits", number=4, identifier="other", is_draft=True, extras=back.extras)
    jsonschema.validate(again, json.loads(OpenDataContractStandard.json_schema()))
    assert (again["team"], again["slaProperties"], again["id"]) == (
        told["team"],
        told["slaProperties"],
        "triage:visits",
    )
    assert again["schema"][0]["relationships"] == table["relationships"]
    assert {rule["name"] for rule in again["schema"][0]["quality"]} == {"enough", "no key twice"}
    age = again["schema"][0]["properties"][2]
    assert (age["businessName"], age["tags"], age["examples"]) == ("Age", ["core"], [4])
    assert age["logicalTypeOptions"] == {"multipleOf": 1, "minimum": 0, "maximum": 120}
    assert {"property": "steward", "value": "Ada"} in age["customProperties"]


def test_orders_that_a_contract_does_not_state_are_guessed_and_named() -> None:
    text = """
apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
schema:
- name: customers
  properties:
  - {name: customer_id, logicalType: string, primaryKey: true}
  - {name: opened, logicalType: date, customProperties: [{property: dataOrder, value: interval}]}
"""
    back = odcs.read(read_document(text.encode()))
    assert back.guessed == ["customer_id"]
    assert [(f.order, f.is_nullable, f.part) for f in back.fields] == [
        ("nominal", False, "identifier"),
        ("interval", True, "feature"),
    ]


def test_frictionless_holds_a_csv_to_the_exported_schema(tmp_path: Path) -> None:
    told = table_schema.export(EVERYTHING, extras={})
    schema = Schema.from_descriptor(told)
    (tmp_path / "rows.csv").write_bytes(EVERYTHING_ROWS)
    wrong = EVERYTHING_ROWS + b"1,AB,200,x,none,3,maybe,,\n"
    (tmp_path / "wrong.csv").write_bytes(wrong)
    with inside(tmp_path):
        assert Resource(path="rows.csv", schema=schema).validate().valid
        report = Resource(path="wrong.csv", schema=Schema.from_descriptor(told)).validate()
    found = {(name, kind) for name, kind in report.flatten(["fieldName", "type"])}
    assert found == {
        ("age", "constraint-error"), ("weight", "type-error"), ("grade", "constraint-error"),
        ("room", "constraint-error"), ("smoker", "type-error"), (None, "primary-key"),
    }  # fmt: skip


def test_a_table_schema_comes_back_with_the_same_columns_and_its_own_words() -> None:
    told = table_schema.export(EVERYTHING, extras={})
    told["foreignKeys"] = [{"fields": "id", "reference": {"resource": "", "fields": "id"}}]
    told["fields"][0] |= {"title": "Number", "constraints": {"required": True, "maxLength": 9}}
    back = table_schema.read(read_document(json.dumps(told).encode()))
    assert back.fields == EVERYTHING
    again = table_schema.export(back.fields, extras=back.extras)
    assert (again["foreignKeys"], again["fields"][0]["title"]) == (told["foreignKeys"], "Number")
    assert again["fields"][0]["constraints"]["maxLength"] == 9


def test_the_one_resource_of_a_data_package_is_read() -> None:
    inner = table_schema.export(EVERYTHING, extras={})
    package = {"name": "p", "resources": [{"name": "visits", "path": "x.csv", "schema": inner}, {"name": "other"}]}
    back = table_schema.read(read_document(json.dumps(package).encode()))
    assert (back.name, back.fields) == ("visits", EVERYTHING)
    package["resources"].append({"name": "more", "schema": inner})  # type: ignore[attr-defined]
    with pytest.raises(BadDocument, match="Name the one to import: “visits”, “more”"):
        table_schema.read(read_document(json.dumps(package).encode()))


def test_every_column_of_an_unknown_type_is_named_at_once_with_its_place() -> None:
    told = contract()
    told["schema"][0]["properties"][3]["logicalType"] = "array"
    told["schema"][0]["properties"][5]["logicalType"] = "vector"
    told["schema"][0]["properties"][2]["logicalTypeOptions"]["maximum"] = "old"
    with pytest.raises(BadDocument) as refused:
        odcs.read(read_document(json.dumps(told).encode()))
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "schema[0].properties[2] “age”, maximum",
        "schema[0].properties[3] “weight”, logicalType",
        "schema[0].properties[5] “room”, logicalType",
    ]
    with pytest.raises(BadDocument, match="fields\\[0\\] “x”, type: “geopoint” cannot be held in a table"):
        table_schema.read({"fields": [{"name": "x", "type": "geopoint"}]})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"apiVersion": "v2.2.2"}, "“v2.2.2”; versions 3.0 to 3.2 of the standard are read"),
        ({"apiVersion": None}, "the contract says no version"),
        ({"kind": "Recipe"}, "“Recipe” is not a DataContract"),
        ({"schema": []}, "describes no table"),
        ({"schema": "customers"}, "schema: this should be a list"),
        ({"schema": [{"name": "a"}, {"name": "b"}]}, "describes 2 tables. Name the one to import: “a”, “b”"),
        ({"schema": [{"name": "a", "properties": []}]}, "describes no column"),
        ({"schema": [{"name": "a", "properties": [{"name": "x"}, {"name": "x"}]}]}, "“x” names more than one column"),
        ({"schema": [{"name": "a", "properties": [{"logicalType": "string"}]}]}, "the property has no name"),
        ({"schema": [{"name": "a", "properties": ["x"]}]}, "should be a mapping"),
        (
            {"schema": [{"name": "a", "properties": [{"name": "x", "logicalType": ["string"]}]}]},
            "cannot be held in a table",
        ),
    ],
)
def test_a_contract_that_cannot_be_used_says_where_and_why(change: dict[str, Any], said: str) -> None:
    told = contract() | change
    with pytest.raises(BadDocument) as refused:
        odcs.read(read_document(json.dumps(told).encode()))
    assert said in str(refused.value)


@pytest.mark.parametrize("name", [["x"], {"en": "x"}, 7])
def test_a_field_whose_name_is_no_text_is_named_by_its_place(name: Any) -> None:
    with pytest.raises(BadDocument, match=r"fields\[0\]: the field has no name"):
        table_schema.read({"fields": [{"name": name}]})


BOMB = "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"just words", "no mapping"),
        (b"- a\n- b\n", "no mapping"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"a: [1, 2\nb: 3\n", "cannot be read in line"),
        (BOMB.encode(), "references are not followed"),
        (b"a: 1\na: 2\n", "“a” is there twice"),
        (b'{"a": 1, "a": 2}', "“a” is there twice"),
        (b"!!python/object/apply:os.system [echo]", "cannot be read"),
        (b"a: !!binary aGVsbG8=", "not accepted"),
        (b"a: !!int ''", "not what the tag before it says"),
        (b"a: !!bool maybe", "not what the tag before it says"),
        (b"a: !!timestamp soon", "not what the tag before it says"),
        (b"!!map [1]", "not what the tag before it says"),
        (b"a: .nan", "not a number"),
        (b'{"a": NaN}', "not a number"),
        (b'{"a": "\\u0000"}', "cannot be stored"),
        (b'{"a": "\\ud800"}', "cannot be stored"),
        (b'{"a": 123456789012345678901234567890}', "18 digits"),
        (b"1: x", "used as a name and is none"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "levels deep"),
        (b"[" * 60 + b"]" * 60, "levels deep"),
        (b"a: " + b"[" * 60 + b"]" * 60, "levels deep"),
        (b"x" * (LARGEST + 1), "larger than 5 MiB"),
        (b"[" + b"0," * 450_000 + b"0]", "more than 400,000 values"),
    ],
    ids=lambda value: value[:12].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_a_file_that_is_no_honest_document_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(BadDocument) as refused:
        read_document(content)
    assert said in str(refused.value)


def test_dates_in_yaml_stay_the_text_that_they_are() -> None:
    assert read_document(b"since: 2026-01-02\n") == {"since": "2026-01-02"}


def test_ten_thousand_properties_are_counted_and_refused() -> None:
    told = contract()
    told["schema"][0]["properties"] = [{"name": f"c{n}", "logicalType": "number"} for n in range(10_000)]
    with pytest.raises(BadDocument, match="The schema has 10,000 columns; at most 9,999 are accepted"):
        odcs.read(read_document(yaml.safe_dump(told).encode()))


def test_a_list_of_problems_is_cut_where_nobody_reads_on() -> None:
    told = contract()
    told["schema"][0]["properties"] = [{"name": f"c{n}", "logicalType": "blob"} for n in range(300)]
    with pytest.raises(BadDocument) as refused:
        odcs.read(told)
    assert (len(refused.value.problems), len(refused.value.shown)) == (300, 51)
    assert refused.value.shown[-1] == "250 more problems of this kind are not listed."


def test_a_pattern_of_another_dialect_is_answered() -> None:
    told = table_schema.export([replace(EVERYTHING[1], is_key=False)], extras={})
    told["fields"][0]["constraints"]["pattern"] = "(?<=a)b"
    with pytest.raises(BadDocument, match="Look-around and back-references are not supported"):
        table_schema.read(told)
