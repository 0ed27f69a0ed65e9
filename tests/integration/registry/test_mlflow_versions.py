"""What MLflow's clients send about models and versions, and what becomes of it."""

import json
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.services import references
from data.services.references import MlflowInput
from registry.mlflow_api.messages.registered_models import registered_models_of
from registry.models import AliasMove, ModelVersion, RegisteredModel, RunDataset, StageAssignment, VersionDataset
from registry.services import promotions
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.logged_models import (
    CONDA,
    a_logged_model,
    a_run,
    files_of_run,
    folder,
    mlmodel,
    pickle_file,
)
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, skops_file, the_stages

ROOT = "/api/2.0/mlflow"


class Mlflow:
    """A client that speaks JSON to MLflow's addresses."""

    def __init__(self, client: APIClient) -> None:
        self.client = client

    def __call__(self, method: str, path: str, **sent: Any) -> Any:
        """What is answered: the message of a success, or the code and message of a refusal."""
        if method == "GET":
            response = self.client.get(f"{ROOT}/{path}", sent)
        else:
            response = self.client.generic(method, f"{ROOT}/{path}", json.dumps(sent), content_type="application/json")
        assert response.status_code < 500, response.content
        return response.json()

    def register(self, model: str = "triage", **sent: Any) -> Any:
        """A version of a model, which is made where it is not there."""
        self("POST", "registered-models/create", name=model)
        return self("POST", "model-versions/create", name=model, **sent)


@pytest.fixture
def mlflow(contributor: User, api_as: ApiAs) -> Mlflow:
    the_stages()
    return Mlflow(api_as(contributor))


def test_a_logged_model_becomes_a_version_with_all_that_its_files_and_run_say(
    mlflow: Mlflow, project: Project, contributor: User
) -> None:
    run = a_run(project, created_by=contributor)
    run.params.create(key="max_depth", value="4")
    run.params.create(key="random_state", value="7")
    run.params.create(key="criterion", value="gini")
    for key, value in {
        "estimator_name": "DecisionTreeClassifier",
        "mlflow.source.name": "train.py",
        "mlflow.source.git.commit": "0123456789abcdef",
    }.items():
        run.tags.create(key=key, value=value)
    for name, context in (("rows", "training"), ("tuning rows", "validation"), ("held out", "eval")):
        dataset, _ = references.log_input(project, sent=MlflowInput(name=name, digest=name[:4]), by=contributor)
        RunDataset.objects.create(run=run, dataset=dataset, name=name, digest=name[:4], context=context)
    example = json.dumps({"columns": ["radius"], "data": [[1.5]]}).encode()
    files = folder(**{"input_example.json": example})
    logged = a_logged_model(project, files, run=run, created_by=contributor)

    answer = mlflow.register(source=f"models:/{logged.model_id}", model_id=logged.model_id, tags=[
        {"key": "team", "value": "north"}])["model_version"]  # fmt: skip
    assert (answer["name"], answer["version"], answer["status"]) == ("triage", "1", "READY")
    assert (answer["run_id"], answer["model_id"], answer["current_stage"]) == (run.run_id, logged.model_id, "None")
    assert answer["tags"] == [{"key": "team", "value": "north"}]

    version = ModelVersion.objects.get()
    assert {one["path"] for one in version.files} == set(files)
    assert (version.artifact_name, version.artifact_format) == ("model.skops", "skops")
    assert version.algorithm == "DecisionTreeClassifier"
    assert version.hyperparameters == {"max_depth": 4, "random_state": 7, "criterion": "gini"}
    assert version.source_code == "train.py @ 0123456789abcdef"
    assert version.signature is not None
    assert version.signature["inputs"] == [{"type": "double", "name": "radius", "required": True}]
    assert version.flavors["sklearn"]["serialization_format"] == "skops"
    assert version.example_input == {"columns": ["radius"], "data": [[1.5]]}
    assert version.environment is not None
    assert version.environment.python_version == "3.11.7"
    assert {"name": "scikit-learn", "version": "1.7.2"} in version.environment.packages
    assert version.environment.seeds == {"random_state": 7}
    assert version.environment.captured_from == "requirements.txt, conda.yaml, python_env.yaml"
    links = VersionDataset.objects.filter(version=version).values_list("dataset__name", "use")
    assert set(links) == {("rows", "training"), ("tuning rows", "validation")}
    assert (version.trained_by, version.uploaded_by, version.origin) == (contributor, contributor, "mlflow")
    line = json.loads(AuditEntry.objects.get(action="version.registered").body)
    assert line["after"]["files"] == len(files)
    assert len(line["after"]["files_sha256"]) == 64
    assert json.loads(logged.tags.get(key="mlflow.modelVersions").value) == [{"name": "triage", "version": 1}]
    uri = mlflow("GET", "model-versions/get-download-uri", name="triage", version="1")["artifact_uri"]
    assert uri == f"mlflow-artifacts:/0/models/{logged.model_id}/artifacts"


