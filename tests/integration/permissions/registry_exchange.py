from typing import Any

from canvas.models import Project
from registry.models import ModelArchive, ModelExport
from tests.factories.jobs import JobFactory
from tests.factories.registry import ModelVersionFactory, stored, the_stages
from tests.integration.permissions.registry import SEEN, WRITERS, a_project
from tests.integration.permissions.shape import Row, inside

SUMMARY = {"name": "triage", "task": "binary", "versions": [], "project": "Elsewhere"}


def a_model(project: Project) -> dict[str, Any]:
    the_stages()
    ModelVersionFactory(model__project=project, model__name="triage")
    return {"slug": project.slug, "name": "triage"}


def an_export(project: Project) -> dict[str, Any]:
    kept = a_model(project)
    file = stored(b"an archive")
    export = ModelExport.objects.create(
        model=project.models.get(), job=JobFactory(project=project, state="succeeded"), sha256=file.sha256,
        size=file.size, requested_by=project.created_by,
    )  # fmt: skip
    return kept | {"export_id": export.pk}


def an_archive(project: Project) -> dict[str, Any]:
    file = stored(b"an archive")
    archive = ModelArchive.objects.create(
        project=project, file_name="triage.zip", sha256=file.sha256, size=file.size, summary=SUMMARY, history={},
        name="triage", brought_by=project.created_by,
    )  # fmt: skip
    return {"slug": project.slug, "archive_id": archive.pk}


RESTORE = {"name": "triage"}

TABLE = {
    "registry:export-list": Row(prepare=a_model, get=SEEN, post=inside(*WRITERS, ok=302)),
    "registry:export-file": Row(prepare=an_export, get=SEEN),
    "registry:archive-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=422)),
    "registry:archive-detail": Row(prepare=an_archive, get=SEEN),
    "registry:archive-restore": Row(prepare=an_archive, post=inside(*WRITERS, ok=302), post_data=RESTORE),
    "registry:archive-history": Row(prepare=an_archive, get=SEEN),
    "registry-api:export-list": Row(prepare=a_model, get=SEEN, post=inside(*WRITERS, ok=202), api=True),
    "registry-api:export-detail": Row(prepare=an_export, get=SEEN, api=True),
    "registry-api:export-file": Row(prepare=an_export, get=SEEN, api=True),
    "registry-api:archive-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=415), api=True),
    "registry-api:archive-detail": Row(prepare=an_archive, get=SEEN, api=True),
    "registry-api:archive-restore": Row(prepare=an_archive, post=inside(*WRITERS, ok=202), post_data=RESTORE, api=True),
}
