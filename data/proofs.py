"""The records of this room that can prove what the canvas says: sources, snapshots, schemas, methods and features."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max, Model, OuterRef, QuerySet, Subquery
from django.utils import timezone

from canvas import evidence
from canvas.evidence import CHOICES, Proof, fingerprint, numbered, page_of
from canvas.models import Project
from data.models import DataSchema, Dataset, DataSource, FeatureDefinition, LabelingMethod, SchemaCheck


class RecordKind:
    """What the five kinds have in common: rows of one project, read with what says whether they still hold."""

    key = ""
    label = ""
    model: type[Model]

    def choices(self, project: Project) -> list[Proof]:
        """The records that may be linked, newest first."""
        return [self.proof(self._in(record, project)) for record in self.offered(project)[:CHOICES]]

    def find(self, project: Project, ids: Iterable[str]) -> dict[str, Proof]:
        """The named records as they stand now."""
        found = self.read(project).filter(pk__in=numbered(ids))
        return {str(record.pk): self.proof(self._in(record, project)) for record in found}

    def offered(self, project: Project) -> QuerySet[Any]:
        """The newest version of each name."""
        return self.read(project).filter(number=F("newest")).order_by("-created_at")

    def read(self, project: Project) -> QuerySet[Any]:
        """The project's records, each with the newest number under its name."""
        same_name = self.model._default_manager.filter(project=project, name=OuterRef("name")).order_by()
        newest = same_name.values("name").annotate(last=Max("number")).values("last")
        return self.model._default_manager.filter(project=project).annotate(newest=Subquery(newest))

    def proof(self, record: Any) -> Proof:  # Any: a row of the kind's own model
        """A record as evidence."""
        raise NotImplementedError

    def _in(self, record: Any, project: Project) -> Any:
        record.project = project
        return record


class SourceKind(RecordKind):
    """Data sources: stale when not refreshed in time, against the plan when access was refused."""

    key = "source"
    label = "Data source"
    model = DataSource

    def offered(self, project: Project) -> QuerySet[Any]:
        """Every source."""
        return self.read(project).order_by("-created_at")

    def read(self, project: Project) -> QuerySet[Any]:
        """The project's sources."""
        return DataSource.objects.filter(project=project)

    def proof(self, record: DataSource) -> Proof:
        """A source as evidence."""
        return Proof(
            id=str(record.pk),
            label=record.name,
            url=page_of(record),
            fingerprint=fingerprint(record.name, record.revision),
            recorded_at=record.created_at,
            outdated=overdue(record),
            against="access was refused" if record.access_status == DataSource.AccessStatus.REFUSED else "",
        )


class SnapshotKind(RecordKind):
    """Snapshots: stale once there is a newer one, against the plan when their rows do not fit their schema."""

    key = "snapshot"
    label = "Snapshot"
    model = Dataset

    def read(self, project: Project) -> QuerySet[Any]:
        """With what the last check against a schema found."""
        last = SchemaCheck.objects.filter(dataset=OuterRef("pk")).order_by("-checked_at", "-pk")
        return super().read(project).annotate(fits=Subquery(last.values("passed")[:1]))

    def proof(self, record: Dataset) -> Proof:
        """A snapshot as evidence."""
        return Proof(
            id=str(record.pk),
            label=str(record),
            url=page_of(record),
            fingerprint=fingerprint(record.sha256 or record.declared_digest or record.uri),
            recorded_at=record.created_at,
            outdated=_superseded(record),
            against="its rows do not fit its schema" if getattr(record, "fits", None) is False else "",
        )


class VersionedKind(RecordKind):
    """Records whose versions never change: stale once there is a newer version."""

    def __init__(self, key: str, label: str, model: type[Model]) -> None:
        self.key, self.label, self.model = key, label, model

    def proof(self, record: DataSchema | LabelingMethod) -> Proof:
        """A version as evidence."""
        return Proof(
            id=str(record.pk),
            label=str(record),
            url=page_of(record),
            fingerprint=fingerprint(record.name, record.number),
            recorded_at=record.created_at,
            outdated=_superseded(record),
        )


class FeatureKind(RecordKind):
    """Features: against the plan when they are known too late or give the outcome away."""

    key = "feature"
    label = "Feature"
    model = FeatureDefinition

    def offered(self, project: Project) -> QuerySet[Any]:
        """The newest version of each feature in use."""
        return super().offered(project).filter(retired_at__isnull=True)

    def proof(self, record: FeatureDefinition) -> Proof:
        """A feature as evidence."""
        retired = f"retired on {day(record.retired_at)}" if record.retired_at else ""
        return Proof(
            id=str(record.pk),
            label=str(record),
            url=page_of(record),
            fingerprint=fingerprint(record.name, record.number),
            recorded_at=record.created_at,
            outdated=retired or _superseded(record),
            against="; ".join(troubles(record)),
        )


def offer() -> None:
    """Make the five kinds known."""
    evidence.offer(SourceKind())
    evidence.offer(SnapshotKind())
    evidence.offer(VersionedKind("schema", "Schema", DataSchema))
    evidence.offer(VersionedKind("labeling-method", "Labeling method", LabelingMethod))
    evidence.offer(FeatureKind())


def overdue(source: DataSource) -> str:
    """How far a source's newest rows are past the age it allows; empty while they are not."""
    if source.freshness_days is None or source.last_refreshed_on is None:
        return ""
    age = (timezone.localdate() - source.last_refreshed_on).days
    if age <= source.freshness_days:
        return ""
    return f"last refreshed {age} days ago, on {day(source.last_refreshed_on)}; at most {source.freshness_days} are allowed"


def troubles(feature: FeatureDefinition) -> list[str]:
    """What speaks against using a feature, each in a few words."""
    found = []
    if feature.availability == FeatureDefinition.Availability.LATE:
        found.append("known only after the prediction")
    if feature.leakage == FeatureDefinition.Finding.FOUND:
        found.append("it gives the outcome away")
    return found


def day(value: date | datetime) -> str:
    """A date as pages show it."""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return f"{local.day} {local:%b %Y}"


def _superseded(record: Any) -> str:  # Any: a numbered record read with `newest`
    return f"number {record.newest} is newer" if record.newest > record.number else ""
