"""Versions of models: register from a source, read, note, tag, stage and remove."""

from django.urls import path

from canvas.roles import Permission
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.endpoints.registered_models import LONGEST_DESCRIPTION, model_of, tags_of
from registry.mlflow_api.errors import MlflowError
from registry.mlflow_api.messages.model_versions import model_versions_of
from registry.mlflow_api.messages.stages import ACTIVE, KEYS, stage_named
from registry.mlflow_api.protected import with_link
from registry.mlflow_api.wire import Malformed
from registry.models import ModelVersion
from registry.services import model_tags, registrations, sources, stages, versions
from registry.services.registrations import Registration

LONGEST_LINK = 1_000
LONGEST_NUMBER = 10


def version_of(call: Call) -> ModelVersion:
    """The version that a message names; raises Malformed, NoSuchModel or NoSuchVersion."""
    model, number = model_of(call), call.sent.required("version")
    if not (number.isascii() and number.isdigit()):
        raise Malformed(f"Model version must be an integer, got '{number[:80]}'.")
    return versions.find(model, min(int(number[:LONGEST_NUMBER]), versions.LARGEST_NUMBER))


def create(call: Call) -> Fields:
    """Register the next version of a model from a source that lies here."""
    sent = call.sent
    model = model_of(call)
    source = sources.find(
        call.project, sent.required("source"), run_id=sent.text("run_id"), model_id=sent.text("model_id")
    )
    asked = Registration(
        source=source,
        note=sent.text("description", longest=LONGEST_DESCRIPTION),
        tags=tags_of(sent),
        run_link=sent.text("run_link", longest=LONGEST_LINK),
    )
    return _shown(registrations.register(model, asked, by=call.user))


def get(call: Call) -> Fields:
    """A version by its number."""
    return _shown(version_of(call))


def update(call: Call) -> Fields:
    """Change the note on a version, which MLflow calls its description."""
    note = call.sent.text("description", longest=LONGEST_DESCRIPTION)
    return _shown(versions.annotate(version_of(call), note=note, by=call.user))


@with_link
def delete(call: Call) -> Fields:
    """Remove a version; its number is never given again."""
    versions.remove(version_of(call), by=call.user)
    return {}


@with_link
def transition_stage(call: Call) -> Fields:
    """Give a version one of MLflow's stages, where no promotion decides about it."""
    stage, archive = stage_named(call.sent.required("stage")), call.sent.flag("archive_existing_versions")
    if archive and stage not in ACTIVE:
        raise Malformed(f"Existing versions are archived only for {' and '.join(ACTIVE)}, not for {stage}.")
    version = version_of(call)
    stages.set_freely(version, key=KEYS[stage], by=call.user, archive_others=archive)
    return _shown(versions.find(version.model, version.number))


def get_download_uri(call: Call) -> Fields:
    """Where a version's files lie, resolved to their own address."""
    version = version_of(call)
    root = sources.root_of(version)
    if not root:
        page = call.request.build_absolute_uri(version.get_absolute_url())
        raise MlflowError(
            "RESOURCE_DOES_NOT_EXIST",
            f"{version} was uploaded as one file, {version.artifact_name}, and has no folder for MLflow's client. "
            f"Download it from its page: {page}",
        )
    return {"artifact_uri": root}


def set_tag(call: Call) -> Fields:
    """Give a version a tag."""
    tag = {call.sent.required("key"): call.sent.text("value")}
    model_tags.tag_version(version_of(call), tags=tag, by=call.user)
    return {}


def delete_tag(call: Call) -> Fields:
    """Take a tag from a version."""
    model_tags.untag_version(version_of(call), key=call.sent.required("key"), by=call.user)
    return {}


def _shown(version: ModelVersion) -> Fields:
    return {"model_version": model_versions_of([version.pk])[0]}


READ, WRITE = Permission.VIEW, Permission.REGISTER_MODELS
ROOT = "api/2.0/mlflow/model-versions"

ADDRESSES = [
    path(f"{ROOT}/create", address(post=(WRITE, create)), name="version-create"),
    path(f"{ROOT}/get", address(get=(READ, get)), name="version-get"),
    path(f"{ROOT}/update", address(patch=(WRITE, update)), name="version-update"),
    path(f"{ROOT}/delete", address(delete=(WRITE, delete)), name="version-delete"),
    path(f"{ROOT}/transition-stage", address(post=(WRITE, transition_stage)), name="version-transition-stage"),
    path(f"{ROOT}/get-download-uri", address(get=(READ, get_download_uri)), name="version-download-uri"),
    path(f"{ROOT}/set-tag", address(post=(WRITE, set_tag)), name="version-set-tag"),
    path(f"{ROOT}/delete-tag", address(delete=(WRITE, delete_tag)), name="version-delete-tag"),
]
