"""Register immutable versions of models."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

import statements
from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Membership, Project
from data.models import Dataset
from data.services import quotas
from data.storage import StoredFile
from registry import archives, findings, formats, json_values, policy, registered, webhook_events
from registry.models import (
    ModelVersion,
    RegisteredModel,
    Run,
    Stage,
    StageAssignment,
    TrainingEnvironment,
    VersionDataset,
)
from registry.services import checks, models, protection, webhooks
from statements import Statement

LARGEST_NUMBER = 2**31 - 1
NAME_BYTES = 255

_LARGEST = Statement(
    lambda model: ModelVersion.objects.filter(model=model).order_by("-number").values_list("number")[:1], -1
)
_FIRST_STAGE = Statement(
    lambda key: Stage.objects.filter(key=key).order_by().values_list(*statements.columns(Stage)), "key"
)


class UnusableName(ValueError):
    """The artifact's file name cannot be kept; the message says why."""


class EmptyFile(ValueError):
    """The artifact has no bytes."""


class NumberTaken(Exception):
    """The model has a version with the number that was asked for."""


class NoSuchVersion(Exception):
    """The model has no such version, or has none any more."""


class InvalidDetails(ValueError):
    """Something said about the version does not fit; the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class VersionDetails:
    """What is said about a version when it is registered."""

    algorithm: str
    description: str = ""
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    selection_note: str = ""
    limits: str = ""
    pseudocode: str = ""
    example_input: Any = None
    example_output: Any = None
    source_code: str = ""
    run: Run | None = None
    environment: TrainingEnvironment | None = None
    datasets: Sequence[tuple[Dataset, str]] = ()
    """Snapshots with a value of VersionDataset.Use each."""
    trained_by: User | None = None
    """Who trained it; the uploader where nobody is named."""


@dataclass(frozen=True)
class Artifact:
    """A model file that was received, recognised and stored."""

    name: str
    format: str
    file: StoredFile


def register_version(
    model: RegisteredModel,
    details: VersionDetails,
    *,
    file: BinaryIO | Iterable[bytes],
    file_name: str,
    by: User,
    number: int | None = None,
) -> ModelVersion:
    """Store the file and register it as the model's next version, or as the number asked for.

    Raises InvalidDetails, UnusableName, EmptyFile, NumberTaken, NotStorable, TooLarge, FormatMismatch or ArchiveBomb;
    in each case nothing is registered.
    """
    _ensure_fits(model.project, details)
    ensure_free(model, number)
    artifact = receive(model.project, file, file_name=file_name)
    with transaction.atomic():
        # Counting waits here for whoever registers a version of the same model.
        model = models.locked(model)
        ensure_free(model, number)
        quotas.count_new(model.project, artifact.file.sha256, artifact.file.size)
        version = _create(model, details, artifact, number or next_number(model), by)
        start(version, by)
        webhooks.announce(model.project, "model_version.created", by=by, data=webhook_events.version_created(version))
        record(
            Action.VERSION_REGISTERED,
            by=by,
            on=version,
            chain=model.project.chain,
            after={
                "artifact_sha256": version.artifact_sha256,
                "format": version.artifact_format,
                "environment": version.environment_id,
                "datasets": [[dataset.pk, use] for dataset, use in details.datasets],
                "trained_by": version.trained_by.get_username(),
            },
        )
        registered.tell(version, by=by)
    return version


def receive(project: Project, file: BinaryIO | Iterable[bytes], *, file_name: str) -> Artifact:
    """Stream a model file into the storage once it is known to be what its name says; it is never opened as a model."""
    name = plain_name(file_name)
    with quotas.receive(project, file, limit=settings.MAX_ARTIFACT_BYTES) as received:
        if not received.size:
            raise EmptyFile(f"{name} is empty. Save the model again and upload that file.")
        found = formats.ensure_matches(received.path, name)
        archives.ensure_unpacks_small(received.path)
        return Artifact(name, str(found), received.keep())


@transaction.atomic
def annotate(version: ModelVersion, *, note: str, by: User) -> ModelVersion:
    """Change the note on a version, which is all of it that may change."""
    models.locked(version.model)
    ensure_live(version)
    if note == version.note:
        return version
    before, version.note, version.updated_at = version.note, note, timezone.now()
    version.save(update_fields=["note", "updated_at"])
    _announce(version, "updated", by=by, before={"note": before}, after={"note": note})
    record(
        Action.VERSION_DESCRIBED, by=by, on=version, chain=version.model.project.chain,
        before={"note": before}, after={"note": note},
    )  # fmt: skip
    return version


@transaction.atomic
def remove(version: ModelVersion, *, by: User) -> None:
    """Set a version aside with its free aliases; its number is never given again.

    Raises Protected while it holds what only promotions move, and InUse while a promotion of it is open.
    """
    model = models.locked(version.model)
    ensure_live(version)
    if held := protection.holder_among(model, version=version):
        page = reverse("registry:promotion-create", args=[model.project.slug, model.name, version.number])
        raise protection.Protected(
            f"{version} cannot be removed, because {held}. Request a promotion that takes it out first.", page
        )
    models.ensure_no_open_promotion(version.promotions.all(), what=str(version))
    moved = models.drop_aliases(version.aliases.select_related("version"), by=by)
    version.removed_at = version.updated_at = timezone.now()
    version.save(update_fields=["removed_at", "updated_at"])
    # Whoever asks later who held a stage is told until when, and not that it still does.
    version.stage_assignments.filter(until_at__isnull=True).update(until_at=version.removed_at)
    _announce(version, "deleted", by=by, before={"aliases": list(moved)}, after={})
    record(Action.VERSION_REMOVED, by=by, on=version, chain=model.project.chain, before={"aliases": list(moved)})


def find(model: RegisteredModel, number: int) -> ModelVersion:
    """The version with this number; raises NoSuchVersion."""
    found = ModelVersion.objects.live().filter(model=model, number=number)
    version = found.select_related("model__project", "run__experiment", "logged_model__experiment").first()
    if version is None:
        raise NoSuchVersion(f"Model Version (name={model.name}, version={number}) not found.")
    return version


def ensure_live(version: ModelVersion) -> None:
    """Raise NoSuchVersion for a version that was removed meanwhile; ask it with the model locked."""
    if not ModelVersion.objects.live().filter(pk=version.pk).exists():
        raise NoSuchVersion(f"Model Version (name={version.model.name}, version={version.number}) was removed.")


def plain_name(file_name: str) -> str:
    """A file's bare name as it will be shown; raises UnusableName for a path or for characters that hide something."""
    name = unicodedata.normalize("NFC", file_name)
    if not name or name in (".", "..") or "/" in name or "\\" in name:
        raise UnusableName(
            f"“{name[:80]}” is not a bare file name. Send the name without any folder, such as model.skops."
        )
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in name):
        raise UnusableName("The file's name holds invisible characters. Rename the file and upload it again.")
    if len(name.encode()) > NAME_BYTES:
        raise UnusableName(f"The file's name is longer than {NAME_BYTES} bytes. Rename the file and upload it again.")
    return name


