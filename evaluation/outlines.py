"""Ask for the steps of a version's model to be read, and decide whether its file may be looked into at all."""

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from jobs import services as jobs
from registry.formats import ArtifactFormat, FormatKind
from registry.models import ModelOutline, ModelVersion
from registry.services import outlines

KIND = "outline"


@transaction.atomic
def request_outline(version: ModelVersion, *, by: User) -> ModelOutline:
    """Queue the reading of a version's steps, or return the one that waits or runs already."""
    locked = ModelVersion.objects.select_for_update(of=("self",)).select_related("model__project")
    version = locked.get(pk=version.pk)
    running = ModelOutline.objects.filter(version=version, state=ModelOutline.State.RUNNING).first()
    if running is not None:
        return running
    record(
        Action.OUTLINE_REQUESTED, by=by, on=version, chain=version.model.project.chain,
        after={"artifact_sha256": version.artifact_sha256},
    )  # fmt: skip
    return _queue(version, by)


def on_registered(version: ModelVersion, by: User) -> None:
    """Have every new version's steps read, as part of its registration, which says so in the journal."""
    _queue(version, by)


def why_not(version: ModelVersion) -> str:
    """Why the file may not be looked into, and what to do about it; empty where it may."""
    found = ArtifactFormat(version.artifact_format)
    if not found.is_runnable:
        return (
            f"Nobody looked into the model's file: {found.label} cannot be run here. Register the model as skops or ONNX "
            "to have its steps read from the model itself."
        )
    if found.kind is FormatKind.CODE_CARRYING and not version.model.project.allow_code_formats:
        return (
            f"Nobody looked into the model's file: a {found.label} file can run code when it is loaded, and this project "
            "does not allow that. Save the model as skops or ONNX, or ask the project's owner to allow such formats, and "
            "read it again."
        )
    return ""


def _queue(version: ModelVersion, by: User) -> ModelOutline:
    if reason := why_not(version):
        return outlines.report_unread(version, reason, failed=False)
    job = jobs.enqueue(KIND, project=version.model.project, label=f"Read the steps of {version}", by=by, priority=-1)
    return outlines.begin(version, job=job)
