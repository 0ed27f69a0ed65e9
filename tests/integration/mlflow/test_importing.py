"""What a real `mlflow server` holds is taken over whole, again and again, and nothing is lost, doubled or changed."""

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import mlflow
import pandas as pd
import pytest
from django.urls import reverse
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from sklearn.linear_model import LogisticRegression

from accounts.models import User
from accounts.services import create_token
from audit.models import AuditEntry
from canvas.models import Project
from data import storage
from jobs import runner
from jobs.models import Job
from registry.mlflow_import import contents
from registry.mlflow_import.handler import MlflowSyncHandler
from registry.mlflow_import.remote import Remote
from registry.models import (
    Artifact,
    Experiment,
    ImportedRecord,
    LoggedModel,
    MlflowServer,
    MlflowSync,
    ModelVersion,
    RegisteredModel,
    Run,
)
from registry.services import artifacts, batches, experiments, imports, models, registrations, runs, sources
from registry.services.metrics import Point
from registry.services.registrations import Registration
from tests.conftest import ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.jobs import in_this_thread
from tests.factories.registry import skops_file, the_stages
from tests.mlflow_server import mlflow_server

POINTS = 6_000
ODD_NAME = "plots/odd + ü&.txt"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on which a team has worked."""
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as url:
        mlflow.set_tracking_uri(url)
        mlflow.set_registry_uri(url)
        try:
            _work(MlflowClient())
        finally:
            mlflow.set_tracking_uri("")
            mlflow.set_registry_uri("")
        yield url


def _work(client: MlflowClient) -> None:
    rows = pd.DataFrame({"age": [31.0, 45.0, 52.0], "label": [0, 1, 1]})
    mlflow.set_experiment("triage/trees")
    experiment = client.get_experiment_by_name("triage/trees").experiment_id
    client.set_experiment_tag(experiment, "team", "north")
    with mlflow.start_run(run_name="search", description="Which depth?") as outer:
        mlflow.log_params({"max_depth": 2, "random_state": 7})
        mlflow.log_input(mlflow.data.from_pandas(rows, name="train", targets="label"), context="training")
        mlflow.log_metrics({"f1": 0.91, "broken": math.nan})
        for start in range(0, POINTS, 1_000):
            points = [
                Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(start, start + 1_000)
            ]
            client.log_batch(outer.info.run_id, metrics=points)
        mlflow.log_text("a curve", "plots/roc.txt")
        mlflow.log_text("", "empty.txt")
        mlflow.log_text("odd", ODD_NAME)
        with mlflow.start_run(nested=True, run_name="depth 3"):
            mlflow.log_metric("f1", 0.5)
        model = LogisticRegression().fit(rows[["age"]], rows["label"])
        logged = mlflow.sklearn.log_model(
            model,
            name="tree",
            input_example=rows[["age"]],
            pip_requirements=["scikit-learn"],
            registered_model_name="tree",
        )
    client.create_model_version(
        "tree", logged.model_uri, description="Second", tags={"reviewed": "yes"}, model_id=logged.model_id
    )
    client.create_model_version("tree", logged.model_uri, model_id=logged.model_id)
    client.delete_model_version("tree", "1")
    client.set_registered_model_alias("tree", "champion", "2")
    client.set_registered_model_alias("tree", "challenger", "3")
    client.update_registered_model("tree", "A tree of two questions")
    gone = client.create_run(experiment, run_name="gone")
    client.delete_run(gone.info.run_id)
    client.create_run(experiment, run_name="going")
    client.set_terminated(client.create_run("0", run_name="elsewhere").info.run_id)


@pytest.fixture
def server(project: Project, owner: User, filled: str, settings: Settings, db: None) -> MlflowServer:
    settings.OUTSIDE_ALLOWED = [filled]
    the_stages()
    return imports.add_server(project, url=filled + "/", by=owner)


def sync_all(server: MlflowServer, by: User, **chosen: Any) -> MlflowSync:
    sync = imports.request_sync(server, by=by, **(chosen or {"all_of_it": True}))
    runner.run_next(sync.job_id, supervise=in_this_thread)
    sync.refresh_from_db()
    return sync


def reasons(sync: MlflowSync) -> dict[str, str]:
    return {problem["what"]: problem["reason"] for problem in sync.problems}


def test_everything_is_taken_over_whole(server: MlflowServer, project: Project, contributor: User) -> None:
    models.register_model(project, name="unrelated", task=project.task, by=contributor)
    sync = sync_all(server, contributor)
    assert (sync.state, sync.job.state, sync.job.error) == (MlflowSync.State.DONE, Job.State.SUCCEEDED, "")
    assert sync.counts["run"] == {"new": 4, "deleted there": 1}
    assert sync.counts["version"] == {"new": 2}
    run = Run.objects.get(name="search")
    assert (run.note, run.status, run.created_by) == ("Which depth?", "FINISHED", contributor)
    assert run.started_at < run.ended_at
    assert dict(run.params.values_list("key", "value")) == {"max_depth": "2", "random_state": "7"}
    assert run.metrics.filter(key="loss").count() == POINTS
    assert math.isnan(run.last_metrics["broken"])
    assert run.last_metrics["f1"] == 0.91
    assert run.datasets.get().context == "training"
    assert Run.objects.get(name="depth 3").parent == run
    files = {one.path: one for one in Artifact.objects.filter(run=run)}
    assert set(files) == {"plots/roc.txt", "empty.txt", ODD_NAME}
    with storage.open_file(files[ODD_NAME].sha256) as stored:
        assert stored.read() == b"odd"
    assert Run.objects.get(name="going").is_open
    assert Experiment.objects.get(name="triage/trees").tags.get().value == "north"

    logged = LoggedModel.objects.get()
    assert (logged.status, logged.source_run) == (LoggedModel.Status.READY, run)
    assert run.model_links.get().logged_model == logged
    versions = list(ModelVersion.objects.order_by("number").select_related("model"))
    assert [(version.number, version.origin, version.note) for version in versions] == [
        (2, "import", "Second"),
        (3, "import", ""),
    ]
    assert versions[0].tags.get(key="reviewed").value == "yes"
    assert versions[0].run == run
    assert {"MLmodel", "requirements.txt"} <= {file["path"] for file in versions[0].files}
    assert versions[0].model.description == "A tree of two questions"
    assert {alias.name: alias.version.number for alias in versions[0].model.aliases.all()} == {"challenger": 3}
    assert reasons(sync)["tree@champion"] == "It points at v2 there. Here it needs a promotion."
    ended = AuditEntry.objects.filter(chain=project.chain, action="run.ended")
    assert ended.count() == 3
    assert AuditEntry.objects.filter(chain=project.chain, action="mlflow-sync.finished").count() == 1
    assert not ImportedRecord.objects.exclude(imported_by=contributor).exists()


def test_pages_and_permissions_say_where_a_record_came_from(
    server: MlflowServer, contributor: User, client_as: ClientAs
) -> None:
    sync_all(server, contributor, models=["tree"])
    browser = client_as(contributor)
    version = ModelVersion.objects.select_related("model__project").get(number=2)
    run = reverse("registry:run-detail", args=[server.project.slug, Run.objects.get().run_id])
    for page in (run, version.get_absolute_url()):
        assert "Taken over from" in browser.get(page).text


def test_tenet_itself_is_a_server_to_take_over_from(
    live_server: LiveServer, transactional_db: None, project: Project, owner: User, settings: Settings
) -> None:
    the_stages()
    other = ProjectFactory(slug="origin", name="Origin", created_by=owner)
    experiment = experiments.create(other, name="trees", by=owner)
    run = runs.start(other, experiment_id=experiment.mlflow_id, by=owner, name="first")
    batches.log(
        other, run.run_id, by=owner, params=[("depth", "2")], points=[Point("f1", 0.5, step, step) for step in (1, 2)]
    )
    for path, content in {"model/MLmodel": b"flavors: {}\n", "model/model.skops": skops_file()}.items():
        artifacts.store(run, path, [content], by=owner)
    runs.update(other, run.run_id, by=owner, status="FINISHED")
    model = models.register_model(other, name="tree", task=other.task, by=owner)
    source = sources.find(other, f"runs:/{run.run_id}/model")
    registrations.register(model, Registration(source=source, note="From there"), by=owner)
    _, secret = create_token(owner, project_id=other.pk, name="sync", lifetime=timedelta(days=1))
    settings.OUTSIDE_ALLOWED = [live_server.url]
    server = imports.add_server(project, url=live_server.url, secret=secret, by=owner)
    sync = sync_all(server, owner)
    assert (sync.job.error, sync.state) == ("", MlflowSync.State.DONE)
    assert sync.counts["version"] == {"new": 1}
    taken = ModelVersion.objects.select_related("run").get(model__project=project)
    assert (taken.number, taken.note, taken.origin) == (1, "From there", "import")
    # The other project keeps its run, so that this one has an id of its own.
    assert taken.run_id != run.pk
    assert taken.run is not None
    assert taken.run.metrics.count() == 2
    assert {file["path"] for file in taken.files} == {"MLmodel", "model.skops"}


def test_a_second_sync_takes_only_what_is_new_and_changes_no_version(
    server: MlflowServer, project: Project, contributor: User, filled: str
) -> None:
    sync_all(server, contributor)
    before = _held()
    again = sync_all(server, contributor)
    assert again.counts["run"] == {"known": 3, "changed": 1, "deleted there": 1}
    assert again.counts["version"] == {"known": 2}
    assert _held() == before

    there = MlflowClient(filled, filled)
    going = Run.objects.get(name="going")
    there.log_metric(going.run_id, "late", 1.0)
    there.log_text(going.run_id, "late", "late.txt")
    there.set_terminated(going.run_id, "FAILED")
    there.set_tag(Run.objects.get(name="elsewhere").run_id, "team", "south")
    there.set_tag(Run.objects.get(name="search").run_id, "team", "south")
    there.update_model_version("tree", "2", "Changed there")
    there.set_registered_model_alias("tree", "challenger", "2")
    third = sync_all(server, contributor)
    going.refresh_from_db()
    assert (going.status, going.last_metrics) == ("FAILED", {"late": 1.0})
    assert Artifact.objects.filter(run=going).count() == 1
    assert Run.objects.get(name="elsewhere").tags.get(key="team").value == "south"
    assert not Run.objects.get(name="search").tags.filter(key="team").exists()
    assert ModelVersion.objects.get(number=2).note == "Second"
    told = reasons(third)
    assert "its description" in told["tree v2"]
    assert told["tree@challenger"] == "It points at v2 there and at v3 here. It was not moved."
    assert "has changed there since a version was registered" in told["Run search"]
    there.update_model_version("tree", "2", "Second")
    there.set_registered_model_alias("tree", "challenger", "3")


def test_files_of_the_same_size_are_compared_once_their_run_has_ended(
    server: MlflowServer, contributor: User, filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = MlflowClient(filled, filled)
    experiment = there.create_experiment("checkpoints")
    fetched: list[str] = []
    download = Remote.download

    def watched(remote: Remote, path: str, **more: Any) -> Any:
        fetched.append(path.rpartition("/")[2])
        return download(remote, path, **more)

    def sync() -> list[str]:
        fetched.clear()
        sync_all(server, contributor, experiments=[experiment], models=[])
        return sorted(fetched)

    def held(name: str) -> bytes:
        with storage.open_file(Artifact.objects.get(run__run_id=run_id, path=name).sha256) as file:
            return file.read()

    monkeypatch.setattr(Remote, "download", watched)
    try:
        run_id = there.create_run(experiment, run_name="checkpointing").info.run_id
        there.log_text(run_id, "epoch 1", "last.txt")
        there.log_text(run_id, "fixed", "config.txt")
        assert sync() == ["config.txt", "last.txt"]
        there.log_text(run_id, "epoch 2", "last.txt")
        assert sync() == []
        there.set_terminated(run_id, end_time=1_700_000_000_000)
        assert sync() == ["config.txt", "last.txt"]
        assert (held("last.txt"), held("config.txt")) == (b"epoch 2", b"fixed")
        assert sync() == []
        # Opened again, changed, and ended anew: nothing but its end says so.
        there.log_text(run_id, "epoch 3", "last.txt")
        there.set_terminated(run_id, end_time=1_700_000_100_000)
        assert sync() == ["config.txt", "last.txt"]
        assert held("last.txt") == b"epoch 3"
        assert AuditEntry.objects.filter(action="artifact.stored").count() == 1
        assert sync() == []
    finally:
        there.delete_experiment(experiment)


class Killed(BaseException):
    """What a test ends a worker with."""


class Dying:
    """A worker that dies after so many steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def report(self, phase: str, percent: int) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def log(self, text: str) -> None:
        """Nobody reads it."""

    def is_wanted(self) -> bool:
        return True


