"""Gather what a poster shows as plain values: the only step that touches the database."""

import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone

from audit.services import canonical, stamp
from canvas import answers as reading
from canvas.blocks import BLOCKS, Block
from canvas.models import BlockRevision, CostItem, Project
from canvas.roles import Role
from canvas.services.blocks import completeness_of
from registry.models import StageAssignment

FORMAT = "tenet.poster.v1"
RIGHT_TO_LEFT = frozenset({"R", "AL"})

Facts = dict[str, Any]  # Any: JSON


def gather(project: Project) -> Facts:
    """Everything the poster shows; no clock is read, so that the same plan gives the same facts."""
    revisions = list(BlockRevision.objects.latest_of(project))
    held = {revision.block: revision.answers for revision in revisions}
    costs = list(CostItem.objects.filter(project=project, removed_at=None).order_by("block", "pk"))
    owners = project.memberships.filter(role=Role.OWNER).select_related("user").order_by("user__name", "user__username")
    changed = max(
        [project.created_at, *(revision.created_at for revision in revisions), *(c.changed_at for c in costs)]
    )
    facts = {
        "format": FORMAT,
        "project": project.name,
        "slug": project.slug,
        "owners": [member.user.get_full_name() for member in owners],
        "risk": project.get_risk_tier_display(),
        "percent": completeness_of(project, held).percent,
        "revisions": sum(revision.number for revision in revisions),
        "changed_at": stamp(changed),
        "changed_on": f"{timezone.localtime(changed):%-d %B %Y}",
        "time_zone": settings.TIME_ZONE,
        "in_production": _in_production(project),
        "blocks": [_block(block, held.get(block.number, {}), costs) for block in BLOCKS],
    }
    plain: Facts = json.loads(canonical(facts))
    return plain


def direction(text: str) -> str:
    """Which way a text is read: "rtl" when its first letter is Hebrew, Arabic or alike, else "ltr"."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in RIGHT_TO_LEFT:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def _block(block: Block, answers: dict[str, Any], costs: Iterable[CostItem]) -> Facts:
    return {
        "number": block.number,
        "title": block.title,
        "phase": str(block.phase),
        "claim": reading.claim(block, answers),
        "lines": [*reading.full_lines(block, answers), *(_cost(cost) for cost in costs if cost.block == block.number)],
        "prompts": list(block.questions),
    }


def _cost(cost: CostItem) -> str:
    hidden = "Hidden cost" if cost.is_hidden else "Cost"
    period = (
        f"for {cost.get_period_display()}" if cost.period == CostItem.Period.PREDICTIONS else cost.get_period_display()
    )
    rhythm = "once" if cost.kind == CostItem.Kind.ONE_OFF else period.lower()
    return f"{hidden}: {cost.label}, {cost.amount_likely:,.0f} {cost.currency} {rhythm}"


def _in_production(project: Project) -> list[str]:
    held = StageAssignment.objects.filter(
        version__model__project=project, stage__key="production", until_at=None
    ).select_related("version__model")
    return sorted(f"{one.version.model.name} v{one.version.number}" for one in held)
