"""Every write to go/no-go decisions: two people sign what one of them proposed, on a stated state of the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.cleaning import Answers, InvalidAnswers, Problem, clean
from canvas.go_no_go import CONDITIONAL, PROPOSAL, REVISIT, Return, Suggestion, suggest
from canvas.models import (
    BlockRevision,
    Classification,
    GoNoGoCondition,
    GoNoGoDecision,
    GoNoGoSignature,
    Project,
    RoiEstimate,
)
from canvas.services import signatures
from canvas.services.classifications import latest_classification

FORMAT = "tenet.go-no-go.v1"
DECIDED_BY_BLOCK = 10


class AlreadyWaiting(Exception):
    """Another proposal waits for signatures."""


class AlreadyClosed(Exception):
    """The decision was completed or withdrawn before."""


class NotToBeSigned(Exception):
    """This person cannot sign, or not in this capacity; the message says why."""


class BasisChanged(Exception):
    """What the decision rests on is no longer what there is."""


class NotMet(Exception):
    """A condition cannot be reported as met; the message says why."""


@dataclass(frozen=True)
class Basis:
    """Everything a decision rests on, as it is now."""

    revisions: list[BlockRevision]
    estimate: RoiEstimate | None
    classification: Classification | None
    suggestion: Suggestion

    @property
    def manifest(self) -> dict[str, Any]:
        """The records by revision and digest, as a decision stores them."""
        return {
            "format": FORMAT,
            "blocks": [
                {"block": held.block, "revision": held.number, "sha256": held.sha256} for held in self.revisions
            ],
            "roi_estimate": self.estimate.number if self.estimate else None,
            "classification": self.classification.number if self.classification else None,
            "classification_sha256": self.classification.sha256 if self.classification else "",
        }

    @property
    def disqualifiers(self) -> list[dict[str, str]]:
        """The answered disqualifiers of block 10."""
        return self._block_10().get("disqualifiers") or []

    @property
    def alternatives(self) -> list[dict[str, str]]:
        """What could be done without ML, with value and cost."""
        return self._block_10().get("non_ml_alternatives") or []

    def _block_10(self) -> Answers:
        return next((held.answers for held in self.revisions if held.block == DECIDED_BY_BLOCK), {})


def basis_of(project: Project) -> Basis:
    """What a decision would rest on now, and what it suggests; three queries."""
    revisions = list(BlockRevision.objects.latest_of(project).order_by("block"))
    estimate = RoiEstimate.objects.filter(project=project).first()
    classification = latest_classification(project)
    block_10: Answers = next((held.answers for held in revisions if held.block == DECIDED_BY_BLOCK), {})
    expected = _return_of(estimate) if estimate else None
    stops = classification.stops if classification else []
    suggestion = suggest(block_10.get("disqualifiers") or [], expected=expected, stops=stops)
    return Basis(revisions, estimate, classification, suggestion)


@transaction.atomic
def propose(project: Project, *, answers: Mapping[str, Any], by: User) -> GoNoGoDecision:
    """Propose a decision for two people to sign; raises InvalidAnswers or AlreadyWaiting."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    basis = basis_of(project)
    cleaned = clean(PROPOSAL, answers)
    if problems := _problems(cleaned, basis.suggestion):
        raise InvalidAnswers(problems)
    if waiting := waiting_decision(project):
        raise AlreadyWaiting(f"Decision {waiting.number} waits for signatures. Sign or withdraw it first.")
    largest = GoNoGoDecision.objects.filter(project=project).aggregate(largest=Max("number"))["largest"] or 0
    decision = GoNoGoDecision.objects.create(
        project=project,
        number=largest + 1,
        outcome=cleaned["outcome"],
        suggestion=basis.suggestion.outcome,
        suggestion_reasons=list(basis.suggestion.reasons),
        reasons=cleaned["reasons"],
        difference_reason=cleaned.get("difference_reason", ""),
        revisit_on=cleaned.get("revisit_on"),
        evidence=basis.manifest,
        proposed_by=by,
    )
    for row in cleaned.get("conditions", []):
        decision.conditions.create(text=row["text"], owner=row["owner"], due_on=row["due_on"])
    after = {key: cleaned.get(key, "") for key in ("outcome", "reasons", "difference_reason", "revisit_on")}
    after |= {
        "suggestion": decision.suggestion,
        "conditions": cleaned.get("conditions", []),
        "evidence": basis.manifest,
    }
    record(Action.GO_NO_GO_PROPOSED, by=by, on=decision, chain=project.chain, label=_label(decision), after=after)
    return decision