def test_a_worker_that_dies_again_and_again_loses_and_doubles_nothing(server: MlflowServer, contributor: User) -> None:
    imports.request_sync(server, by=contributor, all_of_it=True)
    handler, job = MlflowSyncHandler(), Job.objects.get(kind=imports.KIND)
    for steps in (1, 2, 3, 5, 8, 11):
        with pytest.raises(Killed):
            handler.run(job, Dying(steps))
    runner.run_next(job.pk, supervise=in_this_thread)
    sync = MlflowSync.objects.get()
    assert sync.state == MlflowSync.State.DONE
    assert sync.counts["run"]["new"] == 4
    assert sync.counts["version"] == {"new": 2}
    held = _held()
    assert {key: held[key] for key in ("runs", "experiments", "logged", "models", "versions", "records")} == {
        "runs": 4, "experiments": 2, "logged": 1, "models": 1, "versions": 2, "records": 4 + 2 + 1 + 1 + 2,
    }  # fmt: skip
    search = Run.objects.get(name="search")
    assert (search.metrics.count(), search.artifacts.count(), search.params.count()) == (POINTS + 2, 3, 2)
    started = AuditEntry.objects.filter(action="run.started")
    assert started.count() == 4


def _held() -> dict[str, int]:
    return {
        "runs": Run.objects.count(),
        "experiments": Experiment.objects.exclude(is_default=True).count(),
        "points": sum(run.metrics.count() for run in Run.objects.all()),
        "artifacts": Artifact.objects.count(),
        "logged": LoggedModel.objects.count(),
        "models": RegisteredModel.objects.count(),
        "versions": ModelVersion.objects.count(),
        "records": ImportedRecord.objects.count(),
        "lines": AuditEntry.objects.filter(action__startswith="run.").count(),
    }


