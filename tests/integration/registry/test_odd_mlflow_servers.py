"""Whatever answers at the address of an MLflow server, people are told in a sentence and nothing half is kept."""

import json
import socket
from collections.abc import Iterator

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from jobs import runner
from jobs.models import Job
from registry.mlflow_import import remote
from registry.models import Experiment, ImportedRecord, MlflowServer, MlflowSync, Run
from registry.services import imports
from tests.conftest import ApiAs, ClientAs
from tests.factories.jobs import in_this_thread
from tests.receivers import Receiver, receiver

SECRET = "a-token-of-theirs"


@pytest.fixture
def there(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setattr(remote, "WAITS", ())
    with receiver() as there:
        settings.OUTSIDE_ALLOWED = [there.allowed]
        yield there


@pytest.fixture
def server(there: Receiver, project: Project, owner: User) -> MlflowServer:
    return imports.add_server(project, url=f"{there.allowed}/prefix/", secret=SECRET, by=owner)


def run_sync(server: MlflowServer, by: User) -> MlflowSync:
    sync = imports.request_sync(server, by=by, all_of_it=True)
    for _ in range(3):
        Job.objects.update(not_before=sync.requested_at)
        runner.run_due(supervise=in_this_thread)
    sync.refresh_from_db()
    return sync


GARBAGE: list[object] = [
    "<html>Hello</html>",
    [],
    {"experiments": 5},
    {"experiments": ["x"]},
    {"experiments": [{"experiment_id": "1"}]},
    {"experiments": [{"experiment_id": "1", "name": "a\0b"}]},
    {"experiments": [], "next_page_token": 5},
]


@pytest.mark.parametrize("said", GARBAGE)
def test_what_is_no_mlflow_server_is_told_apart(
    said: object, server: MlflowServer, there: Receiver, contributor: User, client_as: ClientAs
) -> None:
    there.body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
    page = client_as(contributor).get(reverse("registry:import-choose", args=[server.project.slug, server.pk]))
    assert page.status_code == 200
    assert "The server could not be read" in page.text
    sync = run_sync(server, contributor)
    assert (sync.state, sync.job.state, sync.job.attempt) == (MlflowSync.State.FAILED, Job.State.FAILED, 1)
    assert "does not answer as an MLflow server does" in sync.job.error
    assert not ImportedRecord.objects.exists()


def test_a_wrong_token_is_told_and_never_shown(
    server: MlflowServer, there: Receiver, contributor: User, client_as: ClientAs
) -> None:
    there.status, there.body = 403, b'{"error_code": "PERMISSION_DENIED", "message": "internal: swordfish"}'
    page = client_as(contributor).get(reverse("registry:import-choose", args=[server.project.slug, server.pk]))
    assert "does not let us in. Check the token" in page.text
    assert "swordfish" not in page.text
    assert there.letters[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert there.letters[0].path.startswith("/prefix/api/2.0/mlflow/")
    sync = run_sync(server, contributor)
    assert sync.state == MlflowSync.State.FAILED
    assert "does not let us in" in sync.job.error
    server.refresh_from_db()
    assert SECRET.encode() not in bytes(server.token)
    assert not any(SECRET in entry.body for entry in AuditEntry.objects.all())


def test_a_server_that_is_ill_is_asked_again_and_then_given_up(
    server: MlflowServer, there: Receiver, contributor: User
) -> None:
    there.status = 503
    sync = run_sync(server, contributor)
    assert (sync.state, sync.job.attempt) == (MlflowSync.State.FAILED, 3)
    assert "status 503" in sync.job.error
    assert AuditEntry.objects.filter(action="mlflow-sync.failed").count() == 1


def test_a_server_that_hangs_up_is_away(server: MlflowServer, there: Receiver, contributor: User) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.close()

    there.raw = hang_up
    assert run_sync(server, contributor).job.attempt == 3


def test_a_redirect_is_not_followed(server: MlflowServer, there: Receiver, contributor: User) -> None:
    there.status, there.headers = 302, {"Location": "http://127.0.0.1:1/"}
    assert "sends us elsewhere" in run_sync(server, contributor).job.error


def test_a_run_that_cannot_be_read_is_named_and_the_others_come(
    server: MlflowServer, there: Receiver, contributor: User
) -> None:
    info = {"run_id": "a" * 32, "experiment_id": "1", "status": "FINISHED", "start_time": 1, "end_time": "2"}
    there.body = json.dumps(
        {
            "experiments": [{"experiment_id": "1", "name": "one"}],
            "experiment": {"experiment_id": "1", "name": "one"},
            "runs": [
                {"info": {**info, "run_id": "b" * 32, "status": "DANCING"}},
                {"info": {**info, "run_id": "c" * 32}, "data": {"metrics": [{"key": "../x", "value": 1}]}},
                {"info": info, "data": {"metrics": [{"key": "f1", "value": "NaN", "timestamp": "1"}]}},
            ],
            "metrics": [{"key": "f1", "value": "NaN", "timestamp": "1"}, {"key": "f1", "value": "what"}],
            "files": [{"path": "../../etc/passwd", "file_size": 3}, {"path": "/etc/passwd", "file_size": 3}],
        }
    ).encode()
    sync = run_sync(server, contributor)
    assert sync.state == MlflowSync.State.DONE
    assert sync.counts["run"] == {"refused": 2, "new": 1}
    run = Run.objects.get()
    assert run.metrics.count() == 1
    assert not run.artifacts.exists()
    reasons = " ".join(problem["reason"] for problem in sync.problems)
    assert "DANCING" in reasons
    assert "leaves its folder" in reasons
    assert "One of its points cannot be read" in reasons


def test_servers_and_syncs_have_pages(
    there: Receiver, project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    browser = client_as(owner)
    sent = {"url": there.allowed, "secret": SECRET}
    assert browser.post(reverse("registry:import-server-create", args=[project.slug]), sent).status_code == 302
    server = MlflowServer.objects.get()
    again = browser.post(reverse("registry:import-server-create", args=[project.slug]), sent)
    assert "is in the list already" in again.text
    refused = browser.post(reverse("registry:import-server-create", args=[project.slug]), {"url": "https://127.0.0.1/"})
    assert refused.status_code == 422
    there.body = b'{"experiments": [{"experiment_id": "7", "name": "Trees"}], "runs": [{}, {}]}'
    tested = browser.post(reverse("registry:import-server-test", args=[project.slug, server.pk]), follow=True)
    assert "and lets us read" in tested.text
    worker = client_as(contributor)
    choose = reverse("registry:import-choose", args=[project.slug, server.pk])
    assert "Trees" in worker.get(choose).text
    assert "Choose at least one" in worker.post(choose, {}).text
    started = worker.post(choose, {"experiments": ["7"]}, follow=True)
    assert "Waiting for a worker" in started.text
    sync = MlflowSync.objects.get()
    assert sync.chosen == {"experiments": ["7"], "models": []}
    assert "is running" in worker.post(choose, {"all": "1"}, follow=True).text
    worker.post(reverse("jobs:job-cancel", args=[project.slug, sync.job_id]))
    sync.refresh_from_db()
    assert sync.state == MlflowSync.State.CANCELLED
    page = worker.get(reverse("registry:sync-detail", args=[project.slug, sync.pk]))
    assert "Sync again" in page.text
    assert "Cancelled" in worker.get(reverse("registry:import-list", args=[project.slug])).text
    browser.post(reverse("registry:import-server-remove", args=[project.slug, server.pk]))
    assert not bytes(MlflowServer.objects.get().token)


def test_servers_and_syncs_live_in_the_api(
    there: Receiver, project: Project, owner: User, contributor: User, api_as: ApiAs
) -> None:
    made = api_as(owner).post(
        reverse("registry-api:mlflow-server-list", args=[project.slug]), {"url": there.allowed, "secret": SECRET}
    )
    assert (made.status_code, made.json()["has_secret"], "secret" in made.json()) == (201, True, False)
    program = api_as(contributor)
    parts = [project.slug, made.json()["id"]]
    there.body = b'{"experiments": [{"experiment_id": "7", "name": "Trees"}], "runs": [{}, {}]}'
    found = program.get(reverse("registry-api:mlflow-server-contents", args=parts)).json()
    assert found["experiments"] == [{"experiment_id": "7", "name": "Trees", "runs": 2, "has_more": False}]
    there.status = 500
    away = program.get(reverse("registry-api:mlflow-server-contents", args=parts))
    assert (away.status_code, "status 500" in away.json()["detail"]) == (409, True)
    syncs = reverse("registry-api:mlflow-sync-list", args=parts)
    assert program.post(syncs, {}).status_code == 400
    begun = program.post(syncs, {"experiments": ["7"]})
    assert (begun.status_code, begun.json()["state"]) == (201, "running")
    assert program.post(syncs, {"all_of_it": True}).status_code == 409
    one = reverse("registry-api:mlflow-sync-detail", args=[project.slug, begun.json()["id"]])
    assert program.get(one).json()["chosen"] == {"experiments": ["7"], "models": []}
    assert not Experiment.objects.exists()