def sign(decision: GoNoGoDecision, *, by: User, capacity: str, password: str, comment: str = "") -> GoNoGoDecision:
    """Sign a proposed decision as sponsor or as risk owner; the second of two distinct people completes it.

    Raises AlreadyClosed, NotToBeSigned, BasisChanged, WrongPassword or TooManyAttempts.
    """
    decision = GoNoGoDecision.objects.select_related("project").get(pk=decision.pk)
    _ensure_signable(decision, by, capacity)
    signatures.confirm(by, password=password, on=decision, project=decision.project)
    with transaction.atomic():
        decision = _locked(decision)
        _ensure_signable(decision, by, capacity)
        try:
            with transaction.atomic():
                signature = decision.signatures.create(user=by, capacity=capacity, comment=comment.strip())
        except IntegrityError as error:
            raise NotToBeSigned("Somebody signed in this capacity a moment ago. Look again.") from error
        chain, label = decision.project.chain, _label(decision)
        after = {"capacity": capacity, "outcome": decision.outcome}
        record(
            Action.GO_NO_GO_SIGNED, by=by, on=decision, chain=chain, label=label, after=after, comment=comment.strip()
        )
        if decision.signatures.count() == len(GoNoGoSignature.Capacity):
            decision.status, decision.decided_at = GoNoGoDecision.Status.DECIDED, signature.signed_at
            decision.save(update_fields=["status", "decided_at"])
            after = {"outcome": decision.outcome, "suggestion": decision.suggestion, "evidence": decision.evidence}
            record(Action.GO_NO_GO_DECIDED, by=by, on=decision, chain=chain, label=label, after=after)
    return decision


@transaction.atomic
def withdraw(decision: GoNoGoDecision, *, by: User, comment: str = "") -> GoNoGoDecision:
    """Take a proposal back before it is decided; raises AlreadyClosed."""
    decision = _locked(decision)
    _ensure_open(decision)
    decision.status = GoNoGoDecision.Status.WITHDRAWN
    decision.save(update_fields=["status"])
    chain = decision.project.chain
    record(Action.GO_NO_GO_WITHDRAWN, by=by, on=decision, chain=chain, label=_label(decision), comment=comment.strip())
    return decision


@transaction.atomic
def report_met(condition: GoNoGoCondition, *, by: User, note: str) -> GoNoGoCondition:
    """Report a condition of a completed decision as met, saying how that is known; raises NotMet."""
    GoNoGoCondition.objects.select_for_update().get(pk=condition.pk)
    condition = GoNoGoCondition.objects.select_related("decision__project").get(pk=condition.pk)
    decision = condition.decision
    if decision.status != GoNoGoDecision.Status.DECIDED:
        raise NotMet("The decision is not completed, so its conditions do not hold yet.")
    if condition.met_at is not None:
        raise NotMet("This condition was reported as met before.")
    if not note.strip():
        raise NotMet("Say how you know that it is met.")
    condition.met_by, condition.met_at, condition.met_note = by, timezone.now(), note.strip()
    condition.save(update_fields=["met_by", "met_at", "met_note"])
    record(
        Action.CONDITION_MET, by=by, on=condition, chain=decision.project.chain, label=_label(decision),
        after={"condition": condition.text, "due_on": str(condition.due_on)}, comment=condition.met_note,
    )  # fmt: skip
    return condition


def waiting_decision(project: Project) -> GoNoGoDecision | None:
    """The proposal that waits for signatures."""
    return listed(project).filter(status=GoNoGoDecision.Status.PROPOSED).first()


def standing_decision(project: Project) -> GoNoGoDecision | None:
    """The decision that was completed last."""
    return listed(project).filter(status=GoNoGoDecision.Status.DECIDED).first()


def listed(project: Project) -> Any:  # Any: a queryset of decisions
    """A project's decisions with everybody who signed, the latest first."""
    found = GoNoGoDecision.objects.filter(project=project).select_related("proposed_by", "project")
    return found.prefetch_related("signatures__user", "conditions__met_by")


def reason_against(decision: GoNoGoDecision, by: User, capacity: str = "") -> str:
    """Why this person cannot sign, in this capacity if one is named; empty when they can."""
    signed = {signature.user_id: signature for signature in decision.signatures.select_related("user")}
    if by.pk in signed:
        held = signed[by.pk].get_capacity_display().lower()
        return f"You signed as {held}. Sponsor and risk owner are two people, so somebody else signs now."
    for signature in signed.values():
        if capacity == signature.capacity:
            return f"{signature.user} signed as {signature.get_capacity_display().lower()} already."
    return ""


