from typing import Any

from canvas.models import Project
from tests.integration.permissions.shape import CAST, Row


def nowhere(project: Project) -> dict[str, Any]:
    return {"rest": "mlflow/traces"}


TABLE = {
    "mlflow:health": Row(get=dict.fromkeys(CAST, 200)),
    "mlflow:version": Row(get=dict.fromkeys(CAST, 200)),
    # Says what the server can do, and nothing of any project.
    "mlflow:server-info": Row(get=dict.fromkeys(CAST, 200)),
    "mlflow:unknown": Row(prepare=nowhere, get=dict.fromkeys(CAST, 404), post=dict.fromkeys(CAST, 404), api=True),
    "mlflow:unknown-3": Row(prepare=nowhere, get=dict.fromkeys(CAST, 404), post=dict.fromkeys(CAST, 404), api=True),
}
