from typing import Any

from canvas.models import Project
from tests.integration.permissions.shape import Row, everyone_inside, inside, only


def _project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


TABLE = {
    "data:storage": Row(get=only("administrator", "auditor")),
    "data:storage-limit": Row(prepare=_project, post=inside("administrator", ok=302), post_data={"gigabytes": "5"}),
    # A token opens its own project, so that an outsider's token is a stranger's.
    "data-api:storage": Row(get=only("administrator", "auditor"), api=True),
    "data-api:project-storage": Row(
        prepare=_project,
        get=everyone_inside(),
        put=inside("administrator"),
        post_data={"limit_bytes": 1000},
        api=True,
    ),
}