def _ensure_fits(project: Project, details: VersionDetails) -> None:
    what = "the hyperparameters"
    json_values.ensure_object(details.hyperparameters, what=what)
    json_values.ensure_storable(details.example_input, what="the example input")
    json_values.ensure_storable(details.example_output, what="the example output")
    if details.run and details.run.experiment.project_id != project.pk:
        raise InvalidDetails("This run belongs to another project.")
    if details.environment and details.environment.project_id != project.pk:
        raise InvalidDetails("This training environment belongs to another project.")
    if any(dataset.project_id != project.pk for dataset, _ in details.datasets):
        raise InvalidDetails("One of these snapshots belongs to another project.")
    trainer = details.trained_by
    if trainer and not Membership.objects.filter(project=project, user=trainer).exists():
        raise InvalidDetails(f"{trainer} is not a member of {project.name}. Add them first, or name somebody who is.")


def _announce(
    version: ModelVersion, what: str, *, by: User, before: dict[str, object], after: dict[str, object]
) -> None:
    data = {"name": version.model.name, "version": str(version.number)}
    webhooks.announce(version.model.project, f"model_version.{what}", data=data, by=by, before=before, after=after)


def ensure_free(model: RegisteredModel, number: int | None) -> None:
    """Raise NumberTaken for a number that the model has given before; ask it with the model locked."""
    if number is None:
        return
    if not 1 <= number <= LARGEST_NUMBER:
        raise InvalidDetails(f"A version's number is between 1 and {LARGEST_NUMBER}.")
    if model.versions.filter(number=number).exists():
        raise NumberTaken(
            f"{model.name} v{number} exists, and a version never changes. "
            f"Leave the number out to get v{next_number(model)}."
        )


def next_number(model: RegisteredModel) -> int:
    """One more than the highest number a version of the model ever had; ask it with the model locked."""
    largest = _LARGEST.first(model.pk)
    return int(largest[0]) + 1 if largest else 1


def _create(model: RegisteredModel, details: VersionDetails, artifact: Artifact, number: int, by: User) -> ModelVersion:
    version = ModelVersion.objects.create(
        model=model,
        number=number,
        description=details.description,
        algorithm=details.algorithm,
        hyperparameters=details.hyperparameters,
        selection_note=details.selection_note,
        limits=details.limits,
        pseudocode=details.pseudocode,
        example_input=details.example_input,
        example_output=details.example_output,
        artifact_name=artifact.name,
        artifact_sha256=artifact.file.sha256,
        artifact_size=artifact.file.size,
        artifact_format=artifact.format,
        source_code=details.source_code,
        run=details.run,
        environment=details.environment or (details.run.environment if details.run else None),
        trained_by=details.trained_by or by,
        uploaded_by=by,
    )
    uses = dict.fromkeys(details.datasets)
    VersionDataset.objects.bulk_create(VersionDataset(version=version, dataset=d, use=use) for d, use in uses)
    return version


def start(version: ModelVersion, by: User) -> None:
    """Put a version that was just created into its first stage, inside the transaction that created it."""
    if found := _FIRST_STAGE.first(policy.FIRST_STAGE):
        stage = statements.record(Stage, found)
        StageAssignment.objects.create(version=version, stage=stage, assigned_by=by, from_at=version.created_at)
    # The digest was computed from the very bytes that were stored a moment ago.
    checks.begin(version, "artifact_verified", findings.artifact_as_stored(version))
