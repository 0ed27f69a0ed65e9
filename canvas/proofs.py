"""The records of this room that can prove what the canvas says: KPIs and costs."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from canvas import evidence
from canvas.evidence import CHOICES, Proof, fingerprint, numbered
from canvas.models import CostItem, Kpi, KpiReading, Project


class KpiKind:
    """KPIs: they speak against the plan when their last reading misses their threshold."""

    key = "kpi"
    label = "KPI"

    def choices(self, project: Project) -> list[Proof]:
        """The KPIs that hold, newest first."""
        held = self._read(project).filter(retired_at__isnull=True).order_by("-created_at")
        return [self._proof(kpi, project) for kpi in held[:CHOICES]]

    def find(self, project: Project, ids: Iterable[str]) -> dict[str, Proof]:
        """The named KPIs."""
        return {str(kpi.pk): self._proof(kpi, project) for kpi in self._read(project).filter(pk__in=numbered(ids))}

    def _read(self, project: Project) -> QuerySet[Kpi]:
        last = KpiReading.objects.filter(kpi=OuterRef("pk"), superseded_at__isnull=True).order_by("-measured_on")
        return Kpi.objects.filter(project=project).annotate(
            last_value=Subquery(last.values("value")[:1]), last_on=Subquery(last.values("measured_on")[:1])
        )

    def _proof(self, kpi: Kpi, project: Project) -> Proof:
        return Proof(
            id=str(kpi.pk),
            label=kpi.name,
            url=reverse("canvas:kpi-detail", args=[project.slug, kpi.pk]),
            fingerprint=fingerprint(kpi.held_to_sha256, kpi.target_value, kpi.unit),
            recorded_at=kpi.created_at,
            outdated=f"retired on {_day(kpi.retired_at)}" if kpi.retired_at else "",
            against=_missed(kpi),
        )


class CostKind:
    """Costs: they are stale once removed or changed."""

    key = "cost"
    label = "Cost"

    def choices(self, project: Project) -> list[Proof]:
        """The costs that count, newest first."""
        held = CostItem.objects.filter(project=project, removed_at__isnull=True).order_by("-created_at")
        return [self._proof(cost, project) for cost in held[:CHOICES]]

    def find(self, project: Project, ids: Iterable[str]) -> dict[str, Proof]:
        """The named costs."""
        found = CostItem.objects.filter(project=project, pk__in=numbered(ids))
        return {str(cost.pk): self._proof(cost, project) for cost in found}

    def _proof(self, cost: CostItem, project: Project) -> Proof:
        amounts = [str(amount) for amount in (cost.amount_low, cost.amount_likely, cost.amount_high)]
        return Proof(
            id=str(cost.pk),
            label=f"{cost.label}, {cost.amount_likely:,.0f} {cost.currency}",
            url=reverse("canvas:money", args=[project.slug]),
            fingerprint=fingerprint(cost.label, cost.kind, cost.period, cost.currency, *amounts),
            recorded_at=cost.created_at,
            outdated=f"removed on {_day(cost.removed_at)}" if cost.removed_at else "",
        )


def offer() -> None:
    """Make both kinds known."""
    evidence.offer(KpiKind())
    evidence.offer(CostKind())


def _missed(kpi: Kpi) -> str:
    value = getattr(kpi, "last_value", None)
    if value is None or kpi.threshold is None:
        return ""
    is_met = {
        Kpi.Direction.UP: value >= kpi.threshold,
        Kpi.Direction.DOWN: value <= kpi.threshold,
        Kpi.Direction.BAND: kpi.threshold <= value <= (kpi.threshold_upper or kpi.threshold),
    }[Kpi.Direction(kpi.direction)]
    if is_met:
        return ""
    last_on: date = getattr(kpi, "last_on", kpi.created_at)
    return f"the reading of {_day(last_on)} was {value:g}, which misses its threshold of {kpi.threshold:g}"


def _day(value: date | datetime) -> str:
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return f"{local.day} {local:%b %Y}"
