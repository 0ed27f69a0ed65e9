from typing import Any

from canvas.models import Project
from tests.factories.registry import RunFactory, a_selection
from tests.integration.permissions.shape import INSIDERS, Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
SEEN = everyone_inside()


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_run(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "run_id": RunFactory(experiment__project=project).run_id}


def a_choice(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "selection_id": a_selection(project).pk}


PAGES = {
    "registry:run-list": Row(prepare=a_project, get=SEEN),
    "registry:run-export": Row(prepare=a_project, get=SEEN),
    "registry:run-compare": Row(prepare=a_project, get=SEEN),
    "registry:run-detail": Row(prepare=a_run, get=SEEN),
    "registry:run-history": Row(prepare=a_run, get=SEEN),
    "registry:run-file": Row(prepare=a_run, get=inside(ok=404) | dict.fromkeys(INSIDERS, 404)),
    "registry:run-note": Row(prepare=a_run, post=inside(*WRITERS, ok=302), post_data={"note": "Overfits."}),
    "registry:run-delete": Row(prepare=a_run, post=inside(*WRITERS, ok=302)),
    "registry:run-restore": Row(prepare=a_run, post=inside(*WRITERS, ok=302)),
    "registry:run-choose": Row(prepare=a_project, post=inside(*WRITERS, ok=422)),
    "registry:selection-list": Row(prepare=a_project, get=SEEN),
    "registry:selection-detail": Row(prepare=a_choice, get=SEEN),
}

API = {
    "registry-api:run-list": Row(
        prepare=a_project,
        get=SEEN,
        post=inside(*WRITERS, ok=201),
        post_data={"experiment": "candidates", "name": "forest"},
    ),
    "registry-api:run-detail": Row(prepare=a_run, get=SEEN),
    "registry-api:selection-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400)),
    "registry-api:selection-detail": Row(prepare=a_choice, get=SEEN),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
