from typing import Any

from canvas.models import Project
from tests.factories.registry import the_stages
from tests.integration.permissions.registry import SEEN, a_project
from tests.integration.permissions.shape import Row


def a_stage(project: Project) -> dict[str, Any]:
    the_stages()
    return {"slug": project.slug, "stage": "production"}


PAGES = {
    "registry:stage-at": Row(prepare=a_project, get=SEEN),
}

API = {
    "registry-api:stage-at": Row(prepare=a_stage, get=SEEN),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
