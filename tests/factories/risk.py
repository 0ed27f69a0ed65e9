"""Answers that a classification, an assessment or a decision takes, and their records."""

from datetime import date
from typing import Any

import factory

from canvas.blocks.decisions import DISQUALIFIERS
from canvas.models import Classification, GoNoGoDecision, ImpactAssessment, OversightPlan, Risk
from canvas.risk.act import AREAS, PRACTICES
from canvas.risk.obligations import applying
from canvas.risk.tiers import RULES_VERSION, judge
from tests.factories.canvas import ProjectFactory

NO = {"answer": "no"}
YES = {"answer": "yes"}
# Nothing that any law would notice: a provider who uses the system itself.
HARMLESS: dict[str, Any] = {
    "is_ai_system": YES,
    "exclusion": "none",
    "roles": ["provider", "deployer"],
    "becomes_provider": ["none"],
    "public_body": NO,
    "public_service": NO,
    "workplace": NO,
    **{key: NO for key, *_ in PRACTICES},
    "screening_reason": "Block 1, read with the data protection officer.",
    "annex_i": NO,
    **{area: ["none"] for area in AREAS},
    "triggers": ["none"],
    "gpai": "none",
    "personal_data": NO,
    "is_model": YES,
    "exposure": "low",
    "use_in_decisions": "low",
    "complexity": "low",
    "uncertainty": "low",
    "us_guidance": NO,
}
# Credit scores of persons: Annex III, point 5(b).
CREDIT: dict[str, Any] = HARMLESS | {
    "area_5": ["5b"],
    "profiling": YES,
    "derogation": ["none"],
    "personal_data": YES,
    "special_category": NO,
    "decides_about_persons": YES,
    "legal_effect": YES,
    "solely_automated": NO,
    "dpia": ["profiling"],
    "exposure": "high",
}
FORBIDDEN: dict[str, Any] = HARMLESS | {"practice_c": YES}


def disqualifiers(**applying_keys: str) -> list[dict[str, str]]:
    """All ten disqualifiers answered no, save those named with a reason."""
    return [
        {
            "disqualifier": choice.value,
            "applies": "yes" if choice.value in applying_keys else "no",
            "reason": applying_keys.get(choice.value, "Looked at in March."),
        }
        for choice in DISQUALIFIERS
    ]


def as_form(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers to a classification as a browser sends them."""
    sent: dict[str, Any] = {}
    for key, value in answers.items():
        if isinstance(value, dict):
            sent |= {f"f-{key}-{part}": text for part, text in value.items()}
        else:
            sent[f"f-{key}"] = value
    return sent


class ClassificationFactory(factory.django.DjangoModelFactory[Classification]):
    """A signed classification of a harmless system."""

    class Meta:
        model = Classification

    project = factory.SubFactory(ProjectFactory)
    number = 1
    answers = factory.LazyFunction(lambda: dict(HARMLESS))
    legal_tier = factory.LazyAttribute(lambda it: judge(it.answers).tier)
    roles = factory.LazyAttribute(lambda it: list(judge(it.answers).roles))
    materiality = factory.LazyAttribute(lambda it: judge(it.answers).materiality)
    reasons = factory.LazyAttribute(lambda it: [reason.as_json() for reason in judge(it.answers).reasons])
    obligations = factory.LazyAttribute(lambda it: [one.id for one in applying(judge(it.answers).facts)])
    rules_version = RULES_VERSION
    signed_by = factory.SelfAttribute("project.created_by")


class RiskFactory(factory.django.DjangoModelFactory[Risk]):
    """A risk that nobody has accepted."""

    class Meta:
        model = Risk

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = "Diseased cases are sorted low"
    description = "A rare form looks harmless, so it waits."
    category = Risk.Category.HEALTH
    affected = "Patients with rare forms"
    likelihood = 3
    impact = 5
    treatment = Risk.Treatment.REDUCE
    measures = "Every case is read within three days."
    residual_likelihood = 2
    residual_impact = 4
    owner = "Head of radiology"
    review_on = date(2027, 3, 1)
    created_by = factory.SelfAttribute("project.created_by")
    changed_by = factory.SelfAttribute("created_by")


class ImpactAssessmentFactory(factory.django.DjangoModelFactory[ImpactAssessment]):
    """The first version of an impact assessment, hardly begun."""

    class Meta:
        model = ImpactAssessment

    project = factory.SubFactory(ProjectFactory)
    number = 1
    answers = factory.LazyFunction(lambda: {"purposes": "Fewer people wait."})
    summary = "First version."
    created_by = factory.SelfAttribute("project.created_by")


class OversightPlanFactory(factory.django.DjangoModelFactory[OversightPlan]):
    """The first version of an oversight plan, hardly begun."""

    class Meta:
        model = OversightPlan

    project = factory.SubFactory(ProjectFactory)
    number = 1
    answers = factory.LazyFunction(lambda: {"stop": "The shift leader turns it off."})
    summary = "First version."
    created_by = factory.SelfAttribute("project.created_by")


class GoNoGoDecisionFactory(factory.django.DjangoModelFactory[GoNoGoDecision]):
    """A proposal that waits for signatures, on a plan with nothing in it."""

    class Meta:
        model = GoNoGoDecision

    project = factory.SubFactory(ProjectFactory)
    number = 1
    outcome = GoNoGoDecision.Outcome.NO_GO
    suggestion = GoNoGoDecision.Outcome.REVISIT
    suggestion_reasons = factory.LazyFunction(lambda: ["Not answered in block 10: There is no measurable goal."])
    reasons = "Reminders do as well."
    difference_reason = "The answers would not change it."
    evidence = factory.LazyFunction(
        lambda: {"blocks": [], "roi_estimate": None, "classification": None, "classification_sha256": ""}
    )
    proposed_by = factory.SelfAttribute("project.created_by")