def test_only_what_was_chosen_comes_and_what_it_needs(
    server: MlflowServer, project: Project, contributor: User
) -> None:
    models.register_model(project, name="tree", task=project.task, by=contributor)
    sync = sync_all(server, contributor, models=["tree", "nonsense"])
    assert set(Run.objects.values_list("name", flat=True)) == {"search"}
    imported = RegisteredModel.objects.get(name__startswith="tree-from-127.0.0.1-")
    assert imported.versions.count() == 2
    told = reasons(sync)
    assert told["Model nonsense"] == "It is no longer there."
    assert "because this project has a model of that name" in told["Model tree"]


def test_names_that_are_taken_get_another_and_say_so(server: MlflowServer, contributor: User) -> None:
    sync = sync_all(server, contributor, experiments=["0"])
    assert Run.objects.get().experiment.name.startswith("Default (from 127.0.0.1:")
    assert "because this project has one of that name" in reasons(sync)["Experiment Default"]


def test_a_preview_counts_what_is_there(server: MlflowServer) -> None:
    with Remote(server.url) as remote:
        found = contents.look(remote)
    assert {one.name: one.runs for one in found.experiments} == {"triage/trees": 3, "Default": 1}
    assert [(one.name, one.latest) for one in found.models] == [("tree", 3)]
    assert found.version == mlflow.__version__


def test_a_file_that_is_gone_there_is_named_and_its_version_not_registered(
    server: MlflowServer, contributor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = artifacts.store

    def store(owner: Any, path: str, *args: Any, **kwargs: Any) -> Artifact:
        if path == "MLmodel":
            raise storage.TooLarge("The file is larger than 1 byte.")
        return real(owner, path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(artifacts, "store", store)
        sync = sync_all(server, contributor)
    assert reasons(sync)["tree v2"] == "It was not registered. Some of its files could not be taken over."
    assert sync.counts["version"] == {"refused": 2}
    assert "larger than 1 byte" in reasons(sync)["Logged model tree: MLmodel"]
    assert sync_all(server, contributor).counts["version"] == {"new": 2}
