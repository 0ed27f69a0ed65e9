"""Writes a project's plan as one plain document: the same plan gives the same text, whoever asks and whenever."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model, Prefetch, QuerySet

from accounts.models import User
from audit.services import stamp
from canvas.exchange import parts
from canvas.exchange.parts import Part
from canvas.models import (
    BlockAcceptance,
    BlockRevision,
    Comment,
    ImpactAssessment,
    ImportedPlan,
    Kpi,
    KpiReading,
    OversightPlan,
    Project,
)

FORMAT = "tenet.plan"
VERSION = 1
PROJECT_COLUMNS = ("name", "purpose", "task", "risk_tier")

# What differs between a plan and its import elsewhere: everything else is equal.
IDENTITY = frozenset({"exported_at", "exported_by", "slug", "name", "started_from", "created_by", "created_at"})
IMPORTED = "imported"

Document = dict[str, Any]  # Any: JSON
Record = dict[str, Any]


def write(project: Project, *, by: User, at: datetime, with_history: bool = False) -> Document:
    """A project's plan as JSON values.

    With history it also holds every earlier revision, corrected readings and removed lines; without, only what holds.
    """
    plans = list(ImportedPlan.objects.filter(project=project).order_by("imported_at", "created_at"))
    kpis = {pk: f"kpi-{place}" for place, pk in enumerate(_all(Kpi, project).values_list("pk", flat=True), start=1)}
    document: Document = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": stamp(at),
        "exported_by": person(by),
        "with_history": with_history,
        "project": {
            **{column: getattr(project, column) for column in PROJECT_COLUMNS},
            "slug": project.slug,
            "started_from": project.started_from,
            "created_by": person(project.created_by),
            "created_at": stamp(project.created_at),
        },
    }
    for part in parts.LIVE:
        origins = _origins(plans, part)
        document[part.key] = [
            _live(part, row, kpis, origins.get(str(row.pk), {})) for row in _rows(part, project, with_history)
        ]
    for part in parts.HISTORY:
        told = [{**row, IMPORTED: True} for plan in plans for row in plan.document.get(part.key, [])]
        document[part.key] = told + [_record(part, row, kpis) for row in _rows(part, project, with_history)]
    document["notes"] = [note for plan in plans for note in plan.document.get("notes", [])]
    return document


def person(user: User | None) -> dict[str, Any] | None:
    """How a document names somebody."""
    return None if user is None else {"username": user.get_username(), "name": user.get_full_name()}


def people_in(document: Document) -> list[dict[str, str]]:
    """Everybody whom the records of a document name as their author or signer, once each, by username."""
    found: dict[str, str] = {}
    for part in parts.PARTS:
        for row in document.get(part.key, []):
            for somebody in _named(part, row):
                found.setdefault(str(somebody["username"]), str(somebody.get("name") or somebody["username"]))
    return [{"username": username, "name": name} for username, name in sorted(found.items())]


def counts(document: Document) -> dict[str, int]:
    """How many records of each part a document holds, empty ones left out."""
    return {part.key: len(rows) for part in parts.PARTS if (rows := document.get(part.key))}


def comparable(document: Document) -> Document:
    """A document without what names this copy of it: two copies of one plan are equal in the rest."""
    plain = {key: _unmarked(value) for key, value in document.items() if key not in IDENTITY and key != "project"}
    return plain | {"project": {key: value for key, value in document["project"].items() if key not in IDENTITY}}


def _unmarked(value: Any) -> Any:  # Any: JSON
    if isinstance(value, dict):
        return {key: _unmarked(item) for key, item in value.items() if key != IMPORTED}
    return [_unmarked(item) for item in value] if isinstance(value, list) else value


def _named(part: Part, row: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for column in (*part.stamps, *part.changed, *part.signatures):
        if part.is_person(column) and row.get(column):
            yield row[column]
    for name, child in part.children:
        for inner in row.get(name, []):
            yield from _named(child, inner)


def _live(part: Part, row: Model, kpis: Mapping[int, str], origin: Mapping[str, Any]) -> Record:
    """A record with what the file it came from says about its making, where nothing here has overtaken that."""
    values = _record(part, row, kpis)
    for column in part.stamps:
        if column in origin:
            values[column] = _marked(origin[column])
    is_as_imported = origin.get("revision") == getattr(row, "revision", None)
    for column in part.changed:
        if is_as_imported and column in origin:
            values[column] = _marked(origin[column])
    for column in part.ends:
        if origin.get(column) and values[column]:
            values[column] = origin[column]
    for column in part.signatures:
        if origin.get(column) and not values[column] and is_as_imported:
            values[column] = _marked(origin[column])
    return values


def _marked(value: Any) -> Any:  # Any: somebody, or a moment
    return {**value, IMPORTED: True} if isinstance(value, dict) else value


def _record(part: Part, row: Model, kpis: Mapping[int, str]) -> Record:
    values: Record = {"id": kpis[row.pk]} if isinstance(row, Kpi) else {}
    if isinstance(row, BlockAcceptance):
        values |= {"block": row.revision.block, "number": row.revision.number}
    for column in part.all_columns:
        values[column] = _value(part, row, column, kpis)
    for name, child in part.children:
        values[name] = [_record(child, inner, kpis) for inner in getattr(row, name).all()]
    return values


def _value(part: Part, row: Model, column: str, kpis: Mapping[int, str]) -> Any:  # Any: JSON
    if part.is_kpi(column):
        return kpis.get(getattr(row, f"{column}_id"))
    value = getattr(row, column)
    if isinstance(value, User):
        return person(value)
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    return _number(value) if isinstance(value, Decimal) else value


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _rows(part: Part, project: Project, with_history: bool) -> Iterable[Model]:
    rows = _all(part.model, project)
    people = [column for column in (*part.stamps, *part.changed, *part.signatures) if part.is_person(column)]
    if not with_history:
        rows = _holding(part, rows, project)
    if part is parts.DECISIONS:
        rows = rows.prefetch_related("signatures__user", "conditions__met_by")
    if part is parts.COMMENTS:
        replies = Comment.objects.select_related("author", "resolved_by").order_by("pk")
        rows = rows.filter(thread=None).prefetch_related(Prefetch("replies", replies))
    if part is parts.ACCEPTANCES:
        people.append("revision")
    return rows.select_related(*people) if people else rows


def _holding(part: Part, rows: QuerySet, project: Project) -> QuerySet:
    if part is parts.REVISIONS:
        return rows.filter(pk__in=BlockRevision.objects.latest_of(project).values("pk"))
    if part is parts.ACCEPTANCES:
        return rows.filter(revision__in=BlockRevision.objects.latest_of(project))
    if part is parts.READINGS:
        return rows.filter(superseded_at=None)
    if issubclass(part.model, ImpactAssessment | OversightPlan):
        return rows.filter(pk__in=rows.order_by("-number").values("pk")[:1])
    return rows.filter(removed_at=None) if "removed_at" in part.ends else rows


def _all(model: type[Model], project: Project) -> QuerySet:
    by = {KpiReading: "kpi__project", BlockAcceptance: "revision__project"}.get(model, "project")
    rows: QuerySet = model._default_manager.filter(**{by: project})
    return rows.order_by("pk")


def _origins(plans: Iterable[ImportedPlan], part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for plan in plans:
        found |= plan.origins.get(part.key, {})
    return found


__all__ = [
    "FORMAT",
    "IDENTITY",
    "IMPORTED",
    "VERSION",
    "Document",
    "comparable",
    "counts",
    "people_in",
    "person",
    "write",
]
