from typing import Any

from canvas.models import Project
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, the_stages
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITE = inside("owner", "contributor")
# Nothing is asked for, which is told only to those who may read.
READ = everyone_inside(ok=400)
MODEL = {"name": "triage model"}
VERSION = MODEL | {"version": "1"}


def a_version(project: Project) -> dict[str, Any]:
    the_stages()
    model = RegisteredModelFactory(project=project, **MODEL)
    version = ModelVersionFactory(model=model, number=1)
    model.tags.create(key="team", value="north")
    version.tags.create(key="team", value="north")
    model.aliases.create(name="candidate", version=version, moved_by=project.created_by)
    return {}


def row(**statuses: Any) -> Row:
    return Row(prepare=a_version, api=True, **statuses)


TABLE = {
    "mlflow:model-create": row(post=WRITE, post_data={"name": "another"}),
    "mlflow:model-get": row(get=READ),
    "mlflow:model-rename": row(post=WRITE, post_data=MODEL | {"new_name": "another"}),
    "mlflow:model-update": row(patch=WRITE, post_data=MODEL | {"description": "Finds malignant masses."}),
    "mlflow:model-delete": row(delete=WRITE, post_data=MODEL),
    "mlflow:model-latest-versions": row(get=READ, post=everyone_inside(), post_data=MODEL),
    "mlflow:model-set-tag": row(post=WRITE, post_data=MODEL | {"key": "team", "value": "south"}),
    "mlflow:model-delete-tag": row(delete=WRITE, post_data=MODEL | {"key": "team"}),
    "mlflow:model-alias": row(get=READ, post=WRITE, delete=WRITE, post_data=VERSION | {"alias": "candidate"}),
    # There is nothing at this source, which is told only to those who may write.
    "mlflow:version-create": row(
        post=inside("owner", "contributor", ok=400), post_data=MODEL | {"source": "models:/m-" + "0" * 32}
    ),
    "mlflow:version-get": row(get=READ),
    "mlflow:version-update": row(patch=WRITE, post_data=VERSION | {"description": "Tuned on winter."}),
    "mlflow:version-delete": row(delete=WRITE, post_data=VERSION),
    "mlflow:version-transition-stage": row(post=WRITE, post_data=VERSION | {"stage": "Staging"}),
    "mlflow:version-download-uri": row(get=READ),
    "mlflow:version-set-tag": row(post=WRITE, post_data=VERSION | {"key": "team", "value": "south"}),
    "mlflow:version-delete-tag": row(delete=WRITE, post_data=VERSION | {"key": "team"}),
}
