"""Every write to a KPI."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.kpis import Seen, measured_metrics
from canvas.models import Kpi, Project
from canvas.services import signatures
from canvas.services.readings import readings_seen
from canvas.smart import Smart, judge

FIELDS = (
    "name",
    "kind",
    "definition",
    "metric",
    "entity",
    "formula",
    "unit",
    "direction",
    "baseline_value",
    "baseline_on",
    "target_value",
    "threshold",
    "threshold_upper",
    "due_on",
    "owner",
    "data_origin",
    "cadence",
    "parent",
    "parent_sign",
    "blocks",
)
# What a signed reason speaks of: it falls with them.
SIGNED = ("target_value", "direction", "unit", "metric", "formula", "baseline_value")


class KpiNameTaken(Exception):
    """The project has a KPI of this name."""


class ServesItself(Exception):
    """The KPI would serve itself, directly or in a circle."""


class StaleKpi(Exception):
    """Somebody changed the KPI in the meantime."""


class KpiClosed(Exception):
    """The KPI cannot be closed, or not again."""


@transaction.atomic
def create_kpi(project: Project, *, by: User, **fields: Any) -> Kpi:  # Any: the columns named in FIELDS
    """Add a KPI to a project."""
    kpi = Kpi(project=project, created_by=by, **fields)
    _save(kpi)
    record(Action.KPI_CREATED, by=by, on=kpi, chain=project.chain, after=_values(kpi))
    return kpi


@transaction.atomic
def change_kpi(kpi: Kpi, *, by: User, based_on: int, **fields: Any) -> Kpi:  # Any: as above
    """Change a KPI; the journal keeps what it was. Without a difference nothing is written.

    Raises StaleKpi when it was changed since `based_on`. A signed reason for the target falls when the target moves.
    """
    kpi = _locked(kpi)
    if kpi.revision != based_on:
        raise StaleKpi(
            "Somebody else changed this KPI while you were writing. Nothing of yours is lost: "
            "compare it with the KPI as it is now, then save again."
        )
    before = _values(kpi)
    for key, value in fields.items():
        setattr(kpi, key, value)
    if _values(kpi) == before:
        return kpi
    if any(_values(kpi)[key] != before[key] for key in SIGNED):
        kpi.achievable_reason, kpi.achievable_signed_by, kpi.achievable_signed_at = "", None, None
    kpi.revision += 1
    kpi.changed_at = timezone.now()
    _save(kpi)
    record(Action.KPI_CHANGED, by=by, on=kpi, chain=kpi.project.chain, before=before, after=_values(kpi))
    return kpi


def sign_target(kpi: Kpi, *, reason: str, password: str, by: User) -> Kpi:
    """Sign why the target can be reached though nothing measured says so; raises WrongPassword, TooManyAttempts."""
    signatures.confirm(by, password=password, on=kpi, project=kpi.project)
    return _signed(kpi, reason, by)


@transaction.atomic
def _signed(kpi: Kpi, reason: str, by: User) -> Kpi:
    kpi = _locked(kpi)
    before = {"achievable_reason": kpi.achievable_reason}
    kpi.achievable_reason, kpi.achievable_signed_by, kpi.achievable_signed_at = reason, by, timezone.now()
    kpi.revision += 1
    kpi.changed_at = timezone.now()
    kpi.save()
    after = {"achievable_reason": reason, "target_value": kpi.target_value, "revision": kpi.revision}
    chain = kpi.project.chain
    record(Action.KPI_CHANGED, by=by, on=kpi, chain=chain, before=before, after=after, comment="Target signed.")
    return kpi


@transaction.atomic
def close_kpi(kpi: Kpi, *, closed_on: date, result: str, by: User) -> Kpi:
    """Say what came of a KPI; raises KpiClosed when it was said already, or the day lies in the future."""
    kpi = _locked(kpi)
    if kpi.closed_on is not None:
        raise KpiClosed(f"{kpi} was closed on {kpi.closed_on} already.")
    if closed_on > timezone.localdate():
        raise KpiClosed("A KPI is closed on or before today.")
    kpi.closed_on, kpi.closed_result = closed_on, result
    kpi.revision += 1
    kpi.changed_at = timezone.now()
    kpi.save()
    after = {"closed_on": str(closed_on), "closed_result": result, "revision": kpi.revision}
    record(Action.KPI_CLOSED, by=by, on=kpi, chain=kpi.project.chain, after=after)
    return kpi


@transaction.atomic
def retire_kpi(kpi: Kpi, *, by: User) -> Kpi:
    """Stop holding the project to a KPI; verdicts about it stay."""
    kpi = _locked(kpi)
    if kpi.retired_at is None:
        kpi.retired_at = timezone.now()
        kpi.save(update_fields=["retired_at"])
        record(Action.KPI_RETIRED, by=by, on=kpi, chain=kpi.project.chain)
    return kpi


def smart_of(kpis: Sequence[Kpi]) -> dict[int, Smart]:
    """The five checks of KPIs of one project, whose parents are at hand; two queries or so."""
    if not kpis:
        return {}
    readings, measured = readings_seen(kpis), measured_metrics(kpis[0].project_id)
    today, none = timezone.localdate(), Seen()
    return {
        kpi.pk: judge(kpi, readings=readings.get(kpi.pk, none), measured=measured.get(kpi.metric, none), today=today)
        for kpi in kpis
    }


def _locked(kpi: Kpi) -> Kpi:
    return Kpi.objects.select_for_update(of=("self",)).select_related("project", "parent").get(pk=kpi.pk)


def _save(kpi: Kpi) -> None:
    # The project's row, so that two people cannot close a circle from both sides.
    Project.objects.select_for_update().get(pk=kpi.project_id)
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
    days = {key: str(values[key] or "") for key in ("due_on", "baseline_on")}
    return values | days | {"parent": kpi.parent_id, "revision": kpi.revision}
