"""Runs, experiments and files by REST: questions, order, histories, comparison, and setting things aside."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from canvas.models import Project
from registry.models import Experiment, LatestMetric, Run, RunParam, RunTag
from registry.services import artifacts, experiments, metrics, runs
from registry.services.metrics import Point
from tests.conftest import ApiAs
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import ExperimentFactory, ModelVersionFactory, RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tried(project: Project, contributor: User) -> list[Run]:
    """Three runs: one finished with a history, one with a score that is no number, one of another experiment."""
    default = experiments.default_of(project)
    first = runs.start(project, experiment_id=default.mlflow_id, name="first", by=contributor)
    metrics.add(first, [Point("auc", 0.7 + step / 100, step, step) for step in range(5)])
    RunTag.objects.create(run=first, key="team", value="north")
    runs.update(project, first.run_id, by=contributor, status=Run.Status.FINISHED)
    second = RunFactory(experiment=default, name="second")
    LatestMetric.objects.create(run=second, key="auc", value=0, is_nan=True)
    third = RunFactory(experiment=ExperimentFactory(project=project, name="others"), name="third", parent=first)
    LatestMetric.objects.create(run=third, key="auc", value=0.9)
    return [first, second, third]


def at(project: Project, name: str, *args: str | int) -> str:
    return reverse(f"registry-api:{name}", args=[project.slug, *args])


def test_runs_are_listed_by_the_same_questions_and_order_as_on_the_page(
    project: Project, tried: list[Run], viewer: User, api_as: ApiAs
) -> None:
    api, url = api_as(viewer), at(project, "run-list")

    def names(**query: str | int) -> list[str]:
        return [row["name"] for row in api.get(url, query).json()["results"]]

    assert names(sort="-metrics.auc") == ["third", "first", "second"]
    assert names(sort="attributes.name", limit=2, offset=1) == ["second", "third"]
    assert names(experiment=tried[2].experiment_id) == ["third"]
    assert names(parent=tried[0].run_id) == ["third"]
    assert names(filter="metrics.auc > 0.7 and tags.team = 'north'") == ["first"]
    assert api.get(url, {"filter": "metrics.auc >"}).status_code == 400
    rows = {row["name"]: row for row in api.get(url).json()["results"]}
    assert rows["second"]["metrics"] == {"auc": None}
    assert rows["first"]["metrics"] == {"auc": 0.74}
    assert rows["first"]["tags"]["team"] == "north"
    assert rows["third"]["parent"] == tried[0].run_id
    refused = api.get(url, {"experiment": "x", "since": "soon"})
    assert (refused.status_code, sorted(refused.json())) == (400, ["experiment", "since"])


def test_a_run_tells_its_seal_its_history_and_its_files(
    project: Project, tried: list[Run], contributor: User, viewer: User, api_as: ApiAs
) -> None:
    run, api = tried[0], api_as(viewer)
    artifacts.store(run, "plots/roc.txt", iter([b"curve"]), by=contributor)
    body = api.get(at(project, "run-detail", run.run_id)).json()
    assert len(body["sealed_sha256"]) == 64
    assert body["children"] == 1
    history = api.get(at(project, "run-history", run.run_id), {"key": "auc", "limit": 2, "offset": 3}).json()
    assert (history["count"], [point["step"] for point in history["results"]]) == (5, [3, 4])
    assert api.get(at(project, "run-history", run.run_id)).status_code == 400
    assert api.get(at(project, "run-history", tried[1].run_id), {"key": "none\0"}).status_code == 400
    files = api.get(at(project, "run-file-list", run.run_id), {"path": "plots"}).json()["results"]
    assert [(file["path"], file["size"]) for file in files] == [("plots/roc.txt", 5)]
    assert api.get(at(project, "run-file-list", run.run_id), {"path": "plot"}).json()["results"] == []
    got = api.get(at(project, "run-file", run.run_id), {"path": "plots/roc.txt"})
    assert b"".join(got.streaming_content) == b"curve"
    for query in ({"path": "plots"}, {"path": "x", "model": "m-1"}):
        assert api.get(at(project, "run-file", run.run_id), query).status_code == 404


def test_runs_are_compared_and_names_of_other_projects_are_absent(
    project: Project, tried: list[Run], viewer: User, api_as: ApiAs
) -> None:
    RunParam.objects.create(run=tried[0], key="C", value="1")
    foreign = RunFactory(experiment__project=ProjectFactory())
    asked = {"run": [tried[1].run_id, foreign.run_id, tried[0].run_id]}
    body = api_as(viewer).get(at(project, "run-compare"), asked).json()
    assert body["runs"] == [tried[1].run_id, tried[0].run_id]
    assert body["params"] == [{"name": "C", "differs": True, "values": [None, "1"]}]
    assert body["metrics"] == [{"name": "auc", "higher_is_better": True, "values": [None, 0.74], "best": []}]
    assert api_as(viewer).get(at(project, "run-compare"), {"run": foreign.run_id}).status_code == 400


def test_a_run_is_noted_set_aside_and_restored(
    project: Project, tried: list[Run], contributor: User, api_as: ApiAs
) -> None:
    api, url = api_as(contributor), at(project, "run-detail", tried[2].run_id)
    assert api.patch(url, {"note": "Too slow."}, format="json").json()["note"] == "Too slow."
    assert api.delete(url, {"reason": "Wrong data."}, format="json").status_code == 204
    assert api.patch(url, {"note": "x"}, format="json").status_code == 409
    assert len(api.get(at(project, "run-list")).json()["results"]) == 2
    assert api.get(at(project, "run-list"), {"shown": "deleted"}).json()["results"][0]["name"] == "third"
    assert api.post(at(project, "run-restore", tried[2].run_id)).json()["deleted_at"] is None
    ModelVersionFactory(model__project=project, run=tried[0])
    refused = api.delete(at(project, "run-detail", tried[0].run_id))
    assert (refused.status_code, "came out of it" in refused.json()["detail"]) == (409, True)


def test_experiments_are_made_renamed_set_aside_with_their_runs_and_restored(
    project: Project, tried: list[Run], contributor: User, api_as: ApiAs
) -> None:
    api, group = api_as(contributor), tried[2].experiment
    url = at(project, "experiment-detail", group.pk)
    listed = api.get(at(project, "experiment-list")).json()["results"]
    assert [(row["name"], row["mlflow_id"], row["runs"]) for row in listed] == [
        ("Default", "0", 2), ("others", str(group.pk), 1),
    ]  # fmt: skip
    assert api.post(at(project, "experiment-list"), {"name": "others"}, format="json").status_code == 409
    assert api.post(at(project, "experiment-list"), {"name": "new"}, format="json").json()["runs"] == 0
    assert api.patch(url, {"name": "renamed"}, format="json").json()["name"] == "renamed"
    assert api.delete(url).status_code == 204
    assert api.get(url).json()["deleted_runs"] == 1
    assert api.patch(url, {"name": "again"}, format="json").status_code == 409
    assert api.post(at(project, "experiment-restore", group.pk)).json()["runs"] == 1
    foreign = ExperimentFactory(project=ProjectFactory())
    assert api.get(at(project, "experiment-detail", foreign.pk)).status_code == 404


def test_a_long_list_by_rest_stays_under_its_ceiling(
    project: Project, viewer: User, api_as: ApiAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    group = ExperimentFactory(project=project)
    made = Run.objects.bulk_create(
        Run(experiment=group, name=f"run {n}", created_by=project.created_by) for n in range(2_000)
    )
    LatestMetric.objects.bulk_create(
        [LatestMetric(run=run, key="auc", value=n % 90) for n, run in enumerate(made)], batch_size=1_000
    )
    api = api_as(viewer)
    with django_assert_max_num_queries(16):
        body = api.get(at(project, "run-list"), {"limit": 200, "sort": "-metrics.auc"}).json()
    assert (body["count"], len(body["results"]), body["results"][0]["metrics"]["auc"]) == (2_000, 200, 89.0)
    assert Experiment.objects.count() == 1


def test_a_run_is_not_recorded_into_a_deleted_experiment(project: Project, contributor: User, api_as: ApiAs) -> None:
    group = ExperimentFactory(project=project, name="sweep")
    experiments.delete(project, group.mlflow_id, by=contributor)
    sent = {"experiment": "sweep", "name": "forest"}
    answer = api_as(contributor).post(at(project, "run-list"), sent, format="json")
    assert (answer.status_code, "was deleted" in answer.json()["detail"]) == (400, True)
    assert not Run.objects.exists()
    experiments.restore(project, group.mlflow_id, by=contributor)
    assert api_as(contributor).post(at(project, "run-list"), sent, format="json").status_code == 201
    to_default = sent | {"experiment": "Default"}
    assert api_as(contributor).post(at(project, "run-list"), to_default, format="json").status_code == 201
    assert Experiment.objects.get(name="Default").is_default


@pytest.mark.parametrize(
    ("sent", "field", "key"),
    [
        ({"params": {"": "1"}}, "params", ""),
        ({"params": {"../up": "1"}}, "params", "../up"),
        ({"params": {"a\nb": "1"}}, "params", "a\nb"),
        ({"params": {"k" * 251: "1"}}, "params", "k" * 250),
        ({"params": {"deep": {"depth": 3}}}, "params", "deep"),
        ({"params": {"layers": [10, 5]}}, "params", "layers"),
        ({"params": {"long": "x" * 6_001}}, "params", "long"),
        ({"metrics": {"": 1}}, "metrics", ""),
        ({"metrics": {"a//b": 1}}, "metrics", "a//b"),
        ({"metrics": {"auc": "nan"}}, "metrics", "auc"),
        ({"metrics": {"auc": "1e999"}}, "metrics", "auc"),
        ({"metrics": {"auc": True}}, "metrics", "auc"),
        ({"metrics": {"auc": None}}, "metrics", "auc"),
        ({"started_at": "0001-01-01T00:00:00Z"}, "started_at", None),
        ({"started_at": "1969-12-31T23:59:59Z"}, "started_at", None),
        ({"ended_at": "9999-12-31T23:59:59Z"}, "ended_at", None),
        ({"note": "x" * 8_001}, "note", None),
    ],
)
def test_what_mlflow_would_refuse_of_a_run_rest_refuses_too_and_names_the_field(
    sent: dict[str, object], field: str, key: str | None, project: Project, contributor: User, api_as: ApiAs
) -> None:
    url, whole = at(project, "run-list"), {"experiment": "sweep", "name": "forest"}
    refused = api_as(contributor).post(url, whole | sent, format="json")
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert key is None or list(refused.json()[field]) == [key]
    assert not Run.objects.exists()
    assert api_as(contributor).post(url, whole, format="json").status_code == 201


def test_params_are_kept_as_the_texts_that_mlflows_client_makes_of_them(
    project: Project, contributor: User, api_as: ApiAs
) -> None:
    said = {"C": 0.5, "depth": 4, "balanced": True, "weights": None, "solver": "lbfgs"}
    sent = {"experiment": "sweep", "name": "forest", "params": said, "metrics": {"val/auc": 0.9, "loss": "0.5"}}
    told = api_as(contributor).post(at(project, "run-list"), sent, format="json").json()
    assert told["params"] == {"C": "0.5", "depth": "4", "balanced": "True", "weights": "None", "solver": "lbfgs"}
    assert told["metrics"] == {"val/auc": 0.9, "loss": 0.5}


@pytest.mark.parametrize(
    ("name", "query", "allowed"),
    [
        ("run-list", {"sort": "zzz"}, "params.depth"),
        ("run-list", {"sort": "-attributes.versions"}, "recorded"),
        ("run-list", {"page": "abc"}, "offset"),
        ("run-list", {"statuses": "FINISHED"}, "status"),
        ("run-list", {"status": "DONE"}, "FINISHED"),
        ("run-list", {"shown": "some"}, "deleted"),
        ("run-list", {"limit": "0"}, "from 1"),
        ("run-list", {"limit": "abc"}, "from 1"),
        ("run-list", {"offset": "-1"}, "from 0"),
        ("model-list", {"show": "gone"}, "removed"),
        ("model-list", {"search": "mass"}, "q"),
        ("experiment-list", {"deleted": "maybe"}, "true"),
        ("environment-list", {"page": "2"}, "offset"),
        ("webhook-list", {"page": "2"}, "offset"),
    ],
)
def test_a_list_refuses_what_it_cannot_answer_and_names_what_it_can(
    name: str, query: dict[str, str], allowed: str, project: Project, tried: list[Run], owner: User, api_as: ApiAs
) -> None:
    refused = api_as(owner).get(at(project, name), query)
    assert (refused.status_code, list(refused.json())) == (400, list(query))
    assert allowed in refused.json()[next(iter(query))][0]
    assert api_as(owner).get(at(project, name), {"limit": 1, "offset": 0, "format": "json"}).status_code == 200


@pytest.mark.parametrize("rest", ["", "runz/", "runs", "a%0Ab", "projects/x/runs/"])
def test_an_address_that_leads_nowhere_is_answered_in_json(rest: str, viewer: User, api_as: ApiAs) -> None:
    answer = api_as(viewer).get(f"/api/v1/{rest}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json()["detail"]
