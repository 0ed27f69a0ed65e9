"""Every write to a data source."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.models import AuditEntry
from audit.services import record
from canvas.models import Project
from data.models import DataSource

FIELDS = (
    "name",
    "kind",
    "owner",
    "origin",
    "location",
    "collection_period",
    "refresh",
    "volume",
    "licence",
    "personal_data",
    "lawful_basis",
    "known_quality_issues",
    "access_status",
    "retention",
    "freshness_days",
    "last_refreshed_on",
    "cost_amount",
    "cost_currency",
    "cost_period",
)


@dataclass(frozen=True)
class Change:
    """One field that somebody else changed in the meantime."""

    label: str
    was: str
    now: str


class SourceNameTaken(Exception):
    """The project has a source of this name."""


class StaleSource(Exception):
    """Somebody changed the source in the meantime; `latest` and `changes` say how it stands now."""

    def __init__(self, latest: DataSource, changes: list[Change]) -> None:
        self.latest, self.changes = latest, changes
        fields = ", ".join(change.label.lower() for change in changes) or "it"
        super().__init__(
            f"Somebody else changed this source in the meantime ({fields}); it is at revision {latest.revision} now. "
            "Nothing of yours is saved yet: compare, and save again."
        )


@transaction.atomic
def create_source(project: Project, *, by: User, **fields: Any) -> DataSource:  # Any: the columns named in FIELDS
    """Register where data comes from; raises SourceNameTaken."""
    source = DataSource(project=project, created_by=by, **fields)
    _save(source)
    record(Action.SOURCE_CREATED, by=by, on=source, chain=project.chain, after=_values(source))
    return source


@transaction.atomic
def change_source(source: DataSource, *, based_on: int, by: User, **fields: Any) -> DataSource:  # Any: as above
    """Change a source; the journal keeps what it was. The same values again change nothing.

    Raises StaleSource when it was changed since the revision `based_on`, SourceNameTaken.
    """
    source = DataSource.objects.select_for_update().select_related("project").get(pk=source.pk)
    if source.revision != based_on:
        raise StaleSource(source, changes_since(source, based_on))
    before = _values(source)
    changed = {key: value for key, value in fields.items() if getattr(source, key) != value}
    if not changed:
        return source
    for key, value in changed.items():
        setattr(source, key, value)
    source.revision += 1
    source.changed_at = timezone.now()
    _save(source)
    keys = [*changed, "revision"]
    after = _values(source)
    record(
        Action.SOURCE_CHANGED,
        by=by,
        on=source,
        chain=source.project.chain,
        before={key: before[key] for key in keys},
        after={key: after[key] for key in keys},
    )
    return source


def changes_since(source: DataSource, revision: int) -> list[Change]:
    """What others changed after a revision, field by field, as the journal tells it."""
    lines = AuditEntry.objects.filter(
        chain=source.project.chain,
        action=Action.SOURCE_CHANGED,
        object_type=source._meta.label_lower,
        object_id=str(source.pk),
    ).order_by("seq")
    first: dict[str, str] = {}
    for body in map(json.loads, lines.values_list("body", flat=True)):
        if body["after"]["revision"] > revision:
            first = body["before"] | first
    return [
        Change(_label(key), _shown(key, was), _shown(key, getattr(source, key)))
        for key, was in first.items()
        if key in FIELDS and was != _plain(getattr(source, key))
    ]


def _save(source: DataSource) -> None:
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError as error:
        raise SourceNameTaken(f"This project has a source called {source.name}. Choose another name.") from error


def _values(source: DataSource) -> dict[str, Any]:
    return {key: _plain(getattr(source, key)) for key in FIELDS} | {"revision": source.revision}


def _plain(value: Any) -> Any:  # Any: a column's own type, as the journal can keep it
    return str(value) if isinstance(value, date | Decimal) else value


def _label(key: str) -> str:
    return str(DataSource._meta.get_field(key).verbose_name).capitalize()  # type: ignore[union-attr]  # own columns


def _shown(key: str, value: Any) -> str:  # Any: as above
    choices = dict(DataSource._meta.get_field(key).flatchoices)  # type: ignore[union-attr]  # as above
    return "" if value is None else str(choices.get(value, value))
