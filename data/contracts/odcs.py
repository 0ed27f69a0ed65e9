"""The Open Data Contract Standard 3: a schema as one table of a contract, and a contract's table as a schema."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from data.checking.patterns import from_search, whole
from data.column_facts import BOOLEAN, DATE, DATETIME, INTEGER, NUMBER, STRING
from data.contracts.drafts import ORDERS, PARTS, Imported, Problems, draft, finished, typed, whole_if_whole
from data.contracts.reading import BadDocument, Plain
from data.inference import FieldDraft

FORMAT = "ODCS"
VERSIONS = ("v3.1.0", "v3.2.0")
_TYPES = {
    STRING: "string",
    INTEGER: "integer",
    NUMBER: "number",
    BOOLEAN: "boolean",
    DATE: "date",
    DATETIME: "timestamp",
}
_OURS = {theirs: ours for ours, theirs in _TYPES.items()}

# What of a contract our own columns hold; everything else is kept as it stands.
_ROOT = {"apiVersion", "kind", "version", "schema"}
_OBJECT = {"properties", "logicalType"}
_PROPERTY = {
    "name", "logicalType", "logicalTypeOptions", "required", "unique", "primaryKey", "primaryKeyPosition",
    "classification", "description", "customProperties", "quality", "enum",
}  # fmt: skip
_OPTIONS = ("minimum", "maximum", "pattern")
_CUSTOM = {"dataOrder": "order", "unit": "unit", "usedAs": "part", "sensitive": "is_sensitive"}
_NOTHING_EMPTY, _LISTED_ONLY, _KEY_ONCE = "no empty cells", "listed values only", "no key twice"


def is_contract(document: Mapping[str, Plain]) -> bool:
    """Whether a document says that it is a data contract."""
    return document.get("kind") == "DataContract" or "apiVersion" in document


def export(
    fields: Sequence[FieldDraft],
    *,
    name: str,
    number: int,
    identifier: str,
    is_draft: bool,
    extras: Mapping[str, Plain],
    version: str = VERSIONS[0],
) -> dict[str, Plain]:
    """A contract that describes one table, with what an import left over put back in its place."""
    kept = extras.get("odcs", {})
    root = {"id": identifier, "name": name, "status": "draft" if is_draft else "active"} | kept.get("root", {})
    table = {"name": name} | kept.get("object", {})
    keys = [field.key for field in fields if field.is_key]
    rules = [*table.pop("quality", []), *([_key_rule(keys)] if keys else [])]
    described = {
        **table,
        "logicalType": "object",
        "properties": [
            _property(field, keys, kept.get("properties", {}).get(field.key, {}), version) for field in fields
        ],
    }
    if rules:
        described["quality"] = rules
    return {
        "apiVersion": version,
        "kind": "DataContract",
        **root,
        "version": f"{number}.0.0",
        "schema": [described],
    }


def as_yaml(contract: dict[str, Plain]) -> str:
    """The contract as YAML, in the order in which it is read best."""
    return yaml.safe_dump(contract, sort_keys=False, allow_unicode=True, width=120)


def read(document: dict[str, Plain], *, table: str = "") -> Imported:
    """The named table of a contract (its only one, if none is named); raises BadDocument naming every problem."""
    version = document.get("apiVersion")
    if document.get("kind") not in (None, "DataContract"):
        raise BadDocument([f"kind: “{str(document['kind'])[:60]}” is not a DataContract."])
    if not isinstance(version, str) or not version.startswith("v3."):
        said = f"“{str(version)[:40]}”" if version else "no version"
        raise BadDocument(
            [f"apiVersion: the contract says {said}; versions 3.0 to 3.2 of the standard are read. Convert it first."]
        )
    problems = Problems()
    at, chosen = _chosen(problems, document, table)
    guessed: list[str] = []
    fields, leftovers = [], {}
    for path, told in problems.mappings(f"{at}.properties", chosen.get("properties")):
        field, rest = _field(problems, path, told, guessed=guessed)
        if field is not None:
            fields.append(field)
            if rest:
                leftovers[field.key] = rest
    kept = {
        "root": {key: value for key, value in document.items() if key not in _ROOT},
        "object": _rest_of_object(chosen),
        "properties": leftovers,
    }
    name = chosen.get("name") or document.get("name") or ""
    imported = Imported(FORMAT, str(name)[:120], fields, {"odcs": kept}, guessed)
    return finished(problems, imported)


def _chosen(problems: Problems, document: dict[str, Plain], table: str) -> tuple[str, dict[str, Plain]]:
    tables = list(problems.mappings("schema", document.get("schema")))
    if problems.found:
        raise BadDocument(problems.found)
    if not tables:
        raise BadDocument(["schema: the contract describes no table."])
    if table:
        tables = [(path, held) for path, held in tables if held.get("name") == table]
        if not tables:
            raise BadDocument([f"schema: the contract describes no table “{table}”."])
    if len(tables) > 1:
        names = ", ".join(f"“{held.get('name', path)}”" for path, held in tables[:20])
        raise BadDocument([f"schema: the contract describes {len(tables)} tables. Name the one to import: {names}."])
    return tables[0]


def _field(
    problems: Problems, path: str, told: dict[str, Plain], *, guessed: list[str]
) -> tuple[FieldDraft | None, dict[str, Plain]]:
    before = len(problems.found)
    name = told.get("name")
    if not isinstance(name, str) or not name:
        problems.add(path, "the property has no name.")
        return None, {}
    path = f"{path} “{name[:60]}”"
    kind = told.get("logicalType", "string")
    if not isinstance(kind, str) or kind not in _OURS:
        problems.add(
            f"{path}, logicalType",
            f"“{str(kind)[:40]}” cannot be held in a table. Types are {', '.join(sorted(_OURS))}.",
        )
        return None, {}
    options = problems.mapping(f"{path}, logicalTypeOptions", told.get("logicalTypeOptions"))
    custom, other_custom = _custom(problems, path, told)
    listed, other_rules = _listed(problems, path, told)
    is_key = problems.flag(f"{path}, primaryKey", told.get("primaryKey"))
    values: dict[str, Any] = {  # Any: as FieldDraft takes them
        "key": name,
        "data_type": _OURS[kind],
        "order": problems.choice(f"{path}, dataOrder", custom.get("order"), ORDERS),
        "part": problems.choice(f"{path}, usedAs", custom.get("part"), PARTS),
        "is_key": is_key,
        "is_nullable": not problems.flag(f"{path}, required", told.get("required")) and not is_key,
        "unit": problems.text(f"{path}, unit", custom.get("unit"), "unit"),
        "allowed_values": listed,
        "minimum": problems.number(f"{path}, minimum", options.get("minimum")),
        "maximum": problems.number(f"{path}, maximum", options.get("maximum")),
        "pattern": from_search(problems.text(f"{path}, pattern", options.get("pattern"), "pattern")),
        "is_sensitive": problems.flag(f"{path}, sensitive", custom.get("is_sensitive")),
        "classification": problems.text(f"{path}, classification", told.get("classification"), "classification"),
        "description": problems.text(f"{path}, description", told.get("description"), "description"),
    }
    if len(problems.found) > before:
        return None, {}
    rest = {key: value for key, value in told.items() if key not in _PROPERTY}
    if other_options := {key: value for key, value in options.items() if key not in _OPTIONS}:
        rest["logicalTypeOptions"] = other_options
    if other_custom:
        rest["customProperties"] = other_custom
    if other_rules:
        rest["quality"] = other_rules
    if told.get("unique") and not is_key:
        rest["unique"] = True
    return draft(values, guessed=guessed), rest


def _custom(problems: Problems, path: str, told: dict[str, Plain]) -> tuple[dict[str, Plain], list[Plain]]:
    ours, others = {}, []
    for _, item in problems.mappings(f"{path}, customProperties", told.get("customProperties")):
        key = item.get("property")
        if isinstance(key, str) and key in _CUSTOM:
            ours[_CUSTOM[key]] = item.get("value")
        else:
            others.append(item)
    return ours, others


def _listed(problems: Problems, path: str, told: dict[str, Plain]) -> tuple[list[str], list[Plain]]:
    """The values that a column may have, from `enum` (3.2) or a library rule (3.1), and the rules that say more."""
    values: list[Plain] = [item.get("value") for _, item in problems.mappings(f"{path}, enum", told.get("enum"))]
    others = []
    for _, rule in problems.mappings(f"{path}, quality", told.get("quality")):
        arguments = rule.get("arguments")
        valid = arguments.get("validValues") if isinstance(arguments, dict) else None
        if rule.get("metric") == "invalidValues" and rule.get("mustBe") == 0 and isinstance(valid, list):
            values = values or valid
        elif not (rule.get("metric") == "nullValues" and rule.get("name") == _NOTHING_EMPTY):
            others.append(rule)
    return problems.values(f"{path}, allowed values", values), others


def _rest_of_object(chosen: dict[str, Plain]) -> dict[str, Plain]:
    rest = {key: value for key, value in chosen.items() if key not in _OBJECT}
    rules = rest.pop("quality", None)
    if isinstance(rules, list):
        others = [rule for rule in rules if not (isinstance(rule, dict) and rule.get("name") == _KEY_ONCE)]
        if others:
            rest["quality"] = others
    return rest


def _property(field: FieldDraft, keys: Sequence[str], kept: Mapping[str, Plain], version: str) -> dict[str, Plain]:
    told: dict[str, Plain] = {"name": field.key, "logicalType": _TYPES[field.data_type]}
    options = dict(kept.get("logicalTypeOptions", {}))
    for name in ("minimum", "maximum"):
        if (bound := getattr(field, name)) is not None:
            options[name] = whole_if_whole(bound)
    if field.pattern:
        options["pattern"] = whole(field.pattern)
    if options:
        told["logicalTypeOptions"] = options
    told["required"] = not field.is_nullable
    if field.is_key:
        told |= {"primaryKey": True, "primaryKeyPosition": keys.index(field.key) + 1}
        told["unique"] = len(keys) == 1
    for name in ("classification", "description"):
        if text := getattr(field, name):
            told[name] = text
    told["customProperties"] = [*_custom_of(field), *kept.get("customProperties", [])]
    rules = [*kept.get("quality", []), *_rules_of(field, version)]
    if rules:
        told["quality"] = rules
    if field.allowed_values and version != VERSIONS[0]:
        told["enum"] = [{"value": value} for value in typed(field.allowed_values, field.data_type)]
    return told | {key: value for key, value in kept.items() if key not in told and key not in ("quality",)}


def _custom_of(field: FieldDraft) -> list[Plain]:
    told: list[tuple[str, Plain]] = [("dataOrder", field.order), ("usedAs", field.part)]
    if field.unit:
        told.append(("unit", field.unit))
    if field.is_sensitive:
        told.append(("sensitive", True))
    return [{"property": name, "value": value} for name, value in told]


def _rules_of(field: FieldDraft, version: str) -> list[Plain]:
    rules: list[Plain] = []
    if not field.is_nullable:
        rules.append({"name": _NOTHING_EMPTY, "type": "library", "metric": "nullValues", "mustBe": 0})
    if field.allowed_values and version == VERSIONS[0]:
        valid = {"validValues": typed(field.allowed_values, field.data_type)}
        rules.append(
            {"name": _LISTED_ONLY, "type": "library", "metric": "invalidValues", "arguments": valid, "mustBe": 0}
        )
    return rules


def _key_rule(keys: Sequence[str]) -> dict[str, Plain]:
    told = {"name": _KEY_ONCE, "type": "library", "metric": "duplicateValues", "mustBe": 0}
    return told | {"arguments": {"properties": list(keys)}}
