"""Params, metrics, tags, inputs and models of a run, as MLflow's own client sends and reads them."""

import math
from typing import Any

import mlflow
import pandas as pd
import pytest
from mlflow.entities import Dataset as DatasetEntity
from mlflow.entities import DatasetInput, InputTag, LoggedModelOutput, LoggedModelStatus, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import Dataset
from registry.models import LoggedModel, Run
from registry.services import seals
from tests.factories.registry import ModelVersionFactory
from tests.integration.mlflow.conftest import MlflowAs


def refusal(ask: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(MlflowException) as problem:
        ask(*given, **named)
    return str(problem.value.error_code)


def journal(project: Project) -> list[str]:
    lines = AuditEntry.objects.filter(chain=project.chain, action__startswith="run.")
    return list(lines.order_by("seq").values_list("action", flat=True))


def test_a_script_with_nested_runs_arrives_whole(mlflow_as: MlflowAs, contributor: User, project: Project) -> None:
    client = mlflow_as(contributor)
    mlflow.set_experiment("triage/trees")
    rows = pd.DataFrame({"age": [31, 45], "label": [0, 1]})
    with mlflow.start_run(run_name="search", description="Which depth?") as outer:
        mlflow.log_input(mlflow.data.from_pandas(rows, name="train", targets="label"), context="training")
        mlflow.set_tags({"team": "north", "estimator_name": "DecisionTreeClassifier"})
        for depth in (2, 3):
            with mlflow.start_run(nested=True, run_name=f"depth {depth}"):
                mlflow.log_params({"max_depth": depth, "criterion": "gini"})
                for step in range(3):
                    mlflow.log_metric("loss", 1 / (depth + step), step=step)
        mlflow.log_metrics({"f1": 0.91, "broken": math.nan, "endless": -math.inf}, step=4)

    found = client.get_run(outer.info.run_id)
    assert found.data.metrics["f1"] == 0.91
    assert math.isnan(found.data.metrics["broken"])
    assert found.data.metrics["endless"] == -1.7976931348623157e308
    assert found.data.tags["mlflow.runName"] == found.info.run_name == "search"
    dataset = found.inputs.dataset_inputs[0]
    assert (dataset.dataset.name, dataset.tags[0].value) == ("train", "training")
    assert "age" in dataset.dataset.schema

    kept = Run.objects.get(run_id=outer.info.run_id)
    assert (kept.note, kept.algorithm, kept.created_by) == ("Which depth?", "DecisionTreeClassifier", contributor)
    assert sorted(kept.children.values_list("name", flat=True)) == ["depth 2", "depth 3"]
    child = kept.children.get(name="depth 3")
    assert [point.value for point in client.get_metric_history(child.run_id, "loss")] == [1 / 3, 1 / 4, 1 / 5]
    snapshot = Dataset.objects.get(project=project)
    assert (snapshot.origin, snapshot.split_role, snapshot.rows) == ("mlflow", "train", 2)
    assert journal(project) == ["run.started", *["run.started", "run.ended"] * 2, "run.ended"]
    line = AuditEntry.objects.get(chain=project.chain, object_id=str(kept.pk), action="run.ended")
    assert seals.of_run(kept)["sha256"] in line.body


def test_what_is_added_after_the_end_has_lines_of_its_own(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    client.log_param(run_id, "depth", 3)
    client.set_terminated(run_id)
    client.set_terminated(run_id, end_time=client.get_run(run_id).info.end_time)
    assert journal(project) == ["run.started", "run.ended"]

    client.set_tag(run_id, "reviewed", "yes")
    client.set_tag(run_id, "reviewed", "yes")
    client.log_metric(run_id, "f1", 0.9, timestamp=1, step=1)
    client.log_metric(run_id, "f1", 0.9, timestamp=1, step=1)
    client.log_param(run_id, "depth", 3)
    assert journal(project)[2:] == ["run.changed", "run.changed"]
    client.update_run(run_id, status="RUNNING")
    client.log_param(run_id, "leaves", 7)
    client.set_terminated(run_id, status="FAILED")
    assert journal(project)[4:] == ["run.reopened", "run.ended"]


def test_a_dataset_that_is_called_otherwise_after_the_end_has_a_line(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    dataset = DatasetEntity("rows", "d1", "local", "{}")

    def used_for(context: str) -> None:
        client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", context)])])

    used_for("training")
    client.set_terminated(run_id)
    used_for("training")
    assert journal(project) == ["run.started", "run.ended"]
    used_for("testing")
    assert journal(project)[2:] == ["run.changed"]
    line = AuditEntry.objects.get(chain=project.chain, action="run.changed")
    assert line.object_label.endswith("tags of the dataset rows (d1)")
    assert "training" in line.body
    assert "testing" in line.body


def test_a_param_keeps_its_first_value_and_nothing_else_of_the_batch_is_kept(
    mlflow_as: MlflowAs, contributor: User
) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    client.log_param(run_id, "depth", 3)
    client.log_param(run_id, "depth", 3)
    assert refusal(client.log_param, run_id, "depth", 4) == "INVALID_PARAMETER_VALUE"
    batch = {"metrics": [Metric("f1", 0.9, 1, 0)], "params": [Param("new", "1"), Param("depth", "4")]}
    assert refusal(client.log_batch, run_id, **batch, tags=[RunTag("team", "north")]) == "INVALID_PARAMETER_VALUE"
    found = client.get_run(run_id).data
    assert (found.params, found.metrics, "team" in found.tags) == ({"depth": "3"}, {}, False)
    client.log_batch(run_id, params=[Param("long", "x" * 7000)], tags=[RunTag("long", "y" * 9000)])
    found = client.get_run(run_id).data
    assert (len(found.params["long"]), len(found.tags["long"])) == (6000, 8000)


def test_a_run_is_renamed_and_tags_are_taken_away(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    parent = client.create_run("0", run_name="parent").info.run_id
    run_id = client.create_run("0", tags={"mlflow.runName": "first"}).info.run_id
    client.set_tag(run_id, "mlflow.runName", "second")
    client.set_tag(run_id, "mlflow.parentRunId", parent)
    client.set_tag(parent, "mlflow.parentRunId", run_id)
    client.set_tag(run_id, "mlflow.note.content", "Better.")
    assert client.get_run(run_id).info.run_name == "second"
    kept = Run.objects.get(run_id=run_id)
    assert (kept.note, kept.parent and kept.parent.run_id) == ("Better.", parent)
    assert Run.objects.get(run_id=parent).parent is None
    client.update_run(run_id, name="third")
    assert client.get_run(run_id).data.tags["mlflow.runName"] == "third"
    client.delete_tag(run_id, "mlflow.note.content")
    assert Run.objects.get(run_id=run_id).note == ""
    assert refusal(client.delete_tag, run_id, "mlflow.note.content") == "RESOURCE_DOES_NOT_EXIST"


def test_a_deleted_run_takes_nothing_until_it_is_restored(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    client.delete_run(run_id)
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert refusal(client.log_metric, run_id, "f1", 0.9) == "INVALID_PARAMETER_VALUE"
    client.restore_run(run_id)
    client.log_metric(run_id, "f1", 0.9)
    assert refusal(client.get_run, "0" * 32) == "RESOURCE_DOES_NOT_EXIST"


def test_a_run_that_a_version_came_from_is_not_deleted(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    made = client.create_logged_model("0", name="tree", source_run_id=run_id)
    kept = LoggedModel.objects.get(model_id=made.model_id)
    ModelVersionFactory(model__project=project, model__name="triage", number=3, logged_model=kept, start=None)
    for ask, given in (
        (client.delete_run, run_id),
        (client.delete_logged_model, made.model_id),
        (client.delete_experiment, "0"),
    ):
        with pytest.raises(MlflowException, match="triage v3"):
            ask(given)
    assert client.get_run(run_id).info.lifecycle_stage == "active"


def test_a_logged_model_is_begun_finished_tagged_measured_and_deleted(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    made = client.create_logged_model(
        "0", name="tree", source_run_id=run_id, tags={"team": "north"}, params={"depth": "3"}, model_type="classifier"
    )
    assert made.artifact_location == f"mlflow-artifacts:/0/models/{made.model_id}/artifacts"
    client.log_outputs(run_id, [LoggedModelOutput(made.model_id, step=2)])
    client.log_outputs(run_id, [LoggedModelOutput(made.model_id, step=2)])
    done = client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    assert done.status == LoggedModelStatus.READY
    on = {"model_id": made.model_id, "dataset_name": "holdout", "dataset_digest": "abc123"}
    client.log_metric(run_id, "f1", 0.87, step=1, **on)
    client.log_model_params(made.model_id, {"leaves": "9"})
    client.set_logged_model_tags(made.model_id, {"stage of/review": "1"})
    client.delete_logged_model_tag(made.model_id, "stage of/review")

    found = client.get_logged_model(made.model_id)
    assert (found.params, found.tags["team"], found.source_run_id) == ({"depth": "3", "leaves": "9"}, "north", run_id)
    measured = found.metrics[0]
    assert (measured.value, measured.dataset_name, measured.run_id) == (0.87, "holdout", run_id)
    assert [(one.model_id, one.step) for one in client.get_run(run_id).outputs.model_outputs] == [(made.model_id, 2)]
    lines = AuditEntry.objects.filter(chain=project.chain, action__startswith="logged-model.").order_by("seq")
    assert [line.action.removeprefix("logged-model.") for line in lines] == [
        "created", "finished", "changed", "changed", "changed",
    ]  # fmt: skip

    client.delete_logged_model(made.model_id)
    assert refusal(client.get_logged_model, made.model_id) == "RESOURCE_DOES_NOT_EXIST"
    assert refusal(client.create_logged_model, "0", name="a.b") == "INVALID_PARAMETER_VALUE"


def test_what_a_run_says_of_a_finished_model_is_covered_by_the_runs_own_lines(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    made = client.create_logged_model("0", name="tree")
    client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    model = LoggedModel.objects.get(model_id=made.model_id)
    finished = AuditEntry.objects.get(chain=project.chain, action="logged-model.finished")
    run = Run.objects.get(run_id=run_id)
    before = seals.of_run(run)["sha256"]
    client.log_metric(run_id, "f1", 0.87, model_id=made.model_id, dataset_name="holdout", dataset_digest="abc")
    assert seals.of_logged_model(model)["sha256"] in finished.body
    assert seals.of_run(run)["sha256"] != before

    client.set_terminated(run_id)
    ended = AuditEntry.objects.get(chain=project.chain, action="run.ended")
    run.refresh_from_db()
    assert seals.of_run(run)["sha256"] in ended.body
    assert '"model_metrics":1' in ended.body
    # The run has this point already; that it is true of the model on other rows is new.
    point = run.metrics.get()
    client.log_metric(
        run_id, "f1", 0.87, timestamp=point.timestamp_ms, step=point.step,
        model_id=made.model_id, dataset_name="holdout", dataset_digest="xyz",
    )  # fmt: skip
    late = AuditEntry.objects.get(chain=project.chain, action="run.changed")
    assert made.model_id in late.object_label
    assert model.metrics.count() == 2


def test_a_history_is_read_page_by_page(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    for start in range(0, 2000, 1000):
        client.log_batch(run_id, [Metric("loss", 1 / (1 + n), n // 3, n) for n in range(start, start + 1000)])
    store = client._tracking_client.store
    read: list[Any] = []
    token = None
    while True:
        page = store.get_metric_history(run_id, "loss", max_results=700, page_token=token)
        read += page
        if not (token := page.token):
            break
    assert [point.step for point in read] == list(range(2000))
    assert client.get_metric_history(run_id, "unknown") == []
    assert latest(client, run_id) == 1 / 2000


def latest(client: MlflowClient, run_id: str) -> float:
    return float(client.get_run(run_id).data.metrics["loss"])


def test_clients_before_mlflow_3_keep_their_models_in_a_tag(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    run_id = client.create_run("0").info.run_id
    for name in ("first", "second"):
        model = mlflow.models.Model(artifact_path=name, run_id=run_id, flavors={"python_function": {}})
        client._tracking_client.store.record_logged_model(run_id, model)
    history = client.get_run(run_id).data.tags["mlflow.log-model.history"]
    assert history.index('"first"') < history.index('"second"')
