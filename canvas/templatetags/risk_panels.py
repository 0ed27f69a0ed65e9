"""What other pages show of risk and of the decision."""

from typing import Any

from django import template
from django.utils import timezone

from canvas.models import GoNoGoDecision, Project, Risk
from canvas.risk.scale import TOLERANCE
from canvas.services import decisions
from canvas.services.decisions import Basis

register = template.Library()
SHOWN = 4


@register.inclusion_tag("canvas/_risk_panel.html")
def risk_panel(project: Project) -> dict[str, Any]:
    """Where a project stands with risk and decision, and what is overdue."""
    basis = decisions.basis_of(project)
    risks = list(Risk.objects.filter(project=project).exclude(status=Risk.Status.CLOSED))
    above = [risk for risk in risks if (risk.residual_score or risk.score) >= TOLERANCE and risk.accepted_at is None]
    shown = {
        "project": project,
        "classification": basis.classification,
        "overdue": [risk for risk in risks if risk.is_overdue][:SHOWN],
        "unaccepted": len(above),
    }
    return shown | _decided(project, basis)


@register.inclusion_tag("canvas/_decision_panel.html")
def decision_panel(project: Project) -> dict[str, Any]:
    """The recorded decision beside block 10."""
    basis = decisions.basis_of(project)
    return {"project": project, "basis": basis} | _decided(project, basis)


def _decided(project: Project, basis: Basis) -> dict[str, Any]:
    every = list(decisions.listed(project))
    standing = next((one for one in every if one.status == GoNoGoDecision.Status.DECIDED), None)
    today = timezone.localdate()
    return {
        "standing": standing,
        "waiting": next((one for one in every if one.status == GoNoGoDecision.Status.PROPOSED), None),
        "changes": decisions.changes_since(standing, basis) if standing else [],
        "is_revisit_due": bool(standing and standing.revisit_on and standing.revisit_on < today),
        "overdue_conditions": decisions.overdue_conditions([standing] if standing else [], today)[:SHOWN],
    }
