from typing import Any

from canvas.models import Project
from tests.factories.registry import a_selection
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
SEEN = everyone_inside()


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_choice(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "selection_id": a_selection(project).pk}


PAGES = {
    "registry:run-export": Row(prepare=a_project, get=SEEN),
    "registry:run-compare": Row(prepare=a_project, get=SEEN),
    "registry:run-choose": Row(prepare=a_project, post=inside(*WRITERS, ok=422)),
    "registry:selection-list": Row(prepare=a_project, get=SEEN),
    "registry:selection-detail": Row(prepare=a_choice, get=SEEN),
}

API = {
    "registry-api:selection-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400)),
    "registry-api:selection-detail": Row(prepare=a_choice, get=SEEN),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
