"""Ask for a stage, and decide: the version, its alias and the frozen evidence move together or not at all."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from canvas.services import signatures
from registry import findings, manifest, policy
from registry.independence import reason_against
from registry.models import ModelVersion, PromotionRequest, RegisteredModel, Stage, StageAssignment, Vote
from registry.services import aliases, gates, versions, webhooks
from registry.services.checks import report
from registry.services.gates import Gate


class ReasonMissing(ValueError):
    """A request or a decision came without its reason."""


class AlreadyOpen(Exception):
    """The same promotion is waiting for a decision."""


class AlreadyHeld(Exception):
    """The version holds the stage that was asked for."""


class AlreadyClosed(Exception):
    """The promotion was decided or withdrawn before."""


class NotIndependent(Exception):
    """The person has a stake in what they want to decide."""


class NotTheRequester(Exception):
    """Somebody else's request cannot be withdrawn."""


class NotReady(Exception):
    """The promotion cannot be approved yet; the message names everything that is missing."""


class EvidenceChanged(Exception):
    """What the approver saw is no longer what there is."""


@transaction.atomic
def request_promotion(version: ModelVersion, *, stage: Stage, reason: str, by: User) -> PromotionRequest:
    """Ask that a version take a stage; raises ReasonMissing, AlreadyHeld or AlreadyOpen."""
    if not reason.strip():
        raise ReasonMissing("Say why this version should be promoted; the approver and the model document read it.")
    project = Project.objects.select_for_update().get(pk=version.model.project_id)
    versions.ensure_live(version)
    held = current_assignment(version)
    if held and held.stage_id == stage.pk:
        raise AlreadyHeld(f"{version} is in {stage.name} already.")
    if waiting := version.promotions.filter(stage=stage, status=PromotionRequest.Status.OPEN).first():
        raise AlreadyOpen(
            f"Promotion #{waiting.number} asks for the same and is still open. Wait for it, or withdraw it."
        )
    gates.refresh(version)
    largest = project.promotions.aggregate(largest=Max("number"))["largest"] or 0
    promotion = PromotionRequest.objects.create(
        project=project, number=largest + 1, version=version, stage=stage, reason=reason.strip(), requested_by=by
    )
    after = {"version": str(version), "stage": stage.key, "checks": _statuses(gates.gates_before(stage.key, version))}
    webhooks.announce(project, "promotion.requested", data=_told(promotion), by=by, after=after)
    record(Action.PROMOTION_REQUESTED, by=by, on=promotion, chain=project.chain, label=_label(promotion), after=after)
    return promotion


@transaction.atomic
def withdraw(promotion: PromotionRequest, *, by: User) -> PromotionRequest:
    """Take back one's own request."""
    promotion = _locked(promotion)
    if promotion.requested_by_id != by.pk:
        raise NotTheRequester(f"Only {promotion.requested_by} can withdraw this request. An approver can reject it.")
    _ensure_open(promotion)
    _close(promotion, PromotionRequest.Status.WITHDRAWN, timezone.now())
    record(Action.PROMOTION_WITHDRAWN, by=by, on=promotion, chain=promotion.project.chain, label=_label(promotion))
    return promotion


def approve(promotion: PromotionRequest, *, by: User, password: str, comment: str, seen: str = "") -> Vote:
    """Sign for a promotion: the version takes the stage, and the evidence of the moment is frozen.

    `seen` is the fingerprint of what the approver looked at. Raises ReasonMissing, AlreadyClosed, NotIndependent,
    WrongPassword, TooManyAttempts, EvidenceChanged, or NotReady with everything that is missing.
    """
    _ensure_may_decide(promotion, by=by, comment=comment)
    signatures.confirm(by, password=password, on=promotion, project=promotion.project)
    # Outside the transaction: reading gigabytes must not hold up every other writer.
    _verify_artifact(promotion.version)
    with transaction.atomic():
        promotion = _locked(promotion)
        _ensure_open(promotion)
        gates.refresh(promotion.version)
        before = gates.gates_before(promotion.stage.key, promotion.version)
        _ensure_unchanged(promotion, before, seen)
        _ensure_ready(before)
        vote = _decide(promotion, before, decision=Vote.Decision.APPROVE, by=by, comment=comment)
        moved = _move(promotion, by=by, at=vote.at)
        _journal(promotion, Action.PROMOTION_APPROVED, by=by, comment=comment, before=moved[0], after=moved[1])
    return vote


