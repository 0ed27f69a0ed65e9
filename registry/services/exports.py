"""A registered model as one file: asked for, made by a worker, kept."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from data.services import quotas
from data.storage import StoredFile
from jobs import services as jobs
from jobs.models import Job
from registry.models import ModelExport, RegisteredModel

KIND = "model-export"


class NothingToExport(Exception):
    """The model has no version."""


@transaction.atomic
def request_export(model: RegisteredModel, *, by: User) -> ModelExport:
    """Queue the export of a model, or return the one that waits or runs already; raises NothingToExport."""
    model = RegisteredModel.objects.select_for_update(of=("self",)).select_related("project").get(pk=model.pk)
    if not model.versions.live().exists():
        raise NothingToExport(f"{model.name} has no version yet. Register one first.")
    if running := model.exports.exclude(job__state__in=Job.FINAL).first():
        return running
    job = jobs.enqueue(KIND, project=model.project, label=f"Export {model.name}", by=by)
    export = ModelExport.objects.create(model=model, job=job, requested_by=by)
    record(Action.MODEL_EXPORT_REQUESTED, by=by, on=export, chain=model.project.chain, label=model.name)
    return export


def finish(export: ModelExport, stored: StoredFile, counts: dict[str, Any]) -> None:
    """Keep where the file lies; the worker calls it in the transaction that ends the job. Raises OverQuota."""
    quotas.count_new(export.model.project, stored.sha256, stored.size)
    export.sha256, export.size, export.counts, export.finished_at = stored.sha256, stored.size, counts, timezone.now()
    export.save(update_fields=["sha256", "size", "counts", "finished_at"])
    record(
        Action.MODEL_EXPORTED, by=export.requested_by, on=export, chain=export.model.project.chain,
        label=export.model.name, after={"sha256": stored.sha256, "size": stored.size, **counts},
    )  # fmt: skip


def fail(export: ModelExport, reason: str) -> None:
    """Say in the journal why there is no file."""
    chain = export.model.project.chain
    record(
        Action.MODEL_EXPORT_FAILED, by=export.requested_by, on=export, chain=chain, label=export.model.name, comment=reason
    )  # fmt: skip