def test_every_way_of_naming_what_lies_here_leads_to_the_same_files(mlflow: Mlflow, project: Project) -> None:
    run = a_run(project)
    files_of_run(run, {f"deep/model/{path}": content for path, content in folder().items()})
    files_of_run(run, {"deep/model-card.md": b"not of it"})
    logged = a_logged_model(project, run=a_run(project), name="classifier")
    artifacts = f"mlflow-artifacts:/0/{run.run_id}/artifacts/deep/model"
    for source in (f"runs:/{run.run_id}/deep/model", artifacts):
        said = mlflow.register(source=source, run_id=run.run_id)["model_version"]
        root = mlflow("GET", "model-versions/get-download-uri", name="triage", version=said["version"])
        assert root == {"artifact_uri": artifacts}
    assert logged.source_run is not None
    by_run = mlflow.register(source=f"runs:/{logged.source_run.run_id}/classifier")["model_version"]
    assert by_run["model_id"] == logged.model_id
    copy = mlflow.register("another", source="models:/triage/1")["model_version"]
    assert (copy["version"], copy["run_id"]) == ("1", run.run_id)
    by_address = f"mlflow-artifacts:/0/models/{logged.model_id}/artifacts"
    assert mlflow.register("another", source=by_address)["model_version"]["model_id"] == logged.model_id
    assert len({json.dumps(one.files) for one in ModelVersion.objects.all()}) == 1


def test_a_source_elsewhere_is_refused(mlflow: Mlflow, project: Project) -> None:
    other = ProjectFactory(slug="other")
    run, theirs = a_run(project), a_logged_model(other, run=a_run(other))
    files_of_run(run, folder())
    assert theirs.source_run is not None
    pending = a_logged_model(project, status="LOGGED_MODEL_PENDING")
    own = a_logged_model(project)
    artifacts = f"mlflow-artifacts:/0/{run.run_id}/artifacts"
    for source in (
        "/etc/passwd", "file:///etc/passwd", "file:/etc", "../model", "s3://bucket/model", "https://host/model", "",
        "mlflow-artifacts://host:5000/0/x", f"mlflow-artifacts://{artifacts}", "models://profile@/triage/1",
        f"{artifacts}/../../x", f"{artifacts}/%2e%2e/x", f"{artifacts}/%252e%252e/x", f"{artifacts}/a\\..\\b",
        f"{artifacts}/..%5cx", f"mlflow-artifacts:/999/{run.run_id}/artifacts", f"runs:/{run.run_id}/../x",
        f"runs:/{run.run_id}/nothing", f"runs:/{theirs.source_run.run_id}/model", f"models:/{theirs.model_id}",
        f"mlflow-artifacts:/0/models/{theirs.model_id}/artifacts", f"models:/{pending.model_id}", "models:/triage/9",
        "models:/triage/latest", "models:/" + "x" * 2_000, f"mlflow-artifacts:/0/{run.run_id}/artifacts/MLmodel",
    ):  # fmt: skip
        assert mlflow.register(source=source)["error_code"] == "INVALID_PARAMETER_VALUE", source
    for wrong in ({"run_id": "0" * 32}, {"model_id": theirs.model_id}, {"run_id": theirs.source_run.run_id}):
        refused = mlflow.register(source=f"models:/{own.model_id}", **wrong)
        assert refused["error_code"] == "INVALID_PARAMETER_VALUE", wrong
    assert not ModelVersion.objects.exists()


