"""Features drafted from what a project holds already: the columns of a schema, and the rows of the plan's block 4."""

from collections.abc import Mapping
from typing import Any

from canvas.models import BlockRevision, Project
from data.models import DataSchema, FeatureDefinition, SchemaField

FEATURE_ENGINEERING = 4
Availability = FeatureDefinition.Availability
Draft = dict[str, Any]  # the fields of a feature, as its service takes them

# What the plan calls a type, and what a column of that type holds.
PLANNED_TYPES = {
    "integer": SchemaField.DataType.INTEGER,
    "decimal": SchemaField.DataType.NUMBER,
    "boolean": SchemaField.DataType.BOOLEAN,
    "timestamp": SchemaField.DataType.DATETIME,
}
PLANNED_AVAILABILITY = {"yes": Availability.AVAILABLE, "no": Availability.LATE}


def from_schema(schema: DataSchema, columns: list[str], *, entity: str, owner: str) -> list[Draft]:
    """A feature for each chosen column of a schema, taken as it is."""
    keys = [field.key for field in schema.fields.all() if field.is_key]
    return [
        {
            "name": field.key[:120],
            "description": field.description,
            "entity": entity,
            "entity_key": keys[0][:120] if len(keys) == 1 else "",
            "source_fields": [field.key],
            "transformation": "Taken as it is.",
            "data_type": field.data_type,
            "order": field.order,
            "unit": field.unit,
            "availability": Availability.UNKNOWN,
            "is_sensitive": field.is_sensitive,
            "owner": owner,
        }
        for field in schema.fields.all()
        if field.key in columns
    ]


def planned_rows(project: Project) -> list[Mapping[str, Any]]:
    """The rows of block 4, as the plan holds them."""
    held = BlockRevision.objects.latest_of(project).filter(block=FEATURE_ENGINEERING).values_list("answers", flat=True)
    rows = (held.first() or {}).get("features") or []
    return [row for row in rows if isinstance(row, Mapping) and row.get("name")]


def from_plan(project: Project, names: list[str], *, entity: str, owner: str) -> list[Draft]:
    """A feature for each chosen row of block 4; what the plan says about leaks and proxies becomes a note to check."""
    return [_planned(row, entity=entity, owner=owner) for row in planned_rows(project) if row["name"] in names]


def _planned(row: Mapping[str, Any], *, entity: str, owner: str) -> Draft:
    scale = str(row.get("scale", ""))
    trait = str(row.get("sensitive_or_proxy", ""))
    fields = [part.strip() for part in str(row.get("source_fields", "")).replace(";", ",").split(",")]
    return {
        "name": str(row["name"])[:120],
        "entity": entity,
        "source_fields": [part[:200] for part in fields if part],
        "transformation": str(row.get("transformation") or "Not described in the plan."),
        "data_type": PLANNED_TYPES.get(str(row.get("data_type")), SchemaField.DataType.STRING),
        "order": scale if scale in SchemaField.Order.values else SchemaField.Order.NOMINAL,
        "availability": PLANNED_AVAILABILITY.get(str(row.get("available_at_prediction")), Availability.UNKNOWN),
        "leakage_note": _note(row.get("leakage_check")),
        "proxy_note": "The plan names it a possible proxy." if trait == "proxy" else "",
        "is_sensitive": trait == "sensitive",
        "expert": str(row.get("expert_consulted") or "")[:120],
        "owner": str(row.get("owner") or owner)[:120],
    }


def _note(text: Any) -> str:  # Any: what the plan's cell holds
    return f"According to the plan: {text}"[:300] if text else ""
