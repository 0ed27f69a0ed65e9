"""Every write to a KPI."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Kpi, Project

FIELDS = (
    "name",
    "kind",
    "definition",
    "metric",
    "unit",
    "direction",
    "baseline_value",
    "target_value",
    "threshold",
    "threshold_upper",
    "due_on",
    "owner",
    "data_origin",
    "cadence",
    "parent",
)


class KpiNameTaken(Exception):
    """The project has a KPI of this name."""


class ServesItself(Exception):
    """The KPI would serve itself, directly or in a circle."""


class StaleKpi(Exception):
    """Somebody changed the KPI in the meantime."""


@transaction.atomic
def create_kpi(project: Project, *, by: User, **fields: Any) -> Kpi:  # Any: the columns named in FIELDS
    """Add a KPI to a project."""
    kpi = Kpi(project=project, created_by=by, **fields)
    _save(kpi)
    record(Action.KPI_CREATED, by=by, on=kpi, chain=project.chain, after=_values(kpi))
    return kpi


@transaction.atomic
def change_kpi(kpi: Kpi, *, by: User, based_on: int, **fields: Any) -> Kpi:  # Any: as above
    """Change a KPI; the journal keeps what it was. Raises StaleKpi when it was changed since `based_on`."""
    kpi = Kpi.objects.select_for_update().select_related("project").get(pk=kpi.pk)
    if kpi.revision != based_on:
        raise StaleKpi(
            "Somebody else changed this KPI while you were writing. Nothing of yours is lost: "
            "compare it with the KPI as it is now, then save again."
        )
    before = _values(kpi)
    for key, value in fields.items():
        setattr(kpi, key, value)
    kpi.revision += 1
    kpi.changed_at = timezone.now()
    _save(kpi)
    record(Action.KPI_CHANGED, by=by, on=kpi, chain=kpi.project.chain, before=before, after=_values(kpi))
    return kpi


@transaction.atomic
def retire_kpi(kpi: Kpi, *, by: User) -> Kpi:
    """Stop holding the project to a KPI; verdicts about it stay."""
    kpi = Kpi.objects.select_for_update().select_related("project").get(pk=kpi.pk)
    if kpi.retired_at is None:
        kpi.retired_at = timezone.now()
        kpi.save(update_fields=["retired_at"])
        record(Action.KPI_RETIRED, by=by, on=kpi, chain=kpi.project.chain)
    return kpi


def _save(kpi: Kpi) -> None:
    _ensure_no_circle(kpi)
    try:
        with transaction.atomic():
            kpi.save()
    except IntegrityError as error:
        raise KpiNameTaken(f"This project has a KPI called {kpi.name}. Choose another name.") from error


def _ensure_no_circle(kpi: Kpi) -> None:
    serves = kpi.parent
    while serves is not None:
        if serves.pk == kpi.pk:
            raise ServesItself(f"{kpi.name} would serve itself. Choose another KPI that it serves, or none.")
        serves = serves.parent


def _values(kpi: Kpi) -> dict[str, Any]:
    values = {key: getattr(kpi, key) for key in FIELDS if key != "parent"}
    return values | {"parent": kpi.parent_id, "revision": kpi.revision, "due_on": str(kpi.due_on or "")}
