"""Feature definitions as a Feast feature repository: one Python file that `feast apply` reads.

Names are made into identifiers, texts are written as escaped literals, and nothing a person typed becomes code.
Written for the classes of Feast 0.20 and later: Entity, Field, FeatureView and FileSource.
"""

import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from data.models import FeatureDefinition, SchemaField

DataType = SchemaField.DataType
TYPES = {
    DataType.STRING: "String",
    DataType.INTEGER: "Int64",
    DataType.NUMBER: "Float64",
    DataType.BOOLEAN: "Bool",
    DataType.DATE: "UnixTimestamp",
    DataType.DATETIME: "UnixTimestamp",
}
TIMESTAMP = "event_timestamp"
KEY_TYPES = {
    DataType.STRING: "STRING",
    DataType.INTEGER: "INT64",
    DataType.NUMBER: "DOUBLE",
    DataType.BOOLEAN: "BOOL",
    DataType.DATE: "UNIX_TIMESTAMP",
    DataType.DATETIME: "UNIX_TIMESTAMP",
}
# Names of the file's own, and those that Feast keeps for the columns of a source.
TAKEN = frozenset(
    {"entity", "source", "view", "features", "timedelta", "feast", "types", "tags", TIMESTAMP, "created_timestamp"}
    | {"Entity", "FeatureView", "Field", "FileSource", "ValueType", *TYPES.values()}
    | set(keyword.kwlist)
    | set(keyword.softkwlist)
)
LONGEST_NAME = 80


@dataclass(frozen=True)
class _Group:
    """Features of one entity that may be equally old: a view of their own."""

    entity: str
    key: str
    max_age_days: int | None
    features: list[FeatureDefinition]


def feast_file(
    project_name: str, features: Sequence[FeatureDefinition], key_types: Mapping[str, str] | None = None
) -> str:
    """The repository file for these features; valid Python whatever people typed.

    `key_types` is the data type of columns that identify entities, by their name; those unknown are taken as text.
    """
    groups = _groups(features)
    used = sorted({TYPES[DataType(feature.data_type)] for feature in features})
    names = _Names()
    parts = [_head(project_name, used)]
    entities: dict[tuple[str, str], tuple[str, str]] = {}
    for group in groups:
        at = (group.entity.casefold(), group.key)
        if at not in entities:
            entities[at] = variable, key = names.new(group.entity), _key(group)
            parts.append(_entity(variable, key, group.entity, (key_types or {}).get(group.key, "")))
        variable, key = entities[at]
        parts.append(_view(group, variable, key, names))
    return "\n\n".join(parts) + "\n"


def identifier(text: str) -> str:
    """The text if it is a plain name already, else one of small letters, digits and underscores."""
    if text.isascii() and text.isidentifier() and text[0].isalpha() and len(text) <= LONGEST_NAME:
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"_+", "_", re.sub(r"[^0-9a-zA-Z]+", "_", plain)).strip("_").lower()[:LONGEST_NAME].strip("_")
    if not name:
        return "feature"
    return name if name[0].isalpha() else f"f_{name}"


class _Names:
    """Gives every thing a name that no other has."""

    def __init__(self, taken: Iterable[str] = TAKEN) -> None:
        # Feast tells the names of views apart whatever their case.
        self._taken = {name.casefold() for name in taken}

    def new(self, text: str) -> str:
        """An identifier for a text, with a number behind it where another has the same."""
        wanted = identifier(text)
        name, number = wanted, 2
        while name.casefold() in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name.casefold())
        return name


def _groups(features: Sequence[FeatureDefinition]) -> list[_Group]:
    found: dict[tuple[str, str, int | None], _Group] = {}
    for feature in features:
        at = (feature.entity.casefold(), feature.entity_key, feature.max_age_days)
        new = _Group(feature.entity, feature.entity_key, feature.max_age_days, [])
        found.setdefault(at, new).features.append(feature)
    return list(found.values())


def _head(project_name: str, used: Sequence[str]) -> str:
    said = _commented(f"Features of {project_name}, written by Tenet for Feast.")
    return f"""{said}
#
# The definitions are complete, the sources are not: Tenet describes features and does not hold their values.
# Put the path of the file (or another Feast source) that holds each view's values in place of the ones below.
# Every source needs the entity's key, a column for each feature, and the moment from which a value holds.

from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import {", ".join(used)}"""


def _entity(variable: str, key: str, name: str, kind: str) -> str:
    known = kind in DataType.values
    remark = "" if known else "  # no schema says; correct it if the key is a number"
    return f"""{variable} = Entity(
    name={_literal(variable)},
    join_keys=[{_literal(key)}],
    value_type=ValueType.{KEY_TYPES[DataType(kind)] if known else "STRING"},{remark}
    description={_literal(name)},
)"""


def _view(group: _Group, variable: str, key: str, names: _Names) -> str:
    age = "" if group.max_age_days is None else f"_{group.max_age_days}d"
    source, view = names.new(f"{variable}{age}_source"), names.new(f"{variable}{age}_features")
    # A column cannot be both the entity's key and a feature.
    columns = _Names({TIMESTAMP, "created_timestamp", key, *keyword.kwlist})
    fields = "\n".join(_field(feature, columns.new(feature.name)) for feature in group.features)
    ttl = (
        "timedelta(0)"
        if group.max_age_days is None
        else f"timedelta(days={min(group.max_age_days, timedelta.max.days)})"
    )
    remark = "  # no limit to the age of a value" if group.max_age_days is None else ""
    return f"""{source} = FileSource(
    name={_literal(source)},
    path={_literal(f"data/{view}.parquet")},  # to be replaced
    timestamp_field={_literal(TIMESTAMP)},
)

{view} = FeatureView(
    name={_literal(view)},
    entities=[{variable}],
    ttl={ttl},{remark}
    schema=[
{fields}
    ],
    online={any(_is_usable(feature) for feature in group.features)},
    source={source},
)"""


def _field(feature: FeatureDefinition, name: str) -> str:
    tags = {
        "tenet_name": feature.name,
        "tenet_version": str(feature.number),
        "owner": feature.owner,
        "order": feature.order,
        "unit": feature.unit,
        "availability": feature.availability,
        "leakage": feature.leakage,
        "proxy": feature.proxy,
        "sensitive": "yes" if feature.is_sensitive else "no",
        "source_fields": ", ".join(feature.source_fields),
    }
    said = ",\n".join(f"                {_literal(key)}: {_literal(value)}" for key, value in tags.items() if value)
    description = feature.description or feature.transformation
    return f"""        Field(
            name={_literal(name)},
            dtype={TYPES[DataType(feature.data_type)]},
            description={_literal(description)},
            tags={{
{said},
            }},
        ),"""


def _is_usable(feature: FeatureDefinition) -> bool:
    return feature.availability != FeatureDefinition.Availability.LATE


def _key(group: _Group) -> str:
    return identifier(group.key) if group.key else f"{identifier(group.entity)}_id"


def _literal(text: str) -> str:
    # ASCII only: no text can then hide or turn round what stands beside it.
    return ascii(str(text))


def _commented(text: str) -> str:
    return "# " + "".join(sign if " " <= sign <= "~" else "?" for sign in " ".join(text.split()))