def reject(promotion: PromotionRequest, *, by: User, password: str, comment: str, seen: str = "") -> Vote:
    """Sign against a promotion; nothing moves, and the evidence of the moment is frozen as for an approval."""
    _ensure_may_decide(promotion, by=by, comment=comment)
    signatures.confirm(by, password=password, on=promotion, project=promotion.project)
    with transaction.atomic():
        promotion = _locked(promotion)
        _ensure_open(promotion)
        gates.refresh(promotion.version)
        before = gates.gates_before(promotion.stage.key, promotion.version)
        _ensure_unchanged(promotion, before, seen)
        vote = _decide(promotion, before, decision=Vote.Decision.REJECT, by=by, comment=comment)
        _journal(promotion, Action.PROMOTION_REJECTED, by=by, comment=comment, before={}, after={})
    return vote


def fingerprint(promotion: PromotionRequest, before: list[Gate]) -> str:
    """What identifies everything that a decision would rest on now."""
    return manifest.digest_of(manifest.subject(promotion, before))


def current_assignment(version: ModelVersion) -> StageAssignment | None:
    """The stage a version holds now."""
    return version.stage_assignments.filter(until_at__isnull=True).select_related("stage").first()


def incumbents(promotion: PromotionRequest) -> list[StageAssignment]:
    """Who would give up the stage if this promotion were approved: nobody where several may hold it."""
    if not promotion.stage.is_exclusive:
        return []
    held = StageAssignment.objects.filter(
        version__model=promotion.version.model_id, stage=promotion.stage, until_at__isnull=True
    )
    return list(held.exclude(version=promotion.version_id).select_related("version__model__project", "stage"))


def _locked(promotion: PromotionRequest) -> PromotionRequest:
    # Lock, then look, always in this order: the plan, the model's stages, the version's checks, the request.
    Project.objects.select_for_update().get(pk=promotion.project_id)
    RegisteredModel.objects.select_for_update().get(pk=promotion.version.model_id)
    ModelVersion.objects.select_for_update().get(pk=promotion.version_id)
    PromotionRequest.objects.select_for_update().get(pk=promotion.pk)
    return PromotionRequest.objects.listed().get(pk=promotion.pk)


def _ensure_may_decide(promotion: PromotionRequest, *, by: User, comment: str) -> None:
    if not comment.strip():
        raise ReasonMissing("Say why; the reason appears in the journal and in the model document.")
    promotion = PromotionRequest.objects.get(pk=promotion.pk)
    _ensure_open(promotion)
    if against := reason_against(promotion, by):
        raise NotIndependent(against)


def _ensure_open(promotion: PromotionRequest) -> None:
    if not promotion.is_open:
        raise AlreadyClosed(f"Promotion #{promotion.number} is closed: {promotion.get_status_display().lower()}.")


def _ensure_unchanged(promotion: PromotionRequest, before: list[Gate], seen: str) -> None:
    if seen and seen != fingerprint(promotion, before):
        raise EvidenceChanged(
            "The evidence changed after you opened this page, and nothing was decided. Read it again, then sign."
        )


def _ensure_ready(before: list[Gate]) -> None:
    if closed := gates.missing(before):
        keys = [gate.requirement.key for gate in closed]
        why = " ".join(f"{gate.requirement.title}: {gate.reason}" for gate in closed)
        raise NotReady(f"This cannot be approved yet; still missing: {policy.titles(keys)}. {why}")


