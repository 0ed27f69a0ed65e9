"""Scripts of scikit-learn with nothing but MLflow's autologging in them: searches, their child runs, and evaluations."""

from collections.abc import Iterator

import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import Dataset
from registry.models import Artifact, LoggedModel, Run
from registry.services import seals
from tests.integration.mlflow.conftest import MlflowAs

WITHOUT_SHAP = {"log_explainer": False, "log_model_explainability": False}


@pytest.fixture
def rows() -> pd.DataFrame:
    """A table that a straight line separates, but for some noise."""
    rng = np.random.default_rng(7)
    table = pd.DataFrame(rng.normal(size=(120, 3)), columns=["age", "size", "density"])
    table["label"] = (table["age"] + 0.3 * rng.normal(size=120) > 0).astype(int)
    return table


@pytest.fixture
def autologging() -> Iterator[None]:
    mlflow.sklearn.autolog(log_datasets=True, silent=True)
    yield
    mlflow.sklearn.autolog(disable=True, silent=True)


@pytest.mark.usefixtures("autologging")
def test_a_grid_search_arrives_with_its_candidates_as_child_runs(
    mlflow_as: MlflowAs, contributor: User, project: Project, rows: pd.DataFrame
) -> None:
    client = mlflow_as(contributor)
    mlflow.set_experiment("search")
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(random_state=7))
    search = GridSearchCV(pipeline, {"logisticregression__C": [0.1, 1.0, 10.0]}, cv=3)
    with mlflow.start_run(run_name="grid") as started:
        search.fit(rows[["age", "size", "density"]], rows["label"])

    run = Run.objects.get(run_id=started.info.run_id)
    assert (run.status, run.algorithm) == ("FINISHED", "GridSearchCV")
    params = dict(run.params.values_list("key", "value"))
    assert params["best_logisticregression__C"] == str(search.best_params_["logisticregression__C"])
    assert params["cv"] == "3"
    children = run.children.all()
    assert {child.params.get(key="logisticregression__C").value for child in children} == {"0.1", "1.0", "10.0"}
    assert all(child.status == "FINISHED" and child.last_metrics["mean_test_score"] > 0.5 for child in children)
    assert run.last_metrics["best_cv_score"] == pytest.approx(search.best_score_)

    used = run.datasets.get()
    assert (used.context, used.dataset.origin, used.dataset.rows) == ("train", Dataset.Origin.MLFLOW, 120)
    files = set(Artifact.objects.filter(run=run).values_list("path", flat=True))
    assert {"cv_results.csv", "estimator.html"} <= files
    models = LoggedModel.objects.filter(source_run=run, status=LoggedModel.Status.READY)
    assert {"model", "best_estimator"} <= set(models.values_list("name", flat=True))
    assert all(model.artifacts.filter(path="MLmodel").exists() for model in models)
    outputs = client.get_run(run.run_id).outputs.model_outputs
    assert {one.model_id for one in outputs} == {model.model_id for model in models}
    line = AuditEntry.objects.get(chain=project.chain, object_id=str(run.pk), action="run.ended")
    assert seals.of_run(run)["sha256"] in line.body


def test_an_evaluation_leaves_its_metrics_on_the_model_and_its_charts_in_the_run(
    mlflow_as: MlflowAs, contributor: User, rows: pd.DataFrame
) -> None:
    client = mlflow_as(contributor)
    features = ["age", "size", "density"]
    model = LogisticRegression().fit(rows[features], rows["label"])
    with mlflow.start_run() as started:
        logged = mlflow.sklearn.log_model(
            model, name="tree", input_example=rows[features].head(2), pip_requirements=["scikit-learn"]
        )
        dataset = mlflow.data.from_pandas(rows, name="holdout", targets="label")
        found = mlflow.models.evaluate(
            logged.model_uri,
            dataset,
            model_type="classifier",
            evaluator_config=WITHOUT_SHAP,
        )

    run = Run.objects.get(run_id=started.info.run_id)
    assert run.last_metrics["accuracy_score"] == found.metrics["accuracy_score"] > 0.8
    assert Artifact.objects.filter(run=run, path__endswith=".png").exists()
    kept = client.get_logged_model(logged.model_id)
    measured = {metric.key: metric for metric in kept.metrics}
    assert measured["accuracy_score"].dataset_name == "holdout"
    assert run.datasets.get(name="holdout").dataset.origin == Dataset.Origin.MLFLOW


def test_a_model_is_loaded_again_by_its_id_and_from_its_run(
    mlflow_as: MlflowAs, contributor: User, rows: pd.DataFrame
) -> None:
    mlflow_as(contributor)
    features = ["age", "size", "density"]
    model = LogisticRegression().fit(rows[features], rows["label"])
    with mlflow.start_run() as started:
        logged = mlflow.sklearn.log_model(
            model, name="tree", input_example=rows[features].head(2), pip_requirements=["scikit-learn"]
        )
        mlflow.log_dict({"classes": [0, 1]}, "labels/classes.json")
    wanted = model.predict(rows[features])
    for uri in (logged.model_uri, f"runs:/{started.info.run_id}/tree"):
        assert (mlflow.pyfunc.load_model(uri).predict(rows[features]) == wanted).all()
    assert mlflow.artifacts.load_dict(f"runs:/{started.info.run_id}/labels/classes.json") == {"classes": [0, 1]}
