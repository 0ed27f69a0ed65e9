"""One table of what belongs to a plan: a row here is exported, checked and imported."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Field, ForeignKey, Model

from accounts.models import User
from canvas.models import (
    BenefitLine,
    BlockAcceptance,
    BlockRevision,
    Classification,
    Comment,
    CostItem,
    CostWaiver,
    ErrorCost,
    EvidenceLink,
    GoNoGoCondition,
    GoNoGoDecision,
    GoNoGoSignature,
    ImpactAssessment,
    Kpi,
    KpiReading,
    OversightPlan,
    Risk,
    RoiEstimate,
)


@dataclass(frozen=True)
class Part:
    """One kind of record: its key in the document, its words for people, and its columns by what they are.

    `columns` hold what it says. `stamps` say who made it and when: an import writes its own, and keeps the file's as
    text. `signatures` are what people vouched for: an import clears them, and keeps the file's as text. `ends` say when
    a record stopped counting: an import keeps that it did.
    """

    key: str
    noun: str
    model: type[Model]
    columns: tuple[str, ...]
    stamps: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    # Live parts become records of the new project. The others are what people of elsewhere said and signed: they stay
    # with the imported plan as history, and count for nothing here.
    is_live: bool = True
    # Records inside each record, by the name of the list they stand in.
    children: tuple[tuple[str, Part], ...] = ()
    # A whole number is counted per project, and unique in it.
    numbered: bool = False
    # Whole numbers that name another record: the block and the number of the revision that was accepted.
    places: tuple[str, ...] = ()
    # A change to the record raises its revision; the file's stamp of the last change holds until then.
    changed: tuple[str, ...] = ()
    most: int = 5_000

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Every key that a record of this part may have, beside its children and its own id."""
        return (*self.columns, *self.stamps, *self.changed, *self.signatures, *self.ends)

    def field(self, name: str) -> Field:
        """The model's field behind a column."""
        found = self.model._meta.get_field(name)
        assert isinstance(found, Field)  # noqa: S101  the table names columns only
        return found

    def is_person(self, name: str) -> bool:
        """Whether a column names somebody."""
        found = self.field(name)
        return isinstance(found, ForeignKey) and found.related_model is User

    def is_kpi(self, name: str) -> bool:
        """Whether a column points to a KPI of the plan."""
        found = self.field(name)
        return isinstance(found, ForeignKey) and found.related_model in (Kpi, "self")

    def counted(self, count: int) -> str:
        """“1 KPI”, “3 KPIs”."""
        return f"{count:,} {self.noun}{'' if count == 1 else 's'}"


MONEY_STAMPS = ("created_by", "created_at")

REVISIONS = Part(
    "revisions", "block revision", BlockRevision,
    columns=("block", "number", "answers", "summary", "restores"),
    stamps=("author", "created_at"),
)  # fmt: skip
KPIS = Part(
    "kpis", "KPI", Kpi,
    columns=(
        "name", "kind", "definition", "metric", "entity", "formula", "unit", "direction", "baseline_value",
        "baseline_on", "target_value", "threshold", "threshold_upper", "due_on", "owner", "data_origin", "cadence",
        "parent", "parent_sign", "blocks", "achievable_reason", "closed_on", "closed_result", "revision",
    ),
    stamps=("created_by", "created_at"),
    changed=("changed_at",),
    signatures=("achievable_signed_by", "achievable_signed_at"),
    ends=("retired_at",),
)  # fmt: skip
READINGS = Part(
    "readings", "KPI reading", KpiReading,
    columns=("kpi", "measured_on", "value", "lower", "upper", "sample_size", "origin", "note"),
    stamps=("recorded_by", "recorded_at"),
    ends=("superseded_at",),
    most=50_000,
)  # fmt: skip
COSTS = Part(
    "costs", "cost", CostItem,
    columns=(
        "block", "label", "kind", "period", "amount_low", "amount_likely", "amount_high", "currency", "is_hidden",
        "basis", "starts_on", "ends_on", "note", "revision",
    ),
    stamps=MONEY_STAMPS,
    changed=("changed_at",),
    ends=("removed_at",),
)  # fmt: skip
BENEFITS = Part(
    "benefits", "benefit", BenefitLine,
    columns=(
        "label", "kpi", "unit", "unit_value", "currency", "volume", "uplift_low", "uplift_likely", "uplift_high",
        "start_month", "confidence", "note", "revision",
    ),
    stamps=MONEY_STAMPS,
    changed=("changed_at",),
    ends=("removed_at",),
)  # fmt: skip
ERROR_COSTS = Part(
    "error_costs", "error cost", ErrorCost,
    columns=(
        "label", "kind", "volume", "rate_low", "rate_likely", "rate_high", "unit_cost", "currency", "bearer", "note",
        "revision",
    ),
    stamps=MONEY_STAMPS,
    changed=("changed_at",),
    ends=("removed_at",),
)  # fmt: skip
WAIVERS = Part("waivers", "stated zero", CostWaiver, columns=("block", "reason"), stamps=("stated_by", "stated_at"))
RISKS = Part(
    "risks", "risk", Risk,
    columns=(
        "number", "title", "description", "category", "affected", "likelihood", "impact", "treatment", "measures",
        "residual_likelihood", "residual_impact", "owner", "review_on", "status", "revision",
    ),
    stamps=("created_by", "created_at"),
    changed=("changed_by", "changed_at"),
    signatures=("accepted_by", "accepted_at"),
    numbered=True,
)  # fmt: skip
ASSESSMENT = ("number", "answers", "summary")
IMPACT = Part(
    "impact_assessments", "impact assessment", ImpactAssessment,
    columns=ASSESSMENT, stamps=("created_by", "created_at"), numbered=True,
)  # fmt: skip
OVERSIGHT = Part(
    "oversight_plans", "oversight plan", OversightPlan,
    columns=ASSESSMENT, stamps=("created_by", "created_at"), numbered=True,
)  # fmt: skip