def _verify_artifact(version: ModelVersion) -> None:
    finding = findings.artifact_verified(version)
    known = version.checks.filter(key="artifact_verified").first()
    if known is None or known.status != finding.status:
        report(version, "artifact_verified", status=finding.status, reason=finding.reason, evidence=finding.evidence)


def _decide(
    promotion: PromotionRequest, before: list[Gate], *, decision: Vote.Decision, by: User, comment: str
) -> Vote:
    vote = Vote(promotion=promotion, by=by, decision=decision, comment=comment.strip(), at=timezone.now())
    evidence = manifest.freeze(promotion, before, decision=decision, by=by, comment=vote.comment, at=vote.at)
    promotion.evidence, promotion.evidence_sha256 = evidence, manifest.digest_of(evidence)
    approved = decision == Vote.Decision.APPROVE
    _close(promotion, PromotionRequest.Status.APPROVED if approved else PromotionRequest.Status.REJECTED, vote.at)
    vote.save()
    return vote


def _close(promotion: PromotionRequest, status: PromotionRequest.Status, at: datetime) -> None:
    promotion.status, promotion.closed_at = status, at
    promotion.save(update_fields=["status", "closed_at", "evidence", "evidence_sha256"])


def _move(promotion: PromotionRequest, *, by: User, at: datetime) -> tuple[dict[str, object], dict[str, object]]:
    """Give the version its new stage, and say who held what before and after."""
    version, stage = promotion.version, promotion.stage
    held = current_assignment(version)
    replaced = incumbents(promotion)
    before: dict[str, object] = {
        "stage": held.stage.key if held else None,
        "replaces": [str(one.version) for one in replaced],
    }
    for assignment in [*replaced, *([held] if held else [])]:
        assignment.until_at = at
        assignment.save(update_fields=["until_at"])
        if assignment.stage.alias:
            aliases.take_away(assignment.version, name=assignment.stage.alias, by=by, promotion=promotion)
    if retired := Stage.objects.filter(key=policy.REPLACED_STAGE).first():
        for assignment in replaced:
            _assign(assignment.version, retired, promotion, held=assignment.stage.key, by=by, at=at)
    _assign(version, stage, promotion, held=held.stage.key if held else None, by=by, at=at)
    if stage.alias:
        aliases.point(version, name=stage.alias, by=by, promotion=promotion)
    return before, {"stage": stage.key, "alias": stage.alias or None}


def _assign(
    version: ModelVersion, stage: Stage, promotion: PromotionRequest, *, held: str | None, by: User, at: datetime
) -> None:
    StageAssignment.objects.create(version=version, stage=stage, promotion=promotion, assigned_by=by, from_at=at)
    webhooks.announce(
        promotion.project,
        "model_version_stage.moved",
        data={"name": version.model.name, "version": str(version.number), "stage": stage.key},
        by=by,
        before={"stage": held},
        after={"stage": stage.key},
    )


def _journal(
    promotion: PromotionRequest,
    action: Action,
    *,
    by: User,
    comment: str,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    webhooks.announce(
        promotion.project, "promotion.decided", data=_told(promotion), by=by, before=before,
        after=after | {"decision": promotion.status, "comment": comment},
    )  # fmt: skip
    record(
        action,
        by=by,
        on=promotion,
        chain=promotion.project.chain,
        label=_label(promotion),
        before=before,
        after=after | {"evidence_sha256": promotion.evidence_sha256},
        comment=comment,
    )


def _told(promotion: PromotionRequest) -> dict[str, object]:
    version = promotion.version
    return {
        "name": version.model.name,
        "version": str(version.number),
        "promotion": promotion.number,
        "stage": promotion.stage.key,
    }


def _label(promotion: PromotionRequest) -> str:
    return f"promotion #{promotion.number}: {promotion.version} to {promotion.stage.name}"


def _statuses(before: list[Gate]) -> dict[str, str]:
    return {gate.requirement.key: str(gate.status) for gate in before}
