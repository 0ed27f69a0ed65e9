from typing import Any

from canvas.models import Project
from jobs.models import Job
from registry.models import MlflowServer, MlflowSync
from tests.integration.permissions.shape import Row, everyone_inside, inside

MANAGERS = ("owner", "administrator")
WRITERS = ("owner", "contributor")
# Nothing that anybody may visit: whoever may write gets as far as that.
URL = "https://127.0.0.1/"


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_server(project: Project) -> dict[str, Any]:
    server = MlflowServer.objects.create(project=project, url=URL, added_by=project.created_by)
    return {"slug": project.slug, "server_id": server.pk}


def a_sync(project: Project) -> dict[str, Any]:
    person = project.created_by
    job = Job.objects.create(project=project, kind="mlflow-sync", label="Sync", requested_by=person, state="succeeded")
    sync = MlflowSync.objects.create(
        server_id=a_server(project)["server_id"], job=job, requested_by=person, state=MlflowSync.State.DONE
    )
    return {"slug": project.slug, "sync_id": sync.pk}


PAGES = {
    "registry:import-list": Row(prepare=a_project, get=inside(*WRITERS)),
    "registry:import-server-create": Row(
        prepare=a_project, get=inside(*MANAGERS), post=inside(*MANAGERS, ok=422), post_data={"url": URL}
    ),
    "registry:import-server-test": Row(prepare=a_server, post=inside(*WRITERS, ok=302)),
    "registry:import-server-remove": Row(prepare=a_server, post=inside(*MANAGERS, ok=302)),
    "registry:import-choose": Row(
        prepare=a_server, get=inside(*WRITERS), post=inside(*WRITERS, ok=302), post_data={"all": "1"}
    ),
    "registry:sync-detail": Row(prepare=a_sync, get=everyone_inside()),
    "registry:sync-again": Row(prepare=a_sync, post=inside(*WRITERS, ok=302)),
}

API = {
    "registry-api:mlflow-server-list": Row(
        prepare=a_project, get=inside(*WRITERS), post=inside(*MANAGERS, ok=400), post_data={"url": URL}
    ),
    "registry-api:mlflow-server-detail": Row(prepare=a_server, get=inside(*WRITERS), delete=inside(*MANAGERS, ok=204)),
    "registry-api:mlflow-server-contents": Row(prepare=a_server, get=inside(*WRITERS, ok=409)),
    "registry-api:mlflow-sync-list": Row(
        prepare=a_server, get=inside(*WRITERS), post=inside(*WRITERS, ok=201), post_data={"all_of_it": True}
    ),
    "registry-api:mlflow-sync-detail": Row(prepare=a_sync, get=everyone_inside()),
    "registry-api:mlflow-sync-again": Row(prepare=a_sync, post=inside(*WRITERS, ok=201)),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
