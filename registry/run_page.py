"""What the page of a run shows beside its own fields: files, models, the seal of its end, and its lines in the journal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit.actions import Action
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import Artifact, LoggedModel, Run

MOST_FILES = 200
LINES = (
    Action.RUN_RECORDED,
    Action.RUN_STARTED,
    Action.RUN_ENDED,
    Action.RUN_REOPENED,
    Action.RUN_CHANGED,
    Action.RUN_DELETED,
    Action.RUN_RESTORED,
)
MOST_LINES = 20
NOUNS = {"params": "parameter", "tags": "tag", "metrics": "metric", "datasets": "dataset", "files": "file"}


@dataclass(frozen=True)
class Seal:
    """The journal line of a run's end: what the run held then, and the digest over it."""

    entry: AuditEntry
    sha256: str
    holds: list[str]
    changed_after: int

    @property
    def at(self) -> datetime:
        """When the run ended."""
        return self.entry.at


def entries_of(project: Project, run: Run) -> list[AuditEntry]:
    """The journal's lines about a run, the latest first."""
    found = _lines_of(project, run).filter(action__in=[str(action) for action in LINES])
    return list(found.order_by("-seq")[:MOST_LINES])


def seal_of(project: Project, run: Run) -> Seal | None:
    """What the line of the last end says; None while the run is going, and for runs that were recorded whole."""
    lines = _lines_of(project, run)
    last = lines.filter(action__in=[str(Action.RUN_ENDED), str(Action.RUN_REOPENED)]).order_by("-seq").first()
    if last is None or last.action == Action.RUN_REOPENED:
        return None
    after = json.loads(last.body)["after"]
    changed = lines.filter(action=str(Action.RUN_CHANGED), seq__gt=last.seq).count()
    return Seal(last, after.get("sha256", ""), _counts(after.get("holds", {})), changed)


def models_of(run: Run) -> list[LoggedModel]:
    """The logged models that a run brought forth or used."""
    linked = run.model_links.values("logged_model")
    found = LoggedModel.objects.filter(source_run=run) | LoggedModel.objects.filter(pk__in=linked)
    return list(found.distinct().prefetch_related("versions__model__project").order_by("created_at")[:50])


def files_of(run: Run, models: list[LoggedModel]) -> tuple[list[Artifact], int]:
    """The files of a run and its logged models, each owner's by path, and how many there are."""
    found = Artifact.objects.filter(run=run) | Artifact.objects.filter(logged_model__in=models)
    files = found.select_related("logged_model").order_by("logged_model__created_at", "path")
    return list(files[:MOST_FILES]), found.count()


def _lines_of(project: Project, run: Run) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(chain=project.chain, object_type=run._meta.label_lower, object_id=str(run.pk))


def _counts(holds: Mapping[str, Any]) -> list[str]:
    return [f"{count} {noun}{'s' * (count != 1)}" for key, noun in NOUNS.items() if (count := holds.get(key, 0))]
