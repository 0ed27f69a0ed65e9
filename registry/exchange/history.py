"""What people did and decided about a model where it was exported: told elsewhere as text, and counted nowhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from audit.services import stamp
from registry.models import (
    ModelOutline,
    ModelVersion,
    OutlineNote,
    PromotionRequest,
    RegisteredModel,
    Run,
    SelectionRecord,
    StageAssignment,
)

Values = dict[str, Any]
MOST = 2_000


def history_of(model: RegisteredModel, versions: Sequence[ModelVersion], runs: Mapping[int, Run]) -> Values:
    """Aliases, stages, promotions with their evidence, selections, steps and notes, and what came with earlier archives."""
    numbers = {version.pk: version.number for version in versions}
    return {
        "project": model.project.name,
        "aliases": [
            {"name": one.name, "version": one.version.number, "by": str(one.moved_by), "at": stamp(one.moved_at)}
            for one in model.aliases.select_related("version", "moved_by").order_by("name")
        ],
        "alias_moves": [
            {
                "name": one.name,
                "from": one.from_version.number if one.from_version else None,
                "to": one.to_version.number if one.to_version else None,
                "by": str(one.by),
                "at": stamp(one.at),
            }
            for one in model.alias_moves.select_related("from_version", "to_version", "by").order_by("pk")[:MOST]
        ],
        "stages": [_stage(one) for one in _stages(model)],
        "promotions": [_promotion(one) for one in _promotions(model)],
        "selections": [_selection(one) for one in _selections(runs)],
        "outlines": [
            {"version": numbers[one.version_id], "origin": one.get_origin_display(), "text": one.text, "library": one.library}
            for one in ModelOutline.objects.filter(version__in=numbers).exclude(text="").order_by("version__number")
        ],
        "notes": [
            {"version": numbers[one.version_id], "text": one.text, "by": str(one.by), "at": stamp(one.at)}
            for one in OutlineNote.objects.filter(version__in=numbers).select_related("by").order_by("pk")[:MOST]
        ],
        "earlier": _earlier(model),
    }  # fmt: skip


def _stages(model: RegisteredModel) -> list[StageAssignment]:
    held = StageAssignment.objects.filter(version__model=model).select_related("version", "stage", "assigned_by")
    return list(held.order_by("from_at", "pk")[:MOST])


def _stage(held: StageAssignment) -> Values:
    return {
        "version": held.version.number,
        "stage": held.stage.name,
        "from": stamp(held.from_at),
        "until": _moment(held.until_at),
        "by": str(held.assigned_by),
    }


def _promotions(model: RegisteredModel) -> list[PromotionRequest]:
    asked = PromotionRequest.objects.filter(version__model=model).select_related("version", "stage", "requested_by")
    return list(asked.prefetch_related("votes__by").order_by("number")[:MOST])


def _promotion(asked: PromotionRequest) -> Values:
    return {
        "number": asked.number,
        "version": asked.version.number,
        "stage": asked.stage.name,
        "status": asked.get_status_display(),
        "reason": asked.reason,
        "requested_by": str(asked.requested_by),
        "requested_at": stamp(asked.requested_at),
        "closed_at": _moment(asked.closed_at),
        "votes": [
            {"by": str(vote.by), "decision": vote.get_decision_display(), "comment": vote.comment, "at": stamp(vote.at)}
            for vote in asked.votes.all()
        ],
        "evidence": asked.evidence,
    }


def _selections(runs: Mapping[int, Run]) -> list[SelectionRecord]:
    return list(SelectionRecord.objects.filter(chosen__in=runs).select_related("chosen", "by").order_by("pk")[:MOST])


def _selection(one: SelectionRecord) -> Values:
    return {
        "chosen": one.chosen.name,
        "metric": one.metric,
        "higher_is_better": one.higher_is_better,
        "reason": one.reason,
        "candidates": one.candidates,
        "by": str(one.by),
        "at": stamp(one.at),
    }


def _earlier(model: RegisteredModel) -> list[Values]:
    """The histories that came with the archives this model was restored from."""
    found: list[Values] = []
    for archive in model.archives.order_by("restored_at", "pk"):
        told = dict(archive.history)
        found += [*told.pop("earlier", []), told]
    return found


def _moment(moment: datetime | None) -> str:
    return stamp(moment) if moment else ""
