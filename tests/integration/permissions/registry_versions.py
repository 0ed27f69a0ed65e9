from typing import Any

from canvas.models import Project
from tests.factories.registry import EnvironmentFactory, ModelVersionFactory, RegisteredModelFactory, the_stages
from tests.integration.permissions.registry import SEEN, WRITERS, a_model, a_project, a_version
from tests.integration.permissions.shape import Row, everyone_inside, inside


def a_stage(project: Project) -> dict[str, Any]:
    the_stages()
    return {"slug": project.slug, "stage": "production"}


def a_file(project: Project) -> dict[str, Any]:
    return a_version(project) | {"path": "model.skops"}


def a_version_with_packages(project: Project) -> dict[str, Any]:
    the_stages()
    environment = EnvironmentFactory(project=project)
    version = ModelVersionFactory(model__project=project, model__name="triage", environment=environment)
    return {"slug": project.slug, "name": "triage", "number": version.number}


def a_served_version(project: Project) -> dict[str, Any]:
    the_stages()
    version = ModelVersionFactory(model__project=project, model__name="triage")
    statement = version.serving_statements.create(
        environment=EnvironmentFactory(project=project), place="ward 3", stated_by=project.created_by
    )
    return {"slug": project.slug, "name": "triage", "number": version.number, "statement_id": statement.pk}


def an_undecided_model(project: Project) -> dict[str, Any]:
    RegisteredModelFactory(project=project, name="triage", task=Project.Task.UNDECIDED)
    return {"slug": project.slug, "name": "triage"}


PAGES = {
    "registry:stage-at": Row(prepare=a_project, get=SEEN),
    "registry:version-compare": Row(prepare=a_model, get=SEEN),
    "registry:version-file": Row(prepare=a_file, get=SEEN),
    "registry:version-zip": Row(prepare=a_version, get=SEEN),
    "registry:version-dockerfile": Row(prepare=a_version_with_packages, get=SEEN),
    "registry:version-note": Row(prepare=a_version, post=inside(*WRITERS, ok=302), post_data={"note": "Slow."}),
    # Nothing is typed, so whoever may write is told what is missing.
    "registry:version-serving": Row(prepare=a_version, post=inside(*WRITERS, ok=422)),
    "registry:version-serving-end": Row(
        prepare=a_served_version, post=inside(*WRITERS, ok=302), post_data={"reason": "Replaced by v2."}
    ),
    "registry:model-task": Row(prepare=an_undecided_model, post=inside(*WRITERS, ok=302), post_data={"task": "binary"}),
}

API = {
    "registry-api:stage-at": Row(prepare=a_stage, get=SEEN),
    "registry-api:version-compare": Row(prepare=a_model, get=everyone_inside(ok=400)),
    "registry-api:version-files": Row(prepare=a_version, get=SEEN),
    "registry-api:version-file": Row(prepare=a_file, get=SEEN),
    "registry-api:version-zip": Row(prepare=a_version, get=SEEN),
    "registry-api:version-dockerfile": Row(prepare=a_version_with_packages, get=SEEN),
    "registry-api:version-note": Row(prepare=a_version, put=inside(*WRITERS), post_data={"note": "Slow."}),
    "registry-api:version-lineage": Row(prepare=a_version, get=SEEN),
    "registry-api:version-activity": Row(prepare=a_version, get=SEEN),
    "registry-api:version-serving-end": Row(
        prepare=a_served_version, post=inside(*WRITERS), post_data={"reason": "Replaced by v2."}
    ),
    "registry-api:model-task": Row(prepare=an_undecided_model, put=inside(*WRITERS), post_data={"task": "binary"}),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
