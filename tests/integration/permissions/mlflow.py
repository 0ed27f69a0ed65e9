from typing import Any

from canvas.models import Project
from tests.factories.registry import RunFactory
from tests.integration.permissions.shape import CAST, INSIDERS, SIGN_IN, Row


def nowhere(project: Project) -> dict[str, Any]:
    return {"rest": "mlflow/traces"}


def a_run(project: Project) -> dict[str, Any]:
    return {"rest": f"experiments/1/runs/{RunFactory(experiment__project=project).run_id}"}


TABLE = {
    # A page for people: it leads on to the run, and tells whoever may not see it nothing.
    "registry:mlflow-link": Row(
        prepare=a_run, get=dict.fromkeys(INSIDERS, 302) | {"outsider": 404, "anonymous": SIGN_IN}
    ),
    "mlflow:health": Row(get=dict.fromkeys(CAST, 200)),
    "mlflow:version": Row(get=dict.fromkeys(CAST, 200)),
    # Says what the server can do, and nothing of any project.
    "mlflow:server-info": Row(get=dict.fromkeys(CAST, 200)),
    "mlflow:unknown": Row(prepare=nowhere, get=dict.fromkeys(CAST, 404), post=dict.fromkeys(CAST, 404), api=True),
    "mlflow:unknown-3": Row(prepare=nowhere, get=dict.fromkeys(CAST, 404), post=dict.fromkeys(CAST, 404), api=True),
}
