"""A project whose plan holds something of everything."""

from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.models import User
from canvas import examples
from canvas.exchange.checking import check
from canvas.models import (
    BenefitLine,
    BlockAcceptance,
    BlockRevision,
    Classification,
    Comment,
    CostItem,
    EvidenceLink,
    GoNoGoCondition,
    GoNoGoDecision,
    GoNoGoSignature,
    ImpactAssessment,
    Kpi,
    KpiReading,
    OversightPlan,
    Project,
    Risk,
    RoiEstimate,
)
from canvas.services import exchange
from tests.factories.accounts import UserFactory

THEN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def a_project_from(key: str, *, by: User, name: str = "") -> Project:
    """A project made of a worked example."""
    plan = exchange.prepare_example(key, by=by)
    return exchange.create_project(plan, name=name or examples.get(key).title, by=by)


def a_full_project(owner: User, *, name: str = "Full plan") -> Project:
    """A project in which people have written, measured, signed and argued."""
    project = a_project_from("classification", by=owner, name=name)
    other = UserFactory(username="second", name="Second Reader")
    revision = BlockRevision.objects.get(project=project, block=1)
    BlockAcceptance.objects.create(
        revision=revision, requested_by=owner, requested_at=THEN, accepted_by=other, accepted_at=THEN, comment="Agreed."
    )
    later = BlockRevision.objects.get(project=project, block=2)
    BlockRevision.objects.create(
        project=project, block=2, number=2, answers=later.answers | {"open_questions": ["<b>Who</b> owns it?"]},
        summary="1 open question added", author=other,
    )  # fmt: skip
    kpi = Kpi.objects.filter(project=project).order_by("pk").first()
    assert kpi is not None
    Kpi.objects.filter(pk=kpi.pk).update(
        achievable_reason="Two pilots reached it.", achievable_signed_by=other, achievable_signed_at=THEN
    )
    for day, value, superseded in ((1, 2.2, THEN), (1, 2.05, None), (2, 1.9, None)):
        KpiReading.objects.create(
            kpi=kpi, measured_on=date(2026, 3, day), value=value, lower=value - 0.1, upper=value + 0.1, sample_size=31,
            origin="csv", recorded_by=other, superseded_at=superseded,
        )  # fmt: skip
    CostItem.objects.create(
        project=project, block=2, label="Old contract", currency="EUR", kind="one-off", amount_likely=Decimal("99.95"),
        basis="quote", created_by=owner, removed_at=THEN,
    )  # fmt: skip
    BenefitLine.objects.filter(project=project).update(unit_value=Decimal("1.2345"))
    risk = Risk.objects.filter(project=project).order_by("number").first()
    assert risk is not None
    Risk.objects.filter(pk=risk.pk).update(accepted_by=other, accepted_at=THEN)
    ImpactAssessment.objects.create(project=project, number=1, answers={}, summary="First version.", created_by=other)
    OversightPlan.objects.create(project=project, number=1, answers={}, summary="First version.", created_by=owner)
    Classification.objects.create(
        project=project, number=1, answers={"q": "no"}, legal_tier="minimal", roles=["deployer"], materiality=3,
        reasons=[], obligations=[], rules_version="test", signed_by=other,
    )  # fmt: skip
    RoiEstimate.objects.create(
        project=project, number=1, currency="EUR", horizon_months=24, discount_rate=0.08, adoption_low=0.5,
        adoption_likely=0.7, adoption_high=0.9, created_by=owner, lines={"costs": []}, results={"npv": 12.5},
    )  # fmt: skip
    decision = GoNoGoDecision.objects.create(
        project=project, number=1, outcome="go-with-conditions", suggestion="go", reasons="It pays.", proposed_by=owner,
        status="decided", decided_at=THEN,
    )  # fmt: skip
    GoNoGoSignature.objects.create(decision=decision, user=owner, capacity="sponsor")
    GoNoGoSignature.objects.create(decision=decision, user=other, capacity="risk-owner", comment="Seen.")
    GoNoGoCondition.objects.create(decision=decision, text="Baseline first", owner="Lead", due_on=date(2026, 9, 1))
    thread = Comment.objects.create(project=project, block=1, field="need", text="Is it forty?", author=other)
    Comment.objects.create(project=project, block=1, thread=thread, text="Yes.", author=owner)
    EvidenceLink.objects.create(
        project=project, block=5, kind="kpi", object_id=str(kpi.pk), label=kpi.name, linked_by=owner
    )
    return project


def checked(document: dict[str, object]) -> None:
    """A document that could be imported."""
    check(document)
