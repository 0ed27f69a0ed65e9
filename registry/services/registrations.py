"""Register a version from files that lie here already, under a run or a logged model, with all that they say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data import settling
from registry import environment_files, json_values, registered, webhook_events
from registry.environment_files import EnvironmentFacts, UnreadableEnvironment
from registry.models import (
    LoggedModelTag,
    ModelVersion,
    RegisteredModel,
    TrainingEnvironment,
    VersionDataset,
    VersionTag,
)
from registry.services import backgrounds, environments, folders, models, versions, webhooks
from registry.services.backgrounds import Background
from registry.services.folders import Folder
from registry.services.sources import Source

REGISTRATIONS_TAG = "mlflow.modelVersions"
UNREAD_TAG = "tenet.notRead"
LONGEST_ALGORITHM = 200
LONGEST_SOURCE_CODE = 400
LONGEST_FILE_NAME = 255
_LARGEST_SIGNATURE = 2**20
_FROM_RUN = ("os", "cpu", "cpu_count", "gpu", "memory_bytes", "container_image", "random_sources", "seeds")


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What is said about a version when it is registered from a source."""

    source: Source
    note: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    run_link: str = ""
    origin: str = ModelVersion.Origin.MLFLOW
    number: int | None = None
    """The number asked for; the next one where it is left open."""


@dataclass(frozen=True)
class _Read:
    """What the files, the run and the records said."""

    folder: Folder
    background: Background
    environment: TrainingEnvironment | None


def register(model: RegisteredModel, asked: Registration, *, by: User) -> ModelVersion:
    """Freeze the files of a source as the model's next version, with everything that they and their run say.

    Raises InvalidSource, FormatMismatch, ArchiveBomb, Missing, InvalidTag, NumberTaken, NoSuchModel or
    ChangedMeanwhile; nothing is registered then.
    """
    # Outside the transaction: reading files must not hold up every other writer.
    folder = folders.read(asked.source)
    background = backgrounds.read(asked.source)
    # What the manifest covers has to outlive a power cut.
    settling.wait()
    with transaction.atomic():
        environment, unread = _environment(model.project, folder, background, by)
        model = models.locked(model)
        asked.source.lock()
        if folders.manifest_now(asked.source) != folder.files:
            raise folders.ChangedMeanwhile("Files changed while the version was being registered. Register it again.")
        version = _create(model, asked, _Read(folder, background, environment), by)
        unread = [*folder.unread, *unread, *folder.environment.unread, *background.unread]
        _tag(version, asked, unread)
        versions.start(version, by)
        _link(version)
        webhooks.announce(model.project, "model_version.created", by=by, data=webhook_events.version_created(version))
        record(
            Action.VERSION_REGISTERED,
            by=by,
            on=version,
            chain=model.project.chain,
            after={
                "source": asked.source.text,
                "files": len(folder.files),
                "files_sha256": folder.sha256,
                "artifact": version.artifact_name,
                "artifact_sha256": version.artifact_sha256,
                "format": version.artifact_format,
                "run": version.run.run_id if version.run else None,
                "environment": version.environment_id,
                "datasets": [list(link) for link in background.datasets],
                "trained_by": version.trained_by.get_username(),
                "tags": dict(asked.tags),
                "not_read": unread,
            },
        )
        registered.tell(version, by=by)
    return version


def _create(model: RegisteredModel, asked: Registration, found: _Read, by: User) -> ModelVersion:
    folder, background = found.folder, found.background
    said = folder.description.metadata
    logged, run = asked.source.logged_model, asked.source.run
    versions.ensure_free(model, asked.number)
    began = run or logged
    # Mostly whoever registers it, who need not be read once more.
    trained_by = began.created_by if began and began.created_by_id != by.pk else by
    version = ModelVersion.objects.create(
        model=model,
        number=asked.number or versions.next_number(model),
        algorithm=_algorithm(folder, background)[:LONGEST_ALGORITHM],
        description=said.get("description", ""),
        limits=said.get("limits", ""),
        selection_note=said.get("selection_note", ""),
        pseudocode=said.get("pseudocode", ""),
        hyperparameters=background.hyperparameters,
        search=background.search,
        example_input=folder.example_input,
        artifact_name=str(folder.main["path"]).rpartition("/")[2][:LONGEST_FILE_NAME],
        artifact_sha256=folder.main["sha256"],
        artifact_size=folder.main["size"],
        artifact_format=str(folder.format),
        source_code=background.source_code[:LONGEST_SOURCE_CODE],
        origin=asked.origin,
        source=asked.source.text,
        run_link=asked.run_link,
        logged_model=logged,
        files=folder.files,
        flavors=_kept(folder.description.flavors, {}, folder, "flavors"),
        signature=_kept(folder.description.signature, None, folder, "signature"),
        run=run,
        environment=found.environment,
        trained_by=trained_by,
        uploaded_by=by,
        note=asked.note,
    )
    VersionDataset.objects.bulk_create(
        VersionDataset(version=version, dataset_id=dataset, use=use) for dataset, use in background.datasets
    )
    return version


def _kept(value: Any, instead: Any, folder: Folder, what: str) -> Any:  # Any: JSON as MLmodel has it
    try:
        json_values.ensure_storable(value, what=f"the {what}", longest=_LARGEST_SIGNATURE)
    except json_values.NotStorable as reason:
        folder.unread.append(f"The {what} of MLmodel were not kept: {reason}")
        return instead
    return value


def _environment(
    project: Project, folder: Folder, background: Background, by: User
) -> tuple[TrainingEnvironment | None, list[str]]:
    found = folder.environment
    known = background.environment
    if not found.read_from and not found.python_version:
        return known, []
    said = {key: getattr(known, key) for key in _FROM_RUN} if known else {}
    facts: EnvironmentFacts = environment_files.completed(found.facts, seeds=background.seeds)
    facts = environment_files.completed(facts, **said)
    captured_from = ", ".join(found.read_from) or folders.DESCRIPTION
    try:
        return environments.record_environment(project, facts, captured_from=captured_from, by=by), []
    except UnreadableEnvironment as reason:
        return known, [str(reason)]


def _algorithm(folder: Folder, background: Background) -> str:
    said = folder.description.metadata.get("algorithm", "")
    return said or background.algorithm or ", ".join(folder.description.kinds) or folder.format.label


def _tag(version: ModelVersion, asked: Registration, unread: list[str]) -> None:
    models.ensure_valid_tags(asked.tags)
    tags = dict(asked.tags) | ({UNREAD_TAG: "\n".join(unread)} if unread else {})
    VersionTag.objects.bulk_create(VersionTag(version=version, key=key, value=value) for key, value in tags.items())


def _link(version: ModelVersion) -> None:
    """Say on the logged model that it was registered, as MLflow's clients read it there."""
    if version.logged_model is None:
        return
    tag = LoggedModelTag.objects.filter(logged_model=version.logged_model, key=REGISTRATIONS_TAG).first()
    try:
        known = json.loads(tag.value) if tag else []
    except ValueError:
        known = []
    listed = [*(known if isinstance(known, list) else []), {"name": version.model.name, "version": version.number}]
    LoggedModelTag.objects.update_or_create(
        logged_model=version.logged_model, key=REGISTRATIONS_TAG, defaults={"value": json.dumps(listed)}
    )