def test_what_cannot_be_read_is_named_and_loses_nothing_else(mlflow: Mlflow, project: Project) -> None:
    bomb = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n".encode() for n in range(9)
    )
    files = folder(**{
        "requirements.txt": b"numpy==2.3.4\nthis is no package\n-r other.txt\nscikit-learn==1.7.2\n",
        "conda.yaml": bomb,
        "python_env.yaml": b"\xff\xfe\x00",
    })  # fmt: skip
    logged = a_logged_model(project, files)
    assert "model_version" in mlflow.register(source=f"models:/{logged.model_id}")
    version = ModelVersion.objects.get()
    assert version.environment is not None
    assert [one["name"] for one in version.environment.packages] == ["numpy", "scikit-learn"]
    assert version.environment.python_version == "3.11.7"
    said = version.tags.get(key="tenet.notRead").value
    for part in ("this is no package", "-r other.txt", "conda.yaml was not read", "python_env.yaml was not read"):
        assert part in said, said
    assert "not_read" in AuditEntry.objects.get(action="version.registered").body

    broken = a_logged_model(project, folder(MLmodel=b"!!python/object/apply:os.system ['true']"))
    assert "model_version" in mlflow.register(source=f"models:/{broken.model_id}")
    assert "MLmodel" in ModelVersion.objects.get(number=2).tags.get(key="tenet.notRead").value
    assert ModelVersion.objects.get(number=2).artifact_format == "skops"


def test_a_model_file_that_is_not_what_it_is_called_is_refused(mlflow: Mlflow, project: Project) -> None:
    disguised = a_logged_model(project, folder(**{"model.skops": pickle_file()}))
    refused = mlflow.register(source=f"models:/{disguised.model_id}")
    assert refused["error_code"] == "INVALID_PARAMETER_VALUE"
    assert "can run code" in refused["message"]
    assert (
        mlflow.register(source=f"models:/{a_logged_model(project, {}).model_id}")["error_code"]
        == "INVALID_PARAMETER_VALUE"
    )
    forest = {"sklearn": {"pickled_model": "model.pkl", "serialization_format": "cloudpickle"}}
    files = folder(**{"model.skops": None, "model.pkl": pickle_file(), "MLmodel": mlmodel(flavors=forest)})
    assert "model_version" in mlflow.register(source=f"models:/{a_logged_model(project, files).model_id}")
    assert ModelVersion.objects.get().artifact_format == "pickle"


def test_a_grid_search_is_kept_with_its_space_and_its_best(mlflow: Mlflow, project: Project) -> None:
    run = a_run(project)
    run.tags.create(key="estimator_name", value="GridSearchCV")
    said = {"best_C": "0.1", "best_penalty": "l2", "param_grid": "{'C': [0.1, 1.0], 'penalty': ['l2']}", "cv": "5"}
    for key, value in said.items():
        run.params.create(key=key, value=value)
    for c in ("0.1", "1.0"):
        a_run(project, parent=run).params.create(key="C", value=c)
    logged = a_logged_model(project, run=run)
    mlflow.register(source=f"models:/{logged.model_id}")
    assert ModelVersion.objects.get().search == {
        "method": "GridSearchCV",
        "space": {"C": [0.1, 1.0], "penalty": ["l2"]},
        "candidates": 2,
        "best": {"C": 0.1, "penalty": "l2"},
    }


