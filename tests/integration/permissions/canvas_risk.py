from typing import Any

from canvas.models import Project
from tests.factories.accounts import PASSWORD
from tests.factories.risk import (
    HARMLESS,
    ClassificationFactory,
    GoNoGoDecisionFactory,
    ImpactAssessmentFactory,
    OversightPlanFactory,
    RiskFactory,
)
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
DECIDERS = ("owner", "approver")


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_classification(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": ClassificationFactory(project=project).number}


def a_risk(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": RiskFactory(project=project).number}


def an_impact_assessment(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": ImpactAssessmentFactory(project=project).number}


def an_oversight_plan(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": OversightPlanFactory(project=project).number}


def a_proposal(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": GoNoGoDecisionFactory(project=project).number}


def a_condition(project: Project) -> dict[str, Any]:
    decision = GoNoGoDecisionFactory(project=project, status="decided")
    condition = decision.conditions.create(text="Reminders run.", owner="Practice manager", due_on="2027-06-30")
    return {"slug": project.slug, "condition_id": condition.pk}


SIGNED = {"answers": HARMLESS, "based_on": 0, "password": PASSWORD}
RISK = {
    "title": "Wrong queue", "description": "A case waits.", "category": "health", "affected": "Patients", "likelihood": 2,
    "impact": 2, "treatment": "accept", "owner": "Head of radiology",
}  # fmt: skip
VERSION = {"answers": {"purposes": "Fewer people wait."}, "based_on": 0}
PLAN = {"answers": {"stop": "The shift leader turns it off."}, "based_on": 0}
PROPOSAL = {"outcome": "no-go", "reasons": "Reminders do as well.", "difference_reason": "Nothing will change it."}

TABLE = {
    "canvas:risk-index": Row(prepare=a_project, get=everyone_inside()),
    "canvas:classification-list": Row(prepare=a_project, get=everyone_inside()),
    # Whoever reads the project may try the questions; only deciders sign.
    "canvas:classification-edit": Row(prepare=a_project, get=everyone_inside(), post=everyone_inside(422)),
    "canvas:classification-detail": Row(prepare=a_classification, get=everyone_inside()),
    "canvas:risk-list": Row(prepare=a_project, get=everyone_inside()),
    "canvas:risk-create": Row(prepare=a_project, get=inside(*WRITERS), post=inside(*WRITERS, ok=422)),
    "canvas:risk-detail": Row(prepare=a_risk, get=everyone_inside()),
    "canvas:risk-edit": Row(prepare=a_risk, get=inside(*WRITERS), post=inside(*WRITERS, ok=422)),
    "canvas:risk-accept": Row(prepare=a_risk, post=inside(*DECIDERS, ok=422)),
    "canvas:impact-edit": Row(prepare=a_project, get=everyone_inside(), post=inside(*WRITERS, ok=422)),
    "canvas:impact-history": Row(prepare=a_project, get=everyone_inside()),
    "canvas:oversight-edit": Row(prepare=a_project, get=everyone_inside(), post=inside(*WRITERS, ok=422)),
    "canvas:oversight-history": Row(prepare=a_project, get=everyone_inside()),
    "canvas:decision": Row(prepare=a_project, get=everyone_inside()),
    "canvas:decision-propose": Row(prepare=a_project, get=inside(*DECIDERS), post=inside(*DECIDERS, ok=422)),
    "canvas:decision-detail": Row(prepare=a_proposal, get=everyone_inside()),
    "canvas:decision-sign": Row(prepare=a_proposal, post=inside(*DECIDERS, ok=422)),
    "canvas:decision-withdraw": Row(prepare=a_proposal, post=inside(*DECIDERS, ok=302)),
    "canvas:condition-met": Row(prepare=a_condition, post=inside(*WRITERS, ok=422)),
    "canvas-api:classification-questions": Row(prepare=a_project, get=everyone_inside(), api=True),
    "canvas-api:classification-preview": Row(
        prepare=a_project, post=everyone_inside(), post_data={"answers": HARMLESS}, api=True
    ),
    "canvas-api:classification-list": Row(
        prepare=a_project, get=everyone_inside(), post=inside(*DECIDERS, ok=201), post_data=SIGNED, api=True
    ),
    "canvas-api:classification-detail": Row(prepare=a_classification, get=everyone_inside(), api=True),
    "canvas-api:risk-list": Row(
        prepare=a_project, get=everyone_inside(), post=inside(*WRITERS, ok=201), post_data=RISK, api=True
    ),
    "canvas-api:risk-detail": Row(prepare=a_risk, get=everyone_inside(), put=inside(*WRITERS, ok=400), api=True),
    "canvas-api:risk-accept": Row(prepare=a_risk, post=inside(*DECIDERS, ok=400), api=True),
    "canvas-api:impact-list": Row(
        prepare=a_project, get=everyone_inside(), post=inside(*WRITERS, ok=201), post_data=VERSION, api=True
    ),
    "canvas-api:impact-detail": Row(prepare=an_impact_assessment, get=everyone_inside(), api=True),
    "canvas-api:oversight-list": Row(
        prepare=a_project, get=everyone_inside(), post=inside(*WRITERS, ok=201), post_data=PLAN, api=True
    ),
    "canvas-api:oversight-detail": Row(prepare=an_oversight_plan, get=everyone_inside(), api=True),
    "canvas-api:decision-suggestion": Row(prepare=a_project, get=everyone_inside(), api=True),
    "canvas-api:decision-list": Row(
        prepare=a_project, get=everyone_inside(), post=inside(*DECIDERS, ok=201), post_data=PROPOSAL, api=True
    ),
    "canvas-api:decision-detail": Row(prepare=a_proposal, get=everyone_inside(), api=True),
    "canvas-api:decision-sign": Row(prepare=a_proposal, post=inside(*DECIDERS, ok=400), api=True),
    "canvas-api:decision-withdraw": Row(prepare=a_proposal, post=inside(*DECIDERS), api=True),
    "canvas-api:condition-met": Row(prepare=a_condition, post=inside(*WRITERS, ok=400), api=True),
}
