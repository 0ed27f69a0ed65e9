from typing import Any

from canvas.models import Project
from registry.models import LoggedModel
from registry.services import experiments
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
WRITE = inside(*WRITERS)
TAG = {"tags": [{"key": "team", "value": "north"}]}
# No status is sent, which is told only to those who may write.
UNFINISHED = inside(*WRITERS, ok=400)


def a_model(project: Project) -> dict[str, Any]:
    model = LoggedModel.objects.create(
        experiment=experiments.default_of(project), name="tree", created_by=project.created_by
    )
    return {"model_id": model.model_id}


def a_tag(project: Project) -> dict[str, Any]:
    found = a_model(project)
    LoggedModel.objects.get(**found).tags.create(key="team/of", value="north")
    return found | {"key": "team/of"}


TABLE = {
    "mlflow:logged-model-create": Row(post=WRITE, post_data={"experiment_id": "0", "name": "tree"}, api=True),
    "mlflow:logged-model": Row(prepare=a_model, get=everyone_inside(), patch=UNFINISHED, delete=WRITE, api=True),
    "mlflow:logged-model-tags": Row(prepare=a_model, patch=WRITE, post_data=TAG, api=True),
    "mlflow:logged-model-tag": Row(prepare=a_tag, delete=WRITE, api=True),
    "mlflow:logged-model-params": Row(prepare=a_model, post=WRITE, api=True),
}
