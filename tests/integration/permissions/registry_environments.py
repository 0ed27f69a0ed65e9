from typing import Any

from canvas.models import Project
from tests.factories.registry import EnvironmentFactory
from tests.integration.permissions.registry import FORM, SEEN, WRITERS, a_project
from tests.integration.permissions.shape import Row, inside


def an_environment(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "environment_id": EnvironmentFactory(project=project).pk}


PAGES = {
    "registry:environment-list": Row(prepare=a_project, get=SEEN),
    "registry:environment-create": Row(prepare=a_project, **FORM),
    "registry:environment-detail": Row(prepare=an_environment, get=SEEN),
}

API = {
    "registry-api:environment-list": Row(
        prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=201), post_data={"python_version": "3.11.7"}
    ),
    "registry-api:environment-detail": Row(prepare=an_environment, get=SEEN),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
