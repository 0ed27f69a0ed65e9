"""Register immutable versions of models."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Membership, Project
from data import storage
from data.models import Dataset
from data.storage import StoredFile
from registry import archives, findings, formats, json_values, policy, webhook_events
from registry.models import (
    ModelVersion,
    RegisteredModel,
    Run,
    Stage,
    StageAssignment,
    TrainingEnvironment,
    VersionDataset,
)
from registry.services import checks, webhooks

LARGEST_NUMBER = 2**31 - 1
NAME_BYTES = 255


class UnusableName(ValueError):
    """The artifact's file name cannot be kept; the message says why."""


class EmptyFile(ValueError):
    """The artifact has no bytes."""


class NumberTaken(Exception):
    """The model has a version with the number that was asked for."""


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
    _ensure_free(model, number)
    artifact = receive(file, file_name=file_name)
    with transaction.atomic():
        # Counting waits here for whoever registers a version of the same model.
        model = RegisteredModel.objects.select_for_update().get(pk=model.pk)
        _ensure_free(model, number)
        version = _create(model, details, artifact, number or _next_number(model), by)
        _start(version, by)
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
    return version


def receive(file: BinaryIO | Iterable[bytes], *, file_name: str) -> Artifact:
    """Stream a model file into the storage once it is known to be what its name says; it is never opened as a model."""
    name = plain_name(file_name)
    with storage.receive(file, limit=settings.MAX_ARTIFACT_BYTES) as received:
        if not received.size:
            raise EmptyFile(f"{name} is empty. Save the model again and upload that file.")
        found = formats.ensure_matches(received.path, name)
        archives.ensure_unpacks_small(received.path)
        return Artifact(name, str(found), received.keep())


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


def _ensure_free(model: RegisteredModel, number: int | None) -> None:
    if number is None:
        return
    if not 1 <= number <= LARGEST_NUMBER:
        raise InvalidDetails(f"A version's number is between 1 and {LARGEST_NUMBER}.")
    if model.versions.filter(number=number).exists():
        raise NumberTaken(
            f"{model.name} v{number} exists, and a version never changes. "
            f"Leave the number out to get v{_next_number(model)}."
        )


def _next_number(model: RegisteredModel) -> int:
    largest: int | None = model.versions.aggregate(largest=Max("number"))["largest"]
    return (largest or 0) + 1


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


def _start(version: ModelVersion, by: User) -> None:
    stage = Stage.objects.filter(key=policy.FIRST_STAGE).first()
    if stage:
        StageAssignment.objects.create(version=version, stage=stage, assigned_by=by, from_at=version.created_at)
    # The digest was computed from the very bytes that were stored a moment ago.
    checks.write(version, "artifact_verified", findings.artifact_as_stored(version))
