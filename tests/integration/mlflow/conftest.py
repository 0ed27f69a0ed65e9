"""MLflow's own client, unmodified, against a live server: what a training script would be."""

import os

# Before the client is imported: it asks nobody, repeats nothing, and leaves no run open at the end of the process.
os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}

from collections.abc import Callable, Iterator
from datetime import timedelta

import mlflow
import pytest
from mlflow.tracking import MlflowClient, fluent
from pytest_django.live_server_helper import LiveServer

from accounts import services as accounts
from accounts.models import User
from canvas.models import Project

MlflowAs = Callable[..., MlflowClient]


@pytest.fixture
def mlflow_as(
    live_server: LiveServer, transactional_db: None, project: Project, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MlflowAs]:
    """MLflow, set up as somebody's script: `mlflow_as(contributor)` gives a client, and the fluent functions work too.

    The token is for the project “Triage”, or for the one that is passed as `within`.
    """
    monkeypatch.setattr(fluent, "_active_experiment_id", None)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID", raising=False)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)

    def become(user: User, within: Project = project) -> MlflowClient:
        _, secret = accounts.create_token(user, project_id=within.pk, name="mlflow", lifetime=timedelta(days=1))
        monkeypatch.setenv("MLFLOW_TRACKING_URI", live_server.url)
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", secret)
        mlflow.set_tracking_uri(live_server.url)
        mlflow.set_registry_uri(live_server.url)
        return MlflowClient()

    yield become
    while mlflow.active_run():
        mlflow.end_run()
    mlflow.set_tracking_uri("")
    mlflow.set_registry_uri("")