ACCEPTANCES = Part(
    "acceptances", "block acceptance", BlockAcceptance,
    columns=("comment",), stamps=("requested_by", "requested_at", "accepted_by", "accepted_at"), is_live=False,
    places=("block", "number"),
)  # fmt: skip
ESTIMATES = Part(
    "estimates", "ROI estimate", RoiEstimate,
    columns=(
        "number", "currency", "exchange_rates", "rates_source", "starts_on", "horizon_months", "discount_rate", "hurdle_rate",
        "adoption_low", "adoption_likely", "adoption_high", "predictions_per_year", "seed", "draws", "lines",
        "results", "note",
    ),
    stamps=("created_by", "created_at"),
    is_live=False,
)  # fmt: skip
CLASSIFICATIONS = Part(
    "classifications", "risk classification", Classification,
    columns=(
        "number", "answers", "legal_tier", "roles", "materiality", "reasons", "obligations", "rules_version", "note",
    ),
    stamps=("signed_by", "signed_at"),
    is_live=False,
)  # fmt: skip
DECISIONS = Part(
    "decisions", "go/no-go decision", GoNoGoDecision,
    columns=(
        "number", "outcome", "suggestion", "suggestion_reasons", "reasons", "difference_reason", "revisit_on",
        "evidence", "status",
    ),
    stamps=("proposed_by", "proposed_at", "decided_at"),
    is_live=False,
    children=(
        ("signatures", Part(
            "signatures", "signature", GoNoGoSignature, columns=("capacity", "comment"),
            stamps=("user", "signed_at"), is_live=False,
        )),
        ("conditions", Part(
            "conditions", "condition", GoNoGoCondition, columns=("text", "owner", "due_on", "met_note"),
            stamps=("met_by", "met_at"), is_live=False,
        )),
    ),
)  # fmt: skip
REMARK = ("text",)
REMARK_STAMPS = ("author", "created_at", "resolved_by", "resolved_at")
COMMENTS = Part(
    "comments", "comment", Comment,
    columns=("block", "field", *REMARK), stamps=REMARK_STAMPS, is_live=False,
    children=(("replies", Part("replies", "reply", Comment, columns=REMARK, stamps=REMARK_STAMPS, is_live=False)),),
)  # fmt: skip
EVIDENCE = Part(
    "evidence", "evidence link", EvidenceLink,
    columns=("block", "field", "kind", "object_id", "label", "fingerprint", "note"),
    stamps=("linked_by", "linked_at"),
    is_live=False,
)  # fmt: skip

LIVE = (REVISIONS, KPIS, READINGS, COSTS, BENEFITS, ERROR_COSTS, WAIVERS, RISKS, IMPACT, OVERSIGHT)
HISTORY = (ACCEPTANCES, ESTIMATES, CLASSIFICATIONS, DECISIONS, COMMENTS, EVIDENCE)
PARTS = (*LIVE, *HISTORY)
