from typing import Any

from canvas.models import Project
from tests.factories.jobs import JobFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside


def _job(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "job_id": JobFactory(project=project).pk}


TABLE = {
    "jobs:job-progress": Row(prepare=_job, get=everyone_inside()),
    "jobs:job-log": Row(prepare=_job, get=everyone_inside()),
    "jobs:job-cancel": Row(prepare=_job, post=inside("owner", "contributor", "validator", ok=302)),
}
