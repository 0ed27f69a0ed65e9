from typing import Any

from canvas.models import Project
from tests.factories.registry import ExperimentFactory, RunFactory, a_selection
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
SEEN = everyone_inside()


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_run(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "run_id": RunFactory(experiment__project=project).run_id}


def an_experiment(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "experiment_id": ExperimentFactory(project=project).pk}


def a_choice(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "selection_id": a_selection(project).pk}


NAMED = {"name": "Another"}

PAGES = {
    "registry:experiment-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=302), post_data=NAMED),
    "registry:experiment-rename": Row(prepare=an_experiment, post=inside(*WRITERS, ok=302), post_data=NAMED),
    "registry:experiment-delete": Row(prepare=an_experiment, post=inside(*WRITERS, ok=302)),
    "registry:experiment-restore": Row(prepare=an_experiment, post=inside(*WRITERS, ok=302)),
    "registry:run-list": Row(prepare=a_project, get=SEEN),
    "registry:run-export": Row(prepare=a_project, get=SEEN),
    "registry:run-compare": Row(prepare=a_project, get=SEEN),
    "registry:run-detail": Row(prepare=a_run, get=SEEN),
    "registry:run-history": Row(prepare=a_run, get=SEEN),
    "registry:run-file": Row(prepare=a_run, get=everyone_inside(ok=404)),
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
    "registry-api:run-detail": Row(
        prepare=a_run,
        get=SEEN,
        patch=inside(*WRITERS),
        delete=inside(*WRITERS, ok=204),
        post_data={"note": "Overfits."},
    ),
    "registry-api:experiment-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=201), post_data=NAMED),
    "registry-api:experiment-detail": Row(
        prepare=an_experiment,
        get=SEEN,
        patch=inside(*WRITERS),
        delete=inside(*WRITERS, ok=204),
        post_data=NAMED,
    ),
    "registry-api:experiment-restore": Row(prepare=an_experiment, post=inside(*WRITERS)),
    "registry-api:run-compare": Row(prepare=a_project, get=everyone_inside(ok=400)),
    "registry-api:run-restore": Row(prepare=a_run, post=inside(*WRITERS)),
    "registry-api:run-history": Row(prepare=a_run, get=everyone_inside(ok=400)),
    "registry-api:run-file-list": Row(prepare=a_run, get=SEEN),
    "registry-api:run-file": Row(prepare=a_run, get=everyone_inside(ok=404)),
    "registry-api:selection-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400)),
    "registry-api:selection-detail": Row(prepare=a_choice, get=SEEN),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
