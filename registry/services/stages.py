"""Set the stages that no promotion decides; the others move with promotions alone."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry import policy
from registry.models import ModelVersion, Stage, StageAssignment
from registry.services import models, protection, versions, webhooks

WITHOUT_PROMOTION = "Set through the MLflow API, without a promotion."


class NoSuchStage(ValueError):
    """The installation has no such stage."""


@transaction.atomic
def set_freely(version: ModelVersion, *, key: str, by: User, archive_others: bool = False) -> StageAssignment:
    """Give a version a free stage, and retire the others in it where asked; raises Protected and NoSuchStage."""
    stage = Stage.objects.filter(key=key).first()
    if stage is None:
        raise NoSuchStage(f"This installation has no stage called “{key}”.")
    model = models.locked(version.model)
    versions.ensure_live(version)
    held = _open().filter(version=version).first()
    protection.ensure_stage_is_free(stage, version=version, held=held)
    others = _open().filter(version__model=model, stage=stage).exclude(version=version)
    leaving = list(others) if archive_others or stage.is_exclusive else []
    if held and held.stage_id == stage.pk and not leaving:
        return held
    now = timezone.now()
    retired = Stage.objects.filter(key=policy.REPLACED_STAGE).first()
    for other in leaving:
        _close(other, now)
        if retired:
            _open_one(other.version, retired, by, now)
    if held is None or held.stage_id != stage.pk:
        if held:
            _close(held, now)
        before, held = held, _open_one(version, stage, by, now)
    else:
        before = held
    webhooks.announce(
        model.project,
        "model_version_stage.moved",
        data={"name": model.name, "version": str(version.number), "stage": stage.key},
        by=by,
        before={"stage": before.stage.key if before else None},
        after={"stage": stage.key},
    )
    ModelVersion.objects.filter(pk__in=[version.pk, *(one.version_id for one in leaving)]).update(updated_at=now)
    record(
        Action.STAGE_SET,
        by=by,
        on=version,
        chain=model.project.chain,
        label=f"{version} to {stage.name}",
        before={"stage": before.stage.key if before else None},
        after={"stage": stage.key, "retired": [one.version.number for one in leaving]},
        comment=WITHOUT_PROMOTION,
    )
    return held


def _open() -> QuerySet[StageAssignment]:
    return StageAssignment.objects.filter(until_at__isnull=True).select_related("stage", "version__model")


def _close(assignment: StageAssignment, at: datetime) -> None:
    assignment.until_at = at
    assignment.save(update_fields=["until_at"])


def _open_one(version: ModelVersion, stage: Stage, by: User, at: datetime) -> StageAssignment:
    return StageAssignment.objects.create(version=version, stage=stage, assigned_by=by, from_at=at)
