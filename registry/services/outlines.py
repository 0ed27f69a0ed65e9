"""Keep the steps of a version's model, as they were read elsewhere, and the notes people write beside them."""

from dataclasses import dataclass
from typing import Any  # JSON values

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

import statements
from accounts.models import User
from audit.actions import Action
from audit.services import record
from jobs.models import Job
from registry import json_values
from registry.models import ModelOutline, ModelVersion, OutlineNote, RunParam, RunTag
from registry.outlining import described
from registry.outlining import text as writing
from registry.outlining.steps import Outline
from statements import Statement

LONGEST_NOTE = 20_000
State, Origin = ModelOutline.State, ModelOutline.Origin

_KNOWN = Statement(
    lambda version: (
        ModelOutline.objects.filter(version=version).order_by().values_list(*statements.columns(ModelOutline))
    ),
    -1,
)
_PARAMS = Statement(lambda run: RunParam.objects.filter(run=run).order_by("key").values_list("key", "value"), -1)
_CLASS = Statement(
    lambda run: RunTag.objects.filter(run=run, key="estimator_class").order_by().values_list("value"), -1
)


class UnusableNote(ValueError):
    """The note cannot be kept; the message says what to change."""


class NoteChanged(Exception):
    """Somebody else wrote a note since this one was begun."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read from a model's file."""

    outline: Outline
    library: str
    tier: str
    artifact_sha256: str
    example_input: Any = None
    """{"rows", "origin"}: the rows the model was asked about, and where they were written down."""
    example_output: Any = None
    """{"rows", "origin"}: what it answered."""
    remark: str = ""
    """Why there is no answer to the example, where there is none."""


def begin(version: ModelVersion, *, job: Job) -> ModelOutline:
    """Note that a version's steps are being read; what was read earlier stays until then."""
    outline, _ = ModelOutline.objects.update_or_create(
        version=version,
        defaults={"state": State.RUNNING, "job": job, "reason": ""},
        create_defaults={
            "state": State.RUNNING,
            "job": job,
            "origin": Origin.SANDBOX,
            "artifact_sha256": version.artifact_sha256,
        },
    )
    return outline


def report(version: ModelVersion, reading: Reading) -> ModelOutline:
    """Keep what was read from the model itself."""
    outline, _ = ModelOutline.objects.update_or_create(
        version=version,
        defaults={
            "origin": Origin.SANDBOX,
            "state": State.DONE,
            "steps": reading.outline.as_json(),
            "text": writing.write(reading.outline),
            "example_input": reading.example_input,
            "example_output": reading.example_output,
            "library": reading.library[:120],
            "tier": reading.tier,
            "artifact_sha256": reading.artifact_sha256,
            "reason": reading.remark,
            "read_at": timezone.now(),
        },
    )
    _journal(Action.OUTLINE_READ, outline, comment=reading.remark)
    return outline


def report_unread(version: ModelVersion, reason: str, *, failed: bool) -> ModelOutline:
    """Keep why a model's file was not read, and what is written beside it instead, unless it was read before.

    `failed` says that reading was tried; without it, and with something written beside the file, that is all there is.
    """
    known = _KNOWN.first(version.pk)
    outline = statements.record(ModelOutline, known) if known else ModelOutline(origin=Origin.DESCRIPTION)
    outline.version = version
    if not known:
        outline.artifact_sha256 = version.artifact_sha256
    if not (outline.steps and outline.origin == Origin.SANDBOX):
        beside = _beside(version)
        outline.origin = Origin.DESCRIPTION
        outline.steps = beside.as_json() if beside.steps else []
        outline.text = writing.write(beside) if beside.steps else ""
        outline.library = described.library_of(version.flavors)
        outline.tier = ""
    outline.state = State.FAILED if failed or not outline.steps else State.DONE
    outline.reason = reason
    outline.read_at = timezone.now()
    outline.save()
    _journal(Action.OUTLINE_FAILED if failed else Action.OUTLINE_READ, outline, comment=reason)
    return outline


@transaction.atomic
def add_note(version: ModelVersion, *, text: str, by: User, after: int | None = None) -> OutlineNote:
    """Write the next note beside a version's steps; raises UnusableNote, and NoteChanged when `after` is not the last."""
    cleaned = _ensure_usable(text)
    # Two notes at once wait here for each other.
    ModelVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    last = version.outline_notes.aggregate(last=Max("number"))["last"] or 0
    if after is not None and after != last:
        raise NoteChanged(
            "Somebody wrote a note here in the meantime. Read it, and send yours again; nothing of yours is lost."
        )
    note = OutlineNote.objects.create(version=version, number=last + 1, text=cleaned, by=by)
    record(
        Action.OUTLINE_NOTED, by=by, on=note, chain=version.model.project.chain, label=str(version),
        after={"number": note.number, "text": cleaned},
    )  # fmt: skip
    return note


def _ensure_usable(text: str) -> str:
    cleaned = text.replace("\r\n", "\n").strip()
    if not cleaned:
        raise UnusableNote("Write something; an empty note says nothing.")
    if len(cleaned) > LONGEST_NOTE:
        raise UnusableNote(f"Shorten the note to {LONGEST_NOTE:,} characters; it has {len(cleaned):,}.")
    try:
        return json_values.ensure_text(cleaned, what="the note")
    except json_values.NotStorable as reason:
        raise UnusableNote(str(reason)) from reason


def _beside(version: ModelVersion) -> Outline:
    """What the registration and the run say about the model."""
    run = version.run
    params = {str(key): str(value) for key, value in version.hyperparameters.items()}
    class_name = ""
    if run is not None:
        params |= dict(_PARAMS.all(run.pk))
        class_name = next((value for (value,) in _CLASS.all(run.pk)), "")
    named = class_name or (version.algorithm if params or not version.flavors else "")
    return described.describe(
        class_name=named, params=params, flavors=version.flavors, signature=version.signature
    )  # fmt: skip


def _journal(action: Action, outline: ModelOutline, *, comment: str) -> None:
    record(
        action, by=None, on=outline, chain=outline.version.model.project.chain, label=str(outline.version),
        after={"artifact_sha256": outline.artifact_sha256, "origin": outline.origin, "text": outline.text},
        comment=comment,
    )  # fmt: skip
