"""What a run took in and brought forth: datasets and logged models."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.models import User
from canvas.models import Project
from data.services import references
from data.services.references import MlflowInput
from registry.models import Run, RunDataset, RunModelLink, RunTag
from registry.services import logged_models, open_runs, tags

HISTORY = "mlflow.log-model.history"
LONGEST_HISTORY = 2**20


class InvalidInput(ValueError):
    """What was sent cannot be kept; the message says what to change."""


@transaction.atomic
def log(project: Project, run_id: str, *, datasets: Sequence[MlflowInput], models: Sequence[str], by: User) -> None:
    """Note what a run used; the same dataset again adds its tags.

    A dataset whose source is the address of a snapshot of ours is that snapshot; any other is recorded as declared.

    Raises NoSuchRun, RunDeleted, NoSuchLoggedModel and InvalidInput, and notes nothing then.
    """
    run = open_runs.hold(project, run_id)
    new: list[str] = []
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for place, sent in enumerate(datasets):
        name = f"{sent.name} ({sent.digest})"
        was = _note(project, run, sent, place, by)
        if was is None:
            new.append(name)
        elif was != (said := {**was, **(sent.tags or {})}):
            before[name], after[name] = was, said
    linked = _link(project, run, [(model, 0) for model in models], RunModelLink.Direction.INPUT)
    if after:
        open_runs.changed(project, run, by=by, before={"dataset_tags": before}, after={"dataset_tags": after})
    if new or linked:
        open_runs.changed(project, run, by=by, after={"datasets": new, "models_used": linked})


@transaction.atomic
def log_outputs(project: Project, run_id: str, *, models: Sequence[tuple[str, int]], by: User) -> None:
    """Note which logged models a run brought forth, each with its step; raises as `log` does."""
    run = open_runs.hold(project, run_id)
    if linked := _link(project, run, models, RunModelLink.Direction.OUTPUT):
        open_runs.changed(project, run, by=by, after={"models_produced": linked})


@transaction.atomic
def log_history(project: Project, run_id: str, *, model: Mapping[str, Any], by: User) -> None:
    """Add a model to the list that clients before MLflow 3 keep in a tag; raises NoSuchRun, RunDeleted, InvalidInput."""
    run = open_runs.hold(project, run_id)
    known = RunTag.objects.filter(run=run, key=HISTORY).values_list("value", flat=True).first()
    try:
        held = json.loads(known or "[]")
    except ValueError:
        held = None
    if not isinstance(held, list):
        raise InvalidInput(f"The tag {HISTORY} of this run is not a JSON list. Delete the tag first.")
    value = json.dumps([*held, dict(model)])
    if len(value) > LONGEST_HISTORY:
        raise InvalidInput(f"The run has {len(held):,} models already, and no more fit into the tag {HISTORY}.")
    tags.put(project, run, {HISTORY: value}, by=by)


def _note(project: Project, run: Run, sent: MlflowInput, place: int, by: User) -> dict[str, str] | None:
    """The tags that the dataset had in the run before; None where the run did not have it."""
    try:
        references.check_input(sent)
        dataset = references.snapshot_at(project, sent.source) or references.log_input(project, sent=sent, by=by)[0]
    except references.BadInput as reason:
        raise InvalidInput(f"datasets[{place}].dataset.{reason.where}: {reason}") from reason
    sent_tags = dict(sent.tags or {})
    known, is_new = RunDataset.objects.get_or_create(
        run=run,
        name=sent.name,
        digest=sent.digest,
        defaults={
            "dataset": dataset,
            "tags": sent_tags,
            "context": sent.context,
            "source_type": sent.source_type,
            "source": references.without_login(sent.source),
            "schema": sent.schema,
            "profile": sent.profile,
        },
    )
    if is_new:
        return None
    had = dict(known.tags)
    if not sent_tags.items() <= had.items():
        known.tags = had | sent_tags
        known.context = sent.context or known.context
        known.save(update_fields=["tags", "context"])
    return had


def _link(project: Project, run: Run, models: Sequence[tuple[str, int]], direction: str) -> list[str]:
    """The ids of the models that were not linked before."""
    if not models:
        return []
    pks = logged_models.pks_of(project, {model for model, _ in models})
    links = RunModelLink.objects.filter(run=run, direction=direction)
    known = set(links.values_list("logged_model__model_id", "step"))
    new = [one for one in dict.fromkeys(models) if one not in known]
    RunModelLink.objects.bulk_create(
        [RunModelLink(run=run, logged_model_id=pks[model], direction=direction, step=step) for model, step in new],
        ignore_conflicts=True,
    )
    return [model for model, _ in new]
