"""What the portfolio's page and its API read: every project one may see, filtered and sorted by what was kept."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet, Sum

from canvas.models import Project

SORTS = {
    "name": ("name", "Name"),
    "level": ("standing__level", "MLOps level"),
    "velocity": ("standing__velocity", "Velocity"),
    "validation": ("standing__validation", "Validation"),
    "versioning": ("standing__versioning", "Versioning"),
    "completeness": ("standing__completeness", "Plan"),
    "stage": ("standing__stage_position", "Stage"),
    "broken": ("standing__broken", "Broken promises"),
}
LEVELS = ("0", "1", "2")


def filtered(visible: QuerySet[Project], asked: Mapping[str, str]) -> QuerySet[Project]:
    """The projects with a name, a tier, a level, a stage or broken promises, as asked; what is not known filters nothing."""
    found = visible
    if name := asked.get("q", "").replace("\0", "").strip():
        found = found.filter(name__icontains=name)
    if asked.get("tier") in Project.RiskTier.values:
        found = found.filter(risk_tier=asked["tier"])
    if asked.get("level") in LEVELS:
        found = found.filter(standing__level=int(asked["level"]))
    if asked.get("stage"):
        stage = asked["stage"].replace("\0", "")
        found = found.filter(standing__stage="" if stage == "none" else stage)
    if asked.get("broken"):
        found = found.filter(standing__broken__gt=0)
    return in_order(found, asked.get("sort", ""))


def in_order(found: QuerySet[Project], sort: str) -> QuerySet[Project]:
    """By a column of SORTS, with a minus for the other way round; whatever has no data stands last."""
    column = F(SORTS.get(sort.removeprefix("-"), SORTS["name"])[0])
    way = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return found.select_related("standing").order_by(way, "name", "pk")


def summary(visible: QuerySet[Project]) -> dict[str, Any]:  # Any: numbers, or None without data
    """The portfolio in a few figures; one query."""
    return visible.order_by().aggregate(
        projects=Count("pk"),
        live=Count("pk", filter=Q(standing__stage="Production")),
        broken=Sum("standing__broken"),
        velocity=Avg("standing__velocity"),
        validation=Avg("standing__validation"),
        versioning=Avg("standing__versioning"),
    )
