"""What is recorded about risk: the signed classification, the register, impact, oversight, and the go/no-go decision."""

from typing import Any

from canvas.models import Classification, GoNoGoDecision, ImpactAssessment, OversightPlan, Project, Risk
from canvas.services import assessments, decisions
from canvas.services.assessments import IMPACT_KIND, OVERSIGHT_KIND, Kind
from canvas.services.classifications import latest_classification
from docsgen.facts.ledger import Ledger, Snapshot, stamp
from docsgen.facts.plan import shown


def risk_facts(project: Project, ledger: Ledger) -> Snapshot:
    """The records on risk as they stand; None for one that nobody has made."""
    classification = latest_classification(project)
    decision = decisions.standing_decision(project)
    risks = Risk.objects.filter(project=project).select_related("accepted_by", "changed_by", "created_by")
    return {
        "classification": _classification(classification, ledger) if classification else None,
        "risks": [_risk(risk, ledger) for risk in risks.order_by("number")],
        "impact": _version(IMPACT_KIND, project, ledger),
        "oversight": _version(OVERSIGHT_KIND, project, ledger),
        "decision": _decision(decision, ledger) if decision else None,
    }


def _classification(signed: Classification, ledger: Ledger) -> Snapshot:
    return {
        "number": signed.number,
        "tier": signed.legal_label,
        "roles": signed.roles,
        "materiality": signed.materiality,
        "reasons": signed.reasons,
        "obligations": len(signed.obligations),
        "rules_version": signed.rules_version,
        "signed_by": str(signed.signed_by),
        "signed_at": stamp(signed.signed_at),
        "ref": ledger.cite(
            signed, revision=signed.number, sha256=signed.sha256, at=signed.signed_at, by=signed.signed_by
        ),
    }


def _risk(risk: Risk, ledger: Ledger) -> Snapshot:
    said = {
        "title": str(risk),
        "description": risk.description,
        "category": risk.get_category_display(),
        "affected": risk.affected,
        "score": risk.score,
        "band": risk.band,
        "treatment": risk.get_treatment_display(),
        "measures": risk.measures,
        "residual_score": risk.residual_score,
        "residual_band": risk.residual_band,
        "owner": risk.owner,
        "status": risk.get_status_display(),
        "accepted_by": str(risk.accepted_by or ""),
        "accepted_at": stamp(risk.accepted_at),
    }
    by = risk.changed_by or risk.created_by
    return said | {"ref": ledger.cite(risk, revision=risk.revision, at=risk.changed_at, by=by, said=said)}


def _version(kind: Kind, project: Project, ledger: Ledger) -> Snapshot | None:
    version: ImpactAssessment | OversightPlan | None = assessments.latest_version(kind, project)
    if version is None:
        return None
    open_fields = assessments.how_complete(kind, version.answers).missing
    return {
        "number": version.number,
        "answers": shown(kind.table, version.answers),
        "order": [field.key for field in kind.table.fields if field.key in version.answers],
        "missing": [field.label for field in open_fields],
        "ref": ledger.cite(
            version, revision=version.number, sha256=version.sha256, at=version.created_at, by=version.created_by
        ),
    }


def _decision(decision: GoNoGoDecision, ledger: Ledger) -> Snapshot:
    said: dict[str, Any] = {  # Any: JSON of several shapes
        "number": decision.number,
        "outcome": decision.get_outcome_display(),
        "suggestion": decision.get_suggestion_display(),
        "reasons": decision.reasons,
        "difference_reason": decision.difference_reason,
        "revisit_on": str(decision.revisit_on or ""),
        "decided_at": stamp(decision.decided_at),
        "signatures": [
            {"name": str(one.user), "capacity": one.get_capacity_display(), "at": stamp(one.signed_at)}
            for one in decision.signatures.all()
        ],
        "conditions": [
            {
                "text": one.text,
                "owner": one.owner,
                "due_on": str(one.due_on),
                "met_at": stamp(one.met_at),
                "met_note": one.met_note,
            }
            for one in decision.conditions.all()
        ],
        "changes": decisions.changes_since(decision, decisions.basis_of(decision.project)),
    }
    ref = ledger.cite(
        decision, revision=decision.number, at=decision.decided_at, by=decision.proposed_by,
        said=said | {"evidence": decision.evidence},
    )  # fmt: skip
    return said | {"ref": ref}
