from typing import Any

from canvas.models import Project
from tests.factories.registry import EnvironmentFactory
from tests.integration.permissions.registry import FORM, SEEN, WRITERS, a_project, a_version
from tests.integration.permissions.shape import Row, everyone_inside, inside


def an_environment(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "environment_id": EnvironmentFactory(project=project).pk}


def a_version_to_serve(project: Project) -> dict[str, Any]:
    EnvironmentFactory(project=project)
    return a_version(project)


PAGES = {
    "registry:environment-compare": Row(prepare=a_project, get=SEEN),
    "registry:environment-requirements": Row(prepare=an_environment, get=SEEN),
    "registry:environment-conda": Row(prepare=an_environment, get=SEEN),
    "registry:environment-list": Row(prepare=a_project, get=SEEN),
    "registry:environment-create": Row(prepare=a_project, **FORM),
    "registry:environment-detail": Row(prepare=an_environment, get=SEEN),
}

API = {
    # Two environments have to be named; whoever may not see the project is not told so.
    "registry-api:environment-compare": Row(prepare=a_project, get=everyone_inside(ok=400)),
    "registry-api:environment-requirements": Row(prepare=an_environment, get=SEEN),
    "registry-api:environment-conda": Row(prepare=an_environment, get=SEEN),
    "registry-api:version-serving": Row(prepare=a_version_to_serve, get=SEEN, post=inside(*WRITERS, ok=400)),
    "registry-api:environment-list": Row(
        prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=201), post_data={"python_version": "3.11.7"}
    ),
    "registry-api:environment-detail": Row(prepare=an_environment, get=SEEN),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
