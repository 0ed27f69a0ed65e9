"""Frictionless Table Schema: a schema as JSON that frictionless can hold a CSV file to, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from data.column_facts import BOOLEAN, DATE, DATETIME, FALSE, INTEGER, NUMBER, STRING, TRUE
from data.contracts.drafts import ORDERS, PARTS, Imported, Problems, draft, finished, typed, whole_if_whole
from data.contracts.reading import BadDocument, Plain
from data.inference import FieldDraft
from data.tables import NULLS

FORMAT = "Table Schema"
TYPES = (STRING, INTEGER, NUMBER, BOOLEAN, DATE, DATETIME)
_FIELD = {
    "name", "type", "format", "description", "constraints", "order", "unit", "usedAs", "sensitive", "classification",
    "missingValues", "trueValues", "falseValues",
}  # fmt: skip
_CONSTRAINTS = {"required", "unique", "enum", "minimum", "maximum", "pattern"}


def is_table_schema(document: Mapping[str, Plain]) -> bool:
    """Whether a document looks like a table schema, or a data package that holds some."""
    return "fields" in document or "resources" in document


def export(fields: Sequence[FieldDraft], *, extras: Mapping[str, Plain]) -> dict[str, Plain]:
    """The schema as a table schema, with what an import left over put back in its place."""
    kept = extras.get("table_schema", {})
    described = [_field_of(field, kept.get("fields", {}).get(field.key, {})) for field in fields]
    keys = [field.key for field in fields if field.is_key]
    told: dict[str, Plain] = {**kept.get("root", {}), "fields": described, "missingValues": [""]}
    return told | ({"primaryKey": keys} if keys else {})


def read(document: dict[str, Plain], *, table: str = "") -> Imported:
    """The schema a document describes; raises BadDocument naming every problem."""
    problems = Problems()
    name = ""
    if "fields" not in document:
        name, document = _of_package(problems, document, table)
    keys = _keys(problems, document)
    guessed: list[str] = []
    fields, leftovers = [], {}
    for path, told in problems.mappings("fields", document.get("fields")):
        field, rest = _field(problems, path, told, keys=keys, guessed=guessed)
        if field is not None:
            fields.append(field)
            if rest:
                leftovers[field.key] = rest
    named = [held.get("name") for _, held in Problems().mappings("fields", document.get("fields"))]
    for key in keys:
        if key not in named:
            problems.add("primaryKey", f"there is no field “{str(key)[:60]}”.")
    ours = ("fields", "primaryKey", "missingValues")
    kept = {"root": {key: value for key, value in document.items() if key not in ours}, "fields": leftovers}
    name = name or str(document.get("name") or document.get("title") or "")
    return finished(problems, Imported(FORMAT, name[:120], fields, {"table_schema": kept}, guessed))


def _of_package(problems: Problems, document: dict[str, Plain], table: str) -> tuple[str, dict[str, Plain]]:
    resources = [held for _, held in problems.mappings("resources", document.get("resources"))]
    described = [held for held in resources if isinstance(held.get("schema"), dict)]
    if table:
        described = [held for held in described if held.get("name") == table]
    if not described:
        raise BadDocument(["resources: no resource has a schema in it. Schemas at other addresses are not fetched."])
    if len(described) > 1:
        names = ", ".join(f"“{held.get('name', '?')}”" for held in described[:20])
        raise BadDocument([f"resources: {len(described)} of them have a schema. Name the one to import: {names}."])
    return str(described[0].get("name") or ""), described[0]["schema"]


def _keys(problems: Problems, document: dict[str, Plain]) -> list[str]:
    key = document.get("primaryKey")
    if isinstance(key, str):
        return [key]
    if key is not None and not (isinstance(key, list) and all(isinstance(item, str) for item in key)):
        problems.add("primaryKey", "this should be a name or a list of names.")
        return []
    return key or []


def _field(
    problems: Problems, path: str, told: dict[str, Plain], *, keys: Sequence[str], guessed: list[str]
) -> tuple[FieldDraft | None, dict[str, Plain]]:
    before = len(problems.found)
    name = told.get("name")
    if not isinstance(name, str) or not name:
        problems.add(path, "the field has no name.")
        return None, {}
    path = f"{path} “{name[:60]}”"
    kind = told.get("type", STRING)
    if kind not in TYPES:
        problems.add(f"{path}, type", f"“{str(kind)[:40]}” cannot be held in a table. Types are {', '.join(TYPES)}.")
        return None, {}
    limits = problems.mapping(f"{path}, constraints", told.get("constraints"))
    values: dict[str, Any] = {  # Any: as FieldDraft takes them
        "key": name,
        "data_type": kind,
        "order": problems.choice(f"{path}, order", told.get("order"), ORDERS),
        "part": problems.choice(f"{path}, usedAs", told.get("usedAs"), PARTS),
        "is_key": name in keys,
        "is_nullable": not problems.flag(f"{path}, required", limits.get("required")),
        "unit": problems.text(f"{path}, unit", told.get("unit"), "unit"),
        "allowed_values": problems.values(f"{path}, enum", limits.get("enum")),
        "minimum": problems.number(f"{path}, minimum", limits.get("minimum")),
        "maximum": problems.number(f"{path}, maximum", limits.get("maximum")),
        "pattern": problems.text(f"{path}, pattern", limits.get("pattern"), "pattern"),
        "is_sensitive": problems.flag(f"{path}, sensitive", told.get("sensitive")),
        "classification": problems.text(f"{path}, classification", told.get("classification"), "classification"),
        "description": problems.text(f"{path}, description", told.get("description"), "description"),
    }
    if len(problems.found) > before:
        return None, {}
    rest = {key: value for key, value in told.items() if key not in _FIELD}
    if told.get("format") not in (None, "default", "any"):
        rest["format"] = told["format"]
    others = {key: value for key, value in limits.items() if key not in _CONSTRAINTS}
    if limits.get("unique") and name not in keys:
        others["unique"] = True
    if others:
        rest["constraints"] = others
    return draft(values, guessed=guessed), rest


def _field_of(field: FieldDraft, kept: Mapping[str, Plain]) -> dict[str, Plain]:
    told: dict[str, Plain] = {"name": field.key, "type": field.data_type}
    if field.data_type == DATETIME:
        told["format"] = "any"
    if field.data_type == BOOLEAN:
        told |= {"trueValues": list(TRUE), "falseValues": list(FALSE)}
    if field.data_type != STRING:
        told["missingValues"] = list(NULLS)
    if limits := dict(kept.get("constraints", {})) | _limits_of(field):
        told["constraints"] = limits
    told |= {"order": field.order, "usedAs": field.part}
    told |= {name: getattr(field, name) for name in ("unit", "classification", "description") if getattr(field, name)}
    if field.is_sensitive:
        told["sensitive"] = True
    return told | {key: value for key, value in kept.items() if key != "constraints"}


def _limits_of(field: FieldDraft) -> dict[str, Plain]:
    limits: dict[str, Plain] = {
        name: whole_if_whole(bound) for name in ("minimum", "maximum") if (bound := getattr(field, name)) is not None
    }
    if not field.is_nullable:
        limits["required"] = True
    if field.allowed_values:
        limits["enum"] = typed(field.allowed_values, field.data_type)
    if field.pattern:
        limits["pattern"] = field.pattern
    return limits
