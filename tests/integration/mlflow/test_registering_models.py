"""Models logged, registered, named, loaded and served by MLflow's own client."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from django.urls import reverse
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import LoggedModel, ModelVersion, RegisteredModel, StageAssignment
from tests.factories.canvas import ProjectFactory
from tests.factories.logged_models import a_logged_model, a_run, files_of_run, folder
from tests.factories.registry import the_stages
from tests.integration.mlflow.conftest import MlflowAs

ROWS = pd.DataFrame({"radius": np.linspace(1, 4, 40), "texture": np.tile([0.5, 1.5], 20)})
LABELS = (ROWS["radius"] > 2.4).astype(int)
REQUIREMENTS = ["scikit-learn==1.7.2", "numpy==2.3.4"]


@pytest.fixture(autouse=True)
def stages(transactional_db: None) -> None:
    the_stages()


def pipeline() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.5, random_state=7)).fit(ROWS, LABELS)


def log(model: object, *, registered_model_name: str, **more: object) -> str:
    """Log and register a model in a run of its own, as a script would; its id.

    The requirements are named: otherwise the client loads each model in a process of its own to find them out, for
    seconds, which the tests of a whole pipeline and of an autologged search have it do.
    """
    more.setdefault("pip_requirements", REQUIREMENTS)
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(model, name="classifier", registered_model_name=registered_model_name, **more)
    return str(logged.model_id)


def promoted(version: ModelVersion) -> None:
    """Give a version Production and its alias, as an approved promotion does."""
    StageAssignment.objects.filter(version=version, until_at=None).delete()
    StageAssignment.objects.create(version=version, stage=the_stages()["production"], assigned_by=version.uploaded_by)
    version.model.aliases.create(name="champion", version=version, moved_by=version.uploaded_by)


def test_a_pipeline_is_logged_registered_named_and_loaded(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    model = pipeline()
    with mlflow.start_run() as run:
        mlflow.log_params({"C": 0.5, "random_state": 7, "solver": "lbfgs"})
        mlflow.log_input(mlflow.data.from_pandas(ROWS, name="masses"), context="training")
        mlflow.sklearn.log_model(
            model, name="classifier", registered_model_name="Triage für 100 %", input_example=ROWS.head(2),
            signature=infer_signature(ROWS, LABELS),
        )  # fmt: skip

    found = client.get_model_version("Triage für 100 %", "1")
    assert (found.status, found.run_id, found.current_stage) == ("READY", run.info.run_id, "None")
    version = ModelVersion.objects.get()
    assert (version.artifact_format, version.artifact_name, version.origin) == ("skops", "model.skops", "mlflow")
    assert {"MLmodel", "model.skops", "conda.yaml", "python_env.yaml", "requirements.txt"} <= {
        one["path"] for one in version.files
    }
    assert (version.trained_by, version.uploaded_by) == (contributor, contributor)
    assert version.hyperparameters == {"C": 0.5, "random_state": 7, "solver": "lbfgs"}
    assert version.signature is not None
    assert [one["name"] for one in version.signature["inputs"]] == ["radius", "texture"]
    assert version.flavors["sklearn"]["serialization_format"] == "skops"
    assert version.environment is not None
    assert version.environment.python_version.startswith("3.")
    assert "scikit-learn" in {one["name"] for one in version.environment.packages}
    assert version.environment.seeds == {"random_state": 7}
    assert [(link.dataset.name, link.use) for link in version.dataset_links.all()] == [("masses", "training")]
    assert version.example_input is not None
    assert not version.tags.filter(key="tenet.notRead").exists(), version.tags.get(key="tenet.notRead").value
    assert RegisteredModel.objects.get().task == project.task
    assert version.logged_model is not None
    model_id = version.logged_model.model_id
    assert client.get_logged_model(model_id).tags["mlflow.modelVersions"]

    client.set_registered_model_alias("Triage für 100 %", "candidate", "1")
    assert client.get_model_version_by_alias("Triage für 100 %", "candidate").aliases == ["candidate"]
    for uri in (
        "models:/Triage für 100 %@candidate", "models:/Triage für 100 %/1", "models:/Triage für 100 %/latest",
        f"models:/{model_id}", f"runs:/{run.info.run_id}/classifier",
    ):  # fmt: skip
        loaded = mlflow.sklearn.load_model(uri)
        assert (loaded.predict(ROWS) == model.predict(ROWS)).all(), uri
    client.transition_model_version_stage("Triage für 100 %", "1", "Staging")
    assert mlflow.pyfunc.load_model("models:/Triage für 100 %/Staging").predict(ROWS).tolist()
    client.delete_registered_model_alias("Triage für 100 %", "candidate")
    assert client.get_registered_model("Triage für 100 %").aliases == {}


def test_a_forest_arrives_as_the_code_carrying_file_it_is(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    forest = RandomForestClassifier(n_estimators=3, random_state=3).fit(ROWS, LABELS)
    log(forest, registered_model_name="forest", serialization_format="cloudpickle")
    version = ModelVersion.objects.get()
    assert (version.artifact_format, version.artifact_name) == ("pickle", "model.pkl")
    assert (mlflow.sklearn.load_model("models:/forest/1").predict(ROWS) == forest.predict(ROWS)).all()
    assert client.get_model_version_download_uri("forest", "1").startswith("mlflow-artifacts:/0/models/m-")


def test_an_autologged_search_says_what_it_tried(mlflow_as: MlflowAs, contributor: User, project: Project) -> None:
    mlflow_as(contributor)
    mlflow.sklearn.autolog(registered_model_name="searched", silent=True)
    try:
        GridSearchCV(LogisticRegression(random_state=5), {"C": [0.1, 1.0, 10.0]}, cv=3).fit(ROWS, LABELS)
    finally:
        mlflow.sklearn.autolog(disable=True)
    version = ModelVersion.objects.order_by("pk").last()
    assert version is not None
    assert version.algorithm == "GridSearchCV"
    assert version.search is not None
    assert version.search["method"] == "GridSearchCV"
    assert version.search["best"]["C"] in (0.1, 1.0, 10.0)
    assert version.search["space"] == {"C": [0.1, 1.0, 10.0]}
    assert version.search["candidates"] == 3
    assert version.environment is not None
    assert version.dataset_links.exists()


def test_models_of_older_clients_lie_under_their_run(
    mlflow_as: MlflowAs, contributor: User, project: Project, tmp_path: Path
) -> None:
    client = mlflow_as(contributor)
    mlflow.sklearn.save_model(pipeline(), tmp_path / "model", pip_requirements=REQUIREMENTS)
    run = client.create_run("0")
    client.log_artifacts(run.info.run_id, str(tmp_path / "model"), "my model")
    client.set_terminated(run.info.run_id)
    client.create_registered_model("old", tags={"team": "north"}, description="From before.")
    source = f"{run.info.artifact_uri}/my model"
    made = client.create_model_version("old", source, run_id=run.info.run_id, description="The first.")
    assert (made.version, made.description, made.run_id) == ("1", "The first.", run.info.run_id)
    again = mlflow.register_model(f"runs:/{run.info.run_id}/my model", "old")
    copied = client.copy_model_version("models:/old/1", "copy")
    assert (again.version, copied.version, copied.run_id) == (str(2), str(1), run.info.run_id)
    for uri in ("models:/old/1", "models:/old/2", "models:/copy/1"):
        assert mlflow.sklearn.load_model(uri).predict(ROWS).tolist(), uri
    with pytest.raises(MlflowException, match="old v1"):
        client.delete_run(run.info.run_id)


def test_a_source_that_does_not_lie_here_is_refused(
    mlflow_as: MlflowAs, contributor: User, project: Project, tmp_path: Path
) -> None:
    client = mlflow_as(contributor)
    client.create_registered_model("triage")
    run, other = a_run(project), ProjectFactory(slug="other")
    files_of_run(run, folder())
    theirs = a_logged_model(other)
    root = f"mlflow-artifacts:/0/{run.run_id}/artifacts"
    for source in (
        f"models:/{theirs.model_id}", "s3://bucket/model", f"{root}/../../x", f"{root}/%2E%2E/x", f"{root}/%252e%252e/x",
        "mlflow-artifacts://elsewhere:5000/0/x", "http://169.254.169.254/latest",
    ):  # fmt: skip
        with pytest.raises(MlflowException) as problem:
            client.create_model_version("triage", source, run_id=run.run_id)
        assert problem.value.error_code == "INVALID_PARAMETER_VALUE", source
    assert not ModelVersion.objects.exists()


def test_a_protected_name_leads_to_the_page_where_a_promotion_is_asked_for(
    mlflow_as: MlflowAs, contributor: User, approver: User
) -> None:
    client = mlflow_as(contributor)
    log(pipeline(), registered_model_name="triage")
    log(pipeline(), registered_model_name="triage")
    first, second = ModelVersion.objects.order_by("number")
    promoted(first)
    tries = (
        lambda: client.set_registered_model_alias("triage", "champion", "2"),
        lambda: client.transition_model_version_stage("triage", "2", "Production", archive_existing_versions=True),
        lambda: client.transition_model_version_stage("triage", "1", "Archived"),
        lambda: client.delete_registered_model_alias("triage", "champion"),
        lambda: client.delete_model_version("triage", "1"),
    )
    for number, refused in zip((2, 2, 1, 1, 1), tries, strict=True):
        with pytest.raises(MlflowException) as problem:
            refused()
        assert problem.value.error_code == "PERMISSION_DENIED"
        link = re.search(r"http://\S+", str(problem.value))
        assert link is not None
        assert link[0].endswith(reverse("registry:promotion-create", args=["triage", "triage", number]))
    with pytest.raises(MlflowException, match="v1 holds Production"):
        client.delete_registered_model("triage")
    with pytest.raises(MlflowException, match="cannot be renamed"):
        client.rename_registered_model("triage", "calm")
    assert client.get_model_version_by_alias("triage", "champion").version == "1"
    assert second.aliases.count() == 0
    client.delete_model_version("triage", "2")
    log(pipeline(), registered_model_name="triage")
    assert {int(one.number) for one in ModelVersion.objects.live()} == {1, 3}


def test_an_approved_model_is_served_and_downloaded_from_the_command_line(
    mlflow_as: MlflowAs, contributor: User, tmp_path: Path
) -> None:
    mlflow_as(contributor)
    model = pipeline()
    model_id = log(model, registered_model_name="triage", signature=infer_signature(ROWS, LABELS))
    promoted(ModelVersion.objects.get())
    here = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{here}:{os.environ['PATH']}"}
    target = tmp_path / "downloaded"
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "artifacts",
        "download",
        "-u",
        "models:/triage@champion",
        "-d",
        str(target),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    kept = next(target.rglob("model.skops")).read_bytes()
    for uri in ("models:/triage/1", f"models:/{model_id}"):
        place = Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(tmp_path / re.sub(r"\W", "_", uri))))
        assert next(place.rglob("model.skops")).read_bytes() == kept

    port = _free_port()
    command = [
        sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/triage@champion", "--env-manager", "local",
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    with _running(command, environment, tmp_path / "serve.log"):
        sent = json.dumps({"dataframe_split": ROWS.head(30).to_dict(orient="split")}).encode()
        answer = _asked(f"http://127.0.0.1:{port}/invocations", sent, tmp_path / "serve.log")
    assert answer["predictions"] == model.predict(ROWS.head(30)).tolist()


def test_a_registered_model_stays_when_somebody_deletes_what_it_came_from(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    model_id = log(pipeline(), registered_model_name="triage")
    run_id = client.get_model_version("triage", "1").run_id
    assert run_id
    with pytest.raises(MlflowException, match="triage v1"):
        client.delete_run(run_id)
    with pytest.raises(MlflowException, match="triage v1"):
        client.delete_logged_model(model_id)
    client.delete_model_version("triage", "1")
    client.delete_run(run_id)
    assert LoggedModel.objects.get().deleted_at is None
    assert AuditEntry.objects.filter(action="version.removed").exists()
    client.delete_registered_model("triage")
    assert client.create_registered_model("triage").latest_versions == []


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    """A command that runs until the block ends, together with what it started."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _asked(url: str, body: bytes, log: Path) -> dict[str, object]:
    """The answer of a server that may still be starting."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    for _ in range(240):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: dict[str, object] = json.loads(answer.read())
                return found
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
