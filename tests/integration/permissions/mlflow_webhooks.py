from typing import Any

from canvas.models import Project
from tests.integration.permissions.registry_webhooks import MANAGERS
from tests.integration.permissions.registry_webhooks import a_webhook as a_webhook_of_a_project
from tests.integration.permissions.shape import Row, inside

EVENTS = [{"entity": "MODEL_VERSION", "action": "CREATED"}]


def a_webhook(project: Project) -> dict[str, Any]:
    return {"webhook_id": a_webhook_of_a_project(project)["webhook_id"]}


TABLE = {
    "mlflow:webhook-list": Row(
        get=inside(*MANAGERS),
        post=inside(*MANAGERS, ok=400),
        post_data={"name": "deploy", "url": "https://127.0.0.1/", "events": EVENTS},
        api=True,
    ),
    "mlflow:webhook-detail": Row(
        prepare=a_webhook,
        get=inside(*MANAGERS),
        patch=inside(*MANAGERS),
        delete=inside(*MANAGERS),
        post_data={"name": "other"},
        api=True,
    ),
    "mlflow:webhook-test": Row(prepare=a_webhook, post=inside(*MANAGERS), api=True),
}
