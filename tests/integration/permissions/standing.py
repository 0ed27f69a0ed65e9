from typing import Any

from canvas.models import Project
from tests.integration.permissions.shape import Row, everyone_inside, everyone_signed_in, inside, only

WRITERS = ("owner", "contributor")


def _project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def _criterion(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "criterion": "pipeline_runs"}


TABLE = {
    "standing:project": Row(prepare=_project, get=everyone_inside()),
    "standing:promises": Row(prepare=_project, get=everyone_inside()),
    "standing:practice": Row(prepare=_criterion, get=inside(*WRITERS), post=inside(*WRITERS, ok=422)),
    "standing:portfolio": Row(get=everyone_signed_in()),
    "standing:portfolio-refresh": Row(post=everyone_signed_in(302)),
    "standing:targets": Row(get=everyone_signed_in(), post=only("administrator", ok=422)),
    "standing-api:project": Row(prepare=_project, get=everyone_inside(), api=True),
    "standing-api:promises": Row(prepare=_project, get=everyone_inside(), api=True),
    "standing-api:practice-list": Row(prepare=_project, get=everyone_inside(), post=inside(*WRITERS, ok=400), api=True),
    "standing-api:portfolio": Row(get=everyone_signed_in(), api=True),
    # A token opens one project, and changes nothing of the whole installation.
    "standing-api:targets": Row(get=everyone_signed_in(), put=only(), api=True),
}
