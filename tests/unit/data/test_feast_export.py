"""The Feast file is valid Python whatever people typed, and uses Feast's classes as Feast defines them."""

import sys
from dataclasses import dataclass, field
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.feast import feast_file
from data.models import FeatureDefinition

HOSTILE = '"""\nimport os; os.system("x")\n\'\'\' \\ \u202e {oops} \x00'


@dataclass(kw_only=True)
class Entity:
    name: str
    join_keys: list[str]
    value_type: str
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class FileSource:
    path: str
    name: str = ""
    timestamp_field: str = ""
    created_timestamp_column: str = ""


@dataclass(kw_only=True)
class Field:
    name: str
    dtype: str
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class FeatureView:
    name: str
    source: FileSource
    entities: list[Entity]
    schema: list[Field]
    ttl: timedelta
    online: bool = True


@pytest.fixture(autouse=True)
def feast_as_it_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins with the arguments of the real classes: an argument they lack is an error here, too."""
    feast, types = ModuleType("feast"), ModuleType("feast.types")
    for each in (Entity, FileSource, Field, FeatureView):
        setattr(feast, each.__name__, each)
    kinds = ("STRING", "INT64", "DOUBLE", "BOOL", "UNIX_TIMESTAMP")
    feast.ValueType = type("ValueType", (), {kind: kind for kind in kinds})  # type: ignore[attr-defined]
    for kind in ("Bool", "Bytes", "Float32", "Float64", "Int32", "Int64", "String", "UnixTimestamp"):
        setattr(types, kind, kind)
    monkeypatch.setitem(sys.modules, "feast", feast)
    monkeypatch.setitem(sys.modules, "feast.types", types)


def feature(name: str, **said: Any) -> FeatureDefinition:
    plain: dict[str, Any] = {
        "number": 1, "entity": "pump", "entity_key": "pump_id", "source_fields": ["a"], "transformation": "Taken as it is.",
        "data_type": "number", "order": "ratio", "availability": "available", "owner": "Plant",
    }  # fmt: skip
    return FeatureDefinition(name=name, **plain | said)


def read(text: str) -> list[FeatureView]:
    told: dict[str, Any] = {}
    exec(compile(text, "features.py", "exec"), told)
    return [value for value in told.values() if isinstance(value, FeatureView)]


def test_a_view_holds_the_features_of_one_entity_with_their_types() -> None:
    text = feast_file(
        "Pumps", [feature("hours"), feature("site", data_type="string"), feature("seen_on", data_type="date")]
    )
    (view,) = read(text)
    assert [(each.name, each.dtype) for each in view.schema] == [
        ("hours", "Float64"), ("site", "String"), ("seen_on", "UnixTimestamp"),
    ]  # fmt: skip
    assert view.entities[0].join_keys == ["pump_id"]
    assert view.schema[0].tags["owner"] == "Plant"
    assert view.source.timestamp_field == "event_timestamp"


def test_values_of_different_age_and_entity_stand_in_views_of_their_own() -> None:
    listed = [feature("a"), feature("b", max_age_days=7), feature("c", entity="site", entity_key="site_id")]
    views = read(feast_file("Pumps", listed, {"pump_id": "integer"}))
    assert [(view.entities[0].name, view.ttl.days) for view in views] == [("pump", 0), ("pump", 7), ("site", 0)]
    assert views[0].entities[0] is views[1].entities[0]
    assert [view.entities[0].value_type for view in views] == ["INT64", "INT64", "STRING"]


def test_an_age_beyond_what_python_counts_is_its_greatest() -> None:
    (view,) = read(feast_file("Pumps", [feature("a", max_age_days=2_147_483_647)]))
    assert view.ttl.days == 999_999_999


def test_a_feature_that_is_known_too_late_is_not_served_online() -> None:
    (view,) = read(feast_file("Pumps", [feature("outcome", availability="late")]))
    assert not view.online


def test_names_become_identifiers_that_do_not_clash() -> None:
    names = ["hours since", "Hours-since", "class", "pump_id", "123", "日本", "", "event_timestamp", "größe"]
    (view,) = read(feast_file("Pumps", [feature(name) for name in names]))
    made = [each.name for each in view.schema]
    assert all(name.isidentifier() and name.isascii() for name in made)
    assert len({name.casefold() for name in made} | {"pump_id", "event_timestamp"}) == len(names) + 2


def test_text_stays_text() -> None:
    (view,) = read(
        feast_file(HOSTILE, [feature(HOSTILE, description=HOSTILE, owner=HOSTILE, unit=HOSTILE, entity=HOSTILE)])
    )
    assert view.schema[0].description == HOSTILE
    assert view.schema[0].tags["tenet_name"] == HOSTILE
    assert view.entities[0].description == HOSTILE


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(), st.text(min_size=1), st.text()), min_size=1, max_size=6))
def test_any_text_gives_valid_python(said: list[tuple[str, str, str]]) -> None:
    listed = [feature(name, entity=entity, entity_key=key) for name, entity, key in said]
    views = read(feast_file(said[0][0], listed))
    assert sum(len(view.schema) for view in views) == len(listed)
    assert len({view.name.casefold() for view in views}) == len(views)
