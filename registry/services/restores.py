"""An exported model that comes back: received and checked, previewed, and restored in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data.services import quotas
from jobs import services as jobs
from registry.exchange import records, zips
from registry.exchange.layout import MOST_ARCHIVE, InvalidArchive
from registry.exchange.records import Records, Values
from registry.models import ModelArchive, ModelVersion, RegisteredModel
from registry.services import models, versions

KIND = "model-restore"
State = ModelArchive.State


class AlreadyRestored(Exception):
    """The archive was restored, or is being restored."""


class CannotRestore(ValueError):
    """The archive does not fit into the project; the message says what to change."""


@dataclass(frozen=True)
class Planned:
    """What becomes of one version of an archive."""

    number: int
    becomes: int
    is_known: bool
    """Whether the model has this very version already, under the number it becomes."""


def receive(project: Project, source: BinaryIO | Iterable[bytes], *, file_name: str, by: User) -> ModelArchive:
    """Check an archive to its last byte and keep it; raises InvalidArchive, TooLarge or UnusableName and keeps nothing."""
    name = versions.plain_name(file_name)
    with quotas.receive(project, source, limit=MOST_ARCHIVE) as received:
        with zips.opened(received.path) as archive:
            found = records.read(archive)
            for run in found.values["runs"]:
                records.metrics(archive, run["key"])
            archive.verify(lambda count: None)
        _ensure_usable_name(found.values["model"]["name"])
        stored = received.keep()
    with transaction.atomic():
        quotas.count_new(project, stored.sha256, stored.size)
        brought = ModelArchive.objects.create(
            project=project, file_name=name, sha256=stored.sha256, size=stored.size, summary=found.summary,
            history=found.history, name=found.values["model"]["name"], brought_by=by,
        )  # fmt: skip
        record(
            Action.MODEL_ARCHIVE_RECEIVED, by=by, on=brought, chain=project.chain, label=name,
            after={"sha256": stored.sha256, "size": stored.size, "model": found.values["model"]["name"]},
        )  # fmt: skip
    return brought


def plan(project: Project, name: str, found: Iterable[Mapping[str, object]]) -> list[Planned]:
    """What each version would become; `found` has the number and artifact_sha256 of each, the lowest number first."""
    model = RegisteredModel.objects.live().filter(project=project, name=name).first()
    taken = {one.number: one for one in model.versions.all()} if model else {}
    held = set(taken) | {int(str(one["number"])) for one in found}
    planned = []
    for one in found:
        number = int(str(one["number"]))
        same = _same(taken, one, number)
        if same is not None:
            planned.append(Planned(number, same, True))
            continue
        becomes = number if number not in taken else max(held) + 1
        held.add(becomes)
        planned.append(Planned(number, becomes, False))
    return planned


@transaction.atomic
def request_restore(archive: ModelArchive, *, name: str, by: User) -> ModelArchive:
    """Queue the restoring of an archive under a name; raises AlreadyRestored and CannotRestore."""
    locked = ModelArchive.objects.select_for_update(of=("self",)).select_related("project")
    archive = locked.get(pk=archive.pk)
    if archive.state in (State.RUNNING, State.RESTORED):
        raise AlreadyRestored(f"This archive is {archive.get_state_display().lower()} already.")
    ensure_fits(archive.project, name, archive.summary["task"])
    archive.name, archive.state, archive.reason = name, State.RUNNING, ""
    archive.restored_by = by
    archive.job = jobs.enqueue(KIND, project=archive.project, label=f"Restore {name}"[:200], by=by)
    archive.save()
    record(
        Action.MODEL_RESTORE_REQUESTED, by=by, on=archive, chain=archive.project.chain, label=name,
        after={"sha256": archive.sha256},
    )  # fmt: skip
    return archive


def ensure_fits(project: Project, name: str, task: str) -> None:
    """Raise CannotRestore where the model cannot have this name or task in the project."""
    try:
        _ensure_usable_name(name)
    except InvalidArchive as reason:
        raise CannotRestore(str(reason)) from reason
    if project.task and task and project.task != task:
        raise CannotRestore(
            f"{project.name} is about {project.get_task_display().lower()}, and the model is not. Restore it elsewhere."
        )
    model = RegisteredModel.objects.live().filter(project=project, name=name).first()
    if model and model.task and task and model.task != task:
        raise CannotRestore(f"{name} has another task here. Restore the archive under another name.")


def fail(archive: ModelArchive, reason: str) -> None:
    """Keep why an archive was not restored."""
    archive.state, archive.reason = State.FAILED, reason
    archive.save(update_fields=["state", "reason"])
    record(
        Action.MODEL_RESTORE_FAILED, by=archive.restored_by, on=archive, chain=archive.project.chain, label=archive.name,
        comment=reason,
    )  # fmt: skip


def finish(archive: ModelArchive, model: RegisteredModel, origins: list[Values]) -> None:
    """Keep what became of an archive; the worker calls it in the transaction that makes the records."""
    archive.state, archive.model, archive.origins, archive.restored_at = State.RESTORED, model, origins, timezone.now()
    archive.save(update_fields=["state", "model", "origins", "restored_at"])
    record(
        Action.MODEL_RESTORED, by=archive.restored_by, on=archive, chain=archive.project.chain, label=model.name,
        after={
            "sha256": archive.sha256,
            "versions": [{"number": one["number"], "becomes": one["version"], "new": one["is_new"]} for one in origins],
        },
    )  # fmt: skip


def summary_of(found: Records) -> list[Values]:
    """What `plan` needs of each version."""
    return [{"number": one["number"], "artifact_sha256": one["artifact_sha256"]} for one in found.versions]


def _same(taken: Mapping[int, ModelVersion], one: Mapping[str, object], number: int) -> int | None:
    """The number under which the model has this version: the one it had, or the one an earlier restoring gave it."""
    alike = [held for held in taken.values() if held.artifact_sha256 == one["artifact_sha256"]]
    alike = [held for held in alike if held.algorithm == one.get("algorithm", held.algorithm)]
    if any(held.number == number for held in alike):
        return number
    restored = [held.number for held in alike if held.origin == ModelVersion.Origin.IMPORT]
    return min(restored, default=None)


def _ensure_usable_name(name: str) -> None:
    try:
        models.ensure_usable_name(name)
    except models.UnusableModelName as reason:
        raise InvalidArchive(str(reason)) from reason