def changes_since(decision: GoNoGoDecision, basis: Basis) -> list[str]:
    """What the decision rests on and has changed since, in sentences; empty while it rests on what holds."""
    held, now = decision.evidence, basis.manifest
    before, after = _revision(held), _revision(now)
    changes = []
    if before != after:
        changes.append(f"Block 10 is at revision {after or 'none'}; the decision rests on revision {before or 'none'}.")
    for key, name in (("roi_estimate", "ROI estimate"), ("classification", "Classification")):
        if held.get(key) != now[key]:
            was = held.get(key) or "none"
            changes.append(f"{name} {now[key] or 'none'} holds now; the decision rests on {was}.")
    return changes


def overdue_conditions(decisions: Sequence[GoNoGoDecision], today: date) -> list[GoNoGoCondition]:
    """The conditions of these decisions that should have been met by now."""
    return [
        condition
        for decision in decisions
        for condition in decision.conditions.all()
        if condition.met_at is None and condition.due_on < today
    ]


def _revision(manifest: Mapping[str, Any]) -> int:
    return next((row["revision"] for row in manifest.get("blocks", []) if row["block"] == DECIDED_BY_BLOCK), 0)


def _return_of(estimate: RoiEstimate) -> Return:
    found = (estimate.results.get("likely") or {}).get("roi")
    return Return(estimate.number, None if found is None else float(found), estimate.hurdle_rate)


def _problems(cleaned: Answers, suggestion: Suggestion) -> list[Problem]:
    outcome, today = cleaned.get("outcome", ""), timezone.localdate().isoformat()
    problems = []
    if not outcome:
        problems.append(Problem("outcome", "Choose what is decided."))
    if not cleaned.get("reasons"):
        problems.append(Problem("reasons", "Say why; the journal and the model document print it."))
    if outcome and outcome != suggestion.outcome and not cleaned.get("difference_reason"):
        said = f"The records suggest “{suggestion.label}”. Say why you decide otherwise."
        problems.append(Problem("difference_reason", said))
    if outcome == REVISIT and not cleaned.get("revisit_on"):
        problems.append(Problem("revisit_on", "Name the date on which it is looked at again."))
    if cleaned.get("revisit_on", today) < today:
        problems.append(Problem("revisit_on", "This date has passed; name one to come."))
    return problems + _condition_problems(cleaned.get("conditions", []), outcome, today)


def _condition_problems(rows: list[dict[str, Any]], outcome: str, today: str) -> list[Problem]:
    if outcome == CONDITIONAL and not rows:
        return [Problem("conditions", "Name at least one condition, who sees to it, and by when.")]
    if rows and outcome != CONDITIONAL:
        return [Problem("conditions", "Conditions belong to “Go with conditions”: choose that, or remove them.")]
    problems = []
    for number, row in enumerate(rows):
        place = f"Row {number + 1}"
        for column in PROPOSAL.field("conditions").columns:
            if column.key not in row:
                sentence = f"Fill in “{column.label}”."
                problems.append(Problem("conditions", sentence, number, column.key, place))
        if row.get("due_on", today) < today:
            problems.append(Problem("conditions", "This date has passed.", number, "due_on", place))
    return problems


def _ensure_open(decision: GoNoGoDecision) -> None:
    if decision.status != GoNoGoDecision.Status.PROPOSED:
        raise AlreadyClosed(f"Decision {decision.number} is closed: {decision.get_status_display().lower()}.")


def _ensure_signable(decision: GoNoGoDecision, by: User, capacity: str) -> None:
    _ensure_open(decision)
    if capacity not in GoNoGoSignature.Capacity.values:
        raise NotToBeSigned("Sign as sponsor or as risk owner.")
    if against := reason_against(decision, by, capacity):
        raise NotToBeSigned(against)
    if changes := changes_since(decision, basis_of(decision.project)):
        raise BasisChanged(
            f"What was proposed rests on an earlier state, and nothing was signed. {' '.join(changes)} Withdraw the "
            "proposal, and propose it again."
        )


def _locked(decision: GoNoGoDecision) -> GoNoGoDecision:
    # The plan first, then the decision: two last signatures arriving together complete it once.
    Project.objects.select_for_update().get(pk=decision.project_id)
    GoNoGoDecision.objects.select_for_update().get(pk=decision.pk)
    return GoNoGoDecision.objects.select_related("project").get(pk=decision.pk)


def _label(decision: GoNoGoDecision) -> str:
    return f"go/no-go decision {decision.number}: {decision.get_outcome_display().lower()}"
