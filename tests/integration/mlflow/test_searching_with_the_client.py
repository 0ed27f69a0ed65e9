"""Searches as people write them, through MLflow's own client."""

import math

import mlflow
import pytest
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException

from accounts.models import User
from canvas.models import Project
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory
from tests.integration.mlflow.conftest import MlflowAs


def test_runs_are_searched_by_the_client(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    mlflow.set_experiment("searched")
    for number, loss in enumerate((0.5, math.nan, 0.25, None)):
        with mlflow.start_run(run_name=f"run {number}"):
            mlflow.log_param("depth", number)
            mlflow.set_tag("team", "North" if number % 2 else "south")
            if loss is not None:
                mlflow.log_metric("val loss", loss)

    table = mlflow.search_runs(
        filter_string="metrics.`val loss` <= 0.5 AND tags.team LIKE 'south'", order_by=["metrics.`val loss` ASC"]
    )
    assert list(table["tags.mlflow.runName"]) == ["run 2", "run 0"]
    assert list(table["metrics.val loss"]) == [0.25, 0.5]
    here = [client.get_experiment_by_name("searched").experiment_id]
    by_loss = client.search_runs(here, order_by=["metrics.`val loss` DESC"], max_results=3)
    assert [run.info.run_name for run in by_loss] == ["run 0", "run 2", "run 1"]
    rest = client.search_runs(here, order_by=["metrics.`val loss` DESC"], max_results=3, page_token=by_loss.token)
    assert [run.info.run_name for run in rest] == ["run 3"]
    assert not rest.token
    client.delete_run(by_loss[0].info.run_id)
    assert [run.info.run_name for run in client.search_runs(here, run_view_type=ViewType.DELETED_ONLY)] == ["run 0"]
    with pytest.raises(MlflowException) as problem:
        client.search_runs(here, "metrics.loss >")
    assert problem.value.error_code == "INVALID_PARAMETER_VALUE"
    assert "character 15" in problem.value.message


def test_experiments_and_logged_models_are_searched_by_the_client(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    for name in ("wine", "Wine 2", "cheese"):
        made = client.create_experiment(name, tags={"kind": name})
    found = client.search_experiments(filter_string="name ILIKE 'wine%'", order_by=["name"])
    assert [one.name for one in found] == ["Wine 2", "wine"]
    assert [one.name for one in mlflow.search_experiments(max_results=10, filter_string="tags.kind = 'cheese'")] == [
        "cheese"
    ]

    for name, acc in (("forest", 0.75), ("linear", 0.5)):
        with mlflow.start_run(experiment_id=made):
            model = client.create_logged_model(made, name=name)
            mlflow.log_metric("acc", acc, model_id=model.model_id)
    order = [{"field_name": "metrics.acc", "ascending": False}]
    models = mlflow.search_logged_models([made], "metrics.acc > 0.2", order_by=order, output_format="list")
    assert [one.name for one in models] == ["forest", "linear"]


def test_models_and_versions_are_searched_by_the_client(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    for name in ("mass", "grade"):
        model = RegisteredModelFactory(project=project, name=name)
        ModelVersionFactory(model=model).tags.create(key="fold", value=name)
    prompt = RegisteredModelFactory(project=project, name="a prompt")
    prompt.tags.create(key="mlflow.prompt.is_prompt", value="true")
    ModelVersionFactory(model__project=ProjectFactory(slug="elsewhere"))

    assert [one.name for one in client.search_registered_models()] == ["grade", "mass"]
    assert [one.name for one in client.search_registered_models("name LIKE 'm%'", order_by=["name DESC"])] == ["mass"]
    assert [one.name for one in client.search_model_versions("name='mass'")] == ["mass"]
    assert [one.name for one in client.search_model_versions("tags.fold != 'mass'")] == ["grade"]