def test_numbers_are_never_given_twice(mlflow: Mlflow, project: Project) -> None:
    source = f"models:/{a_logged_model(project).model_id}"
    for number in ("1", "2"):
        assert mlflow.register(source=source)["model_version"]["version"] == number
    assert mlflow("DELETE", "model-versions/delete", name="triage", version="2") == {}
    assert mlflow("GET", "model-versions/get", name="triage", version="2")["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    assert mlflow.register(source=source)["model_version"]["version"] == "3"
    assert mlflow("GET", "model-versions/get", name="triage", version="x")["error_code"] == "INVALID_PARAMETER_VALUE"


def test_a_logged_model_stays_ready_while_a_version_came_out_of_it(mlflow: Mlflow, project: Project) -> None:
    model = a_logged_model(project)
    at = f"logged-models/{model.model_id}"
    for status in ("LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_READY"):
        assert mlflow("PATCH", at, status=status)["model"]["info"]["status"] == status
    assert mlflow.register(source=f"models:/{model.model_id}", model_id=model.model_id)["model_version"]
    for status in ("LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_PENDING"):
        refused = mlflow("PATCH", at, status=status)
        assert refused["error_code"] == "INVALID_STATE", status
        assert "triage v1 came out of it" in refused["message"]
    assert mlflow("PATCH", at, status="LOGGED_MODEL_READY")["model"]["info"]["status"] == "LOGGED_MODEL_READY"
    assert mlflow("DELETE", "model-versions/delete", name="triage", version="1") == {}
    failed = mlflow("PATCH", at, status="LOGGED_MODEL_UPLOAD_FAILED")
    assert failed["model"]["info"]["status"] == "LOGGED_MODEL_UPLOAD_FAILED"


def test_only_a_promotion_moves_what_is_protected(mlflow: Mlflow, project: Project, approver: User) -> None:
    model = RegisteredModelFactory(project=project, name="fraud & co. 100%?")
    first, second = ModelVersionFactory(model=model), ModelVersionFactory(model=model)
    at = {"name": model.name, "version": "2"}
    page = "http://testserver" + reverse("registry:promotion-create", args=["triage", model.name, 2])
    for alias in ("champion", "Champion", "production"):
        refused = mlflow("POST", "registered-models/alias", alias=alias, **at)
        assert refused["error_code"] == "PERMISSION_DENIED", alias
        assert refused["message"].endswith(page)
    refused = mlflow("POST", "model-versions/transition-stage", stage="production", **at)
    assert (refused["error_code"], refused["message"].endswith(page)) == ("PERMISSION_DENIED", True)

    StageAssignment.objects.filter(version=second).delete()
    StageAssignment.objects.create(version=second, stage=the_stages()["production"], assigned_by=approver)
    model.aliases.create(name="champion", version=second, moved_by=approver)
    for method, path, sent in (
        ("POST", "model-versions/transition-stage", at | {"stage": "Archived"}),
        ("DELETE", "registered-models/alias", {"name": model.name, "alias": "champion"}),
        ("DELETE", "model-versions/delete", at),
        ("DELETE", "registered-models/delete", {"name": model.name}),
        ("POST", "registered-models/rename", {"name": model.name, "new_name": "calm"}),
    ):
        refused = mlflow(method, path, **sent)
        assert refused["error_code"] == "PERMISSION_DENIED", path
        assert "http://testserver/p/triage/models/fraud" in refused["message"]
    assert mlflow("POST", "registered-models/alias", alias="champion", name=model.name, version="1")["error_code"]
    assert model.aliases.get(name="champion").version == second
    assert not AuditEntry.objects.filter(action__in=["alias.moved", "stage.set", "version.removed"]).exists()
    assert first.aliases.count() == 0


def test_no_free_alias_is_taken_for_a_protected_one(
    mlflow: Mlflow, project: Project, contributor: User, client_as: ClientAs
) -> None:
    version = ModelVersionFactory(model=RegisteredModelFactory(project=project, name="triage"))
    at = {"name": "triage", "version": str(version.number)}
    for alias in ("\u0441hampion", "\uff43\uff48\uff41mpion", "champ1on", "production\u3164", "Pr\u043educti\u00f6n"):
        refused = mlflow("POST", "registered-models/alias", alias=alias, **at)
        assert refused["error_code"] == "INVALID_PARAMETER_VALUE", alias
        assert "easily taken for" in refused["message"]
    page = client_as(contributor).post(
        reverse("registry:version-alias", args=["triage", "triage", 1]), {"name": "\u0441hampion"}
    )
    assert page.status_code == 422
    assert not version.aliases.exists()
    for alias in ("champion-eu", "prüfling", "чемпион", "候補"):
        assert mlflow("POST", "registered-models/alias", alias=alias, **at) == {}
    # One from before this was refused can still be taken away.
    version.aliases.create(model=version.model, name="\u0441hampion", moved_by=contributor)
    assert mlflow("DELETE", "registered-models/alias", name="triage", alias="\u0441hampion") == {}


def test_free_aliases_move_with_who_when_from_and_to(mlflow: Mlflow, project: Project, contributor: User) -> None:
    model = RegisteredModelFactory(project=project, name="triage")
    ModelVersionFactory(model=model), ModelVersionFactory(model=model)
    for version in ("1", "2", "2"):
        assert mlflow("POST", "registered-models/alias", name="triage", alias="Shadow_1", version=version) == {}
    found = mlflow("GET", "registered-models/alias", name="triage", alias="Shadow_1")["model_version"]
    assert (found["version"], found["aliases"]) == ("2", ["Shadow_1"])
    assert mlflow("DELETE", "registered-models/alias", name="triage", alias="Shadow_1") == {}
    moves = AliasMove.objects.order_by("pk").values_list("from_version__number", "to_version__number", "by")
    assert list(moves) == [(None, 1, contributor.pk), (1, 2, contributor.pk), (2, None, contributor.pk)]
    assert AuditEntry.objects.filter(action="alias.moved").count() == 3
    for alias in ("latest", "LATEST", "v1", "V12", "a b", "a/b", "", "x" * 256):
        refused = mlflow("POST", "registered-models/alias", name="triage", alias=alias, version="1")
        assert refused["error_code"] == "INVALID_PARAMETER_VALUE", alias
    absent = mlflow("GET", "registered-models/alias", name="triage", alias="Shadow_1")
    assert absent["error_code"] == "INVALID_PARAMETER_VALUE"
    nowhere = mlflow("GET", "registered-models/alias", name="nothing", alias="Shadow_1")
    assert nowhere["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    missing = mlflow("POST", "registered-models/alias", name="triage", alias="a", version="9")
    assert missing["error_code"] == "RESOURCE_DOES_NOT_EXIST"


def test_free_stages_are_set_and_said_to_be_set_without_a_promotion(mlflow: Mlflow, project: Project) -> None:
    model = RegisteredModelFactory(project=project, name="triage")
    for _ in range(3):
        ModelVersionFactory(model=model)
    for version in ("1", "2"):
        mlflow("POST", "model-versions/transition-stage", name="triage", version=version, stage="staging")
    staged = mlflow(
        "POST", "model-versions/transition-stage", name="triage", version="3", stage="Staging",
        archive_existing_versions=True,
    )  # fmt: skip
    assert staged["model_version"]["current_stage"] == "Staging"
    latest = mlflow("GET", "registered-models/get", name="triage")["registered_model"]["latest_versions"]
    assert {one["version"]: one["current_stage"] for one in latest} == {"2": "Archived", "3": "Staging"}
    only = mlflow("POST", "registered-models/get-latest-versions", name="triage", stages=["Archived"])
    assert [one["version"] for one in only["model_versions"]] == ["2"]
    assert mlflow("POST", "registered-models/get-latest-versions", name="triage", stages=["None"]) == {}
    line = AuditEntry.objects.filter(action="stage.set").last()
    assert line is not None
    assert "without a promotion" in line.body
    for stage, more in (("Live", {}), ("None", {"archive_existing_versions": True})):
        refused = mlflow("POST", "model-versions/transition-stage", name="triage", version="1", stage=stage, **more)
        assert refused["error_code"] == "INVALID_PARAMETER_VALUE", stage


def test_a_removed_version_held_its_stage_until_it_was_removed(mlflow: Mlflow, project: Project) -> None:
    the_stages()
    mlflow.register(source=f"models:/{a_logged_model(project).model_id}")
    assert StageAssignment.objects.get().until_at is None
    assert mlflow("DELETE", "model-versions/delete", name="triage", version="1") == {}
    assert StageAssignment.objects.get().until_at == ModelVersion.objects.get().removed_at


def test_the_experiment_of_scripts_that_name_none_stays(mlflow: Mlflow) -> None:
    mlflow("POST", "runs/create", experiment_id="0")
    assert mlflow("POST", "experiments/delete", experiment_id="0")["error_code"] == "RESOURCE_CONFLICT"
    assert mlflow("POST", "runs/create", experiment_id="0")["run"]["info"]["experiment_id"] == "0"


def test_a_removed_model_frees_its_name_and_stays_a_record(mlflow: Mlflow, project: Project) -> None:
    source = f"models:/{a_logged_model(project).model_id}"
    mlflow.register(source=source)
    mlflow("POST", "registered-models/alias", name="triage", alias="shadow", version="1")
    assert mlflow("DELETE", "registered-models/delete", name="triage") == {}
    assert mlflow("GET", "registered-models/get", name="triage")["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    assert mlflow.register(source=source)["model_version"]["version"] == "1"
    removed = RegisteredModel.objects.exclude(removed_at=None).get()
    assert removed.name == f"triage~{removed.pk}"
    assert removed.versions.get().removed_at is not None


def test_a_promotion_that_is_open_keeps_its_version(mlflow: Mlflow, project: Project, contributor: User) -> None:
    version = ModelVersionFactory(model=RegisteredModelFactory(project=project, name="triage"))
    staging = the_stages()["staging"]
    promotions.request_promotion(version, stage=staging, reason="Ready.", by=contributor)
    for path, sent in (("model-versions", {"version": "1"}), ("registered-models", {})):
        refused = mlflow("DELETE", f"{path}/delete", name="triage", **sent)
        assert refused["error_code"] == "RESOURCE_CONFLICT"
        assert "promotion #1 is open" in refused["message"]


@pytest.mark.parametrize(
    "name",
    ["Betrug & Söhne", "100 %", "what?", "a#b", "“quoted” 'n' \"more\"", "模型", "a%2Fb", "a+b", "..x", "v1", " x "],
)
def test_any_name_without_slash_and_colon_has_pages(
    mlflow: Mlflow, project: Project, contributor: User, name: str, client_as: Any
) -> None:
    mlflow.register(name, source=f"models:/{a_logged_model(project).model_id}")
    model = RegisteredModel.objects.get(name=name)
    browser = client_as(contributor)
    for page in (model.get_absolute_url(), model.versions.get().get_absolute_url()):
        assert browser.get(page).status_code == 200, page
    assert mlflow("GET", "registered-models/get", name=name)["registered_model"]["name"] == name
    renamed = mlflow("POST", "registered-models/rename", name=name, new_name=f"{name} 2")
    assert renamed["registered_model"]["latest_versions"][0]["name"] == f"{name} 2"


@pytest.mark.parametrize("name", ["", " ", "a/b", "a:b", ".", "..", "new", "import", "x" * 257, "a\nb", "a\u202eb"])
def test_a_name_that_no_address_could_hold_is_refused(mlflow: Mlflow, name: str) -> None:
    assert mlflow("POST", "registered-models/create", name=name)["error_code"] == "INVALID_PARAMETER_VALUE"


def test_tags_and_descriptions_are_kept_with_a_line_each(mlflow: Mlflow, project: Project) -> None:
    made = mlflow("POST", "registered-models/create", name="triage", tags=[{"key": "a", "value": "1"}])
    assert made["registered_model"]["tags"] == [{"key": "a", "value": "1"}]
    again = mlflow("POST", "registered-models/create", name="triage")
    assert again["error_code"] == "RESOURCE_ALREADY_EXISTS"
    mlflow.register(source=f"models:/{a_logged_model(project).model_id}")
    at = {"name": "triage", "version": "1"}
    mlflow("PATCH", "registered-models/update", name="triage", description="Finds masses.")
    noted = mlflow("PATCH", "model-versions/update", description="Tuned on winter.", **at)
    assert noted["model_version"]["description"] == "Tuned on winter."
    mlflow("POST", "registered-models/set-tag", name="triage", key="a", value="2")
    mlflow("POST", "model-versions/set-tag", key="b", value="3", **at)
    mlflow("DELETE", "registered-models/delete-tag", name="triage", key="a")
    mlflow("DELETE", "model-versions/delete-tag", key="b", **at)
    assert mlflow("DELETE", "model-versions/delete-tag", key="b", **at)["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    bad = mlflow("POST", "model-versions/set-tag", key="k" * 251, value="3", **at)
    assert bad["error_code"] == "INVALID_PARAMETER_VALUE"
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {"model.described", "version.described", "model.tagged", "version.tagged", "model.untagged",
                       "version.untagged"}  # fmt: skip


def test_a_file_under_a_version_does_not_change(mlflow: Mlflow, project: Project, contributor: User) -> None:
    run = a_run(project)
    files_of_run(run, {f"model/{path}": content for path, content in folder().items()})
    mlflow.register(source=f"runs:/{run.run_id}/model")
    logged = a_logged_model(project)
    mlflow.register(source=f"models:/{logged.model_id}")
    at = "/api/2.0/mlflow-artifacts/artifacts"
    for path in (f"0/{run.run_id}/artifacts/model/MLmodel", f"0/models/{logged.model_id}/artifacts/conda.yaml"):
        refused = mlflow.client.put(f"{at}/{path}", CONDA + b"#", content_type="application/octet-stream")
        assert refused.status_code in (400, 403, 409), refused.content
        assert "triage v" in refused.json()["message"]


def test_reading_a_hundred_models_takes_a_few_queries(project: Project, django_assert_max_num_queries: Any) -> None:
    the_stages()
    for number in range(20):
        model = RegisteredModelFactory(project=project, name=f"m{number}")
        for _ in range(3):
            ModelVersionFactory(model=model, content=skops_file())
    with django_assert_max_num_queries(12):
        said = registered_models_of(list(RegisteredModel.objects.all()))
    assert [one["latest_versions"][0]["version"] for one in said] == ["3"] * 20
