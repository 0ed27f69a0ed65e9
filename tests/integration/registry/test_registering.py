"""Registering versions: what is kept, what is refused, and that nothing changes afterwards."""

import io
import json
import pickle
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data import storage
from registry.models import ModelVersion, RegisteredModel, StageAssignment, TrainingEnvironment
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import (
    EnvironmentFactory,
    ModelVersionFactory,
    RunFactory,
    documented_snapshot,
    skops_file,
)


def versions_url(model: RegisteredModel) -> str:
    return reverse("registry-api:version-list", args=[model.project.slug, model.name])


def upload(content: bytes = b"", name: str = "model.skops") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or skops_file())


def test_a_training_script_registers_a_version_with_all_it_knows(
    model: RegisteredModel, project: Project, contributor: User, validator: User, api_as: ApiAs
) -> None:
    dataset, environment = documented_snapshot(project), EnvironmentFactory(project=project)
    run = RunFactory(experiment__project=project)
    content = skops_file(b"these weights")
    sent = {
        "file": upload(content),
        "algorithm": "gradient boosting",
        "hyperparameters": json.dumps({"max_depth": 3, "learning_rate": 0.1}),
        "example_input": json.dumps({"mean_radius": 14.2}),
        "datasets": json.dumps([{"dataset": dataset.pk, "use": "training"}]),
        "environment": environment.pk,
        "run": run.run_id,
        "trained_by": validator.username,
        "limits": "Unknown on male patients.",
    }
    answer = api_as(contributor).post(versions_url(model), sent, format="multipart")
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["number"], body["stage"], body["artifact_format"]) == (1, "development", "skops")
    assert (body["trained_by"], body["uploaded_by"]) == ("validator", "contributor")
    assert body["hyperparameters"] == {"max_depth": 3, "learning_rate": 0.1}
    assert [(row["dataset"], row["use"], row["sha256"]) for row in body["datasets"]] == [
        (dataset.pk, "training", dataset.sha256)
    ]
    file = api_as(contributor).get(versions_url(model) + "1/artifact/")
    assert b"".join(file.streaming_content) == content
    assert file.headers["Content-Disposition"] == 'attachment; filename="model.skops"'
    assert AuditEntry.objects.filter(action="version.registered").count() == 1


def test_a_version_is_registered_by_the_form(
    model: RegisteredModel, project: Project, contributor: User, client_as: ClientAs
) -> None:
    dataset = documented_snapshot(project)
    url = reverse("registry:version-create", args=[project.slug, model.name])
    sent = {
        "file": upload(),
        "algorithm": "logistic regression",
        "hyperparameters": '{"C": 1}',
        "trained_on": dataset.pk,
    }
    response = client_as(contributor).post(url, sent)
    version = model.versions.get()
    assert response.headers["Location"] == version.get_absolute_url()
    assert version.hyperparameters == {"C": 1}
    assert version.trained_by == version.uploaded_by == contributor
    page = client_as(contributor).get(version.get_absolute_url()).content.decode()
    assert version.artifact_sha256 in page
    assert "Development" in page


def test_a_run_lends_its_environment(
    model: RegisteredModel, project: Project, contributor: User, api_as: ApiAs
) -> None:
    environment = EnvironmentFactory(project=project)
    run = RunFactory(experiment__project=project, environment=environment)
    sent = {"file": upload(), "algorithm": "rule", "run": run.run_id}
    answer = api_as(contributor).post(versions_url(model), sent, format="multipart")
    assert answer.json()["environment"] == environment.pk


def test_a_number_that_exists_is_a_conflict(
    model: RegisteredModel, project: Project, contributor: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    ModelVersionFactory(model=model, number=4)
    sent = {"algorithm": "rule", "number": 4}
    answer = api_as(contributor).post(versions_url(model), sent | {"file": upload()}, format="multipart")
    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        "breast-mass v4 exists, and a version never changes. Leave the number out to get v5."
    )
    page = client_as(contributor).post(
        reverse("registry:version-create", args=[project.slug, model.name]), sent | {"file": upload()}
    )
    assert page.status_code == 409
    assert "Leave the number out to get v5." in page.content.decode()
    assert model.versions.count() == 1
    asked = api_as(contributor).post(versions_url(model), sent | {"number": 9, "file": upload()}, format="multipart")
    assert asked.json()["number"] == 9


class _Opens:
    def __reduce__(self) -> tuple[Any, ...]:
        return (open, ("/tmp/never", "w"))


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", "{}")
        archive.writestr("weights", b"\0" * (32 * 2**20))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (pickle.dumps(_Opens()), "model.skops", "its content is a pickle file, which can run code"),
        (b"PK\x03\x04 cut off", "model.skops", "cannot be read as .skops file"),
        (b"just text", "model.onnx", "cannot be read as .onnx file"),
        (skops_file(), "model.pkl", "its content is skops"),
        (bomb(), "model.skops", "would unpack to 33,554,434"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    content: bytes,
    name: str,
    sentence: str,
    model: RegisteredModel,
    contributor: User,
    api_as: ApiAs,
    client_as: ClientAs,
) -> None:
    sent = {"file": upload(content, name), "algorithm": "rule"}
    answer = api_as(contributor).post(versions_url(model), sent, format="multipart")
    assert answer.status_code == 400
    assert sentence in " ".join(answer.json()["file"])
    url = reverse("registry:version-create", args=[model.project.slug, model.name])
    page = client_as(contributor).post(url, sent | {"file": upload(content, name)})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not model.versions.exists()


def test_a_pickle_under_its_own_name_is_stored_and_never_opened(
    model: RegisteredModel, contributor: User, api_as: ApiAs
) -> None:
    sent = {"file": upload(pickle.dumps(_Opens()), "model.pkl"), "algorithm": "rule"}
    answer = api_as(contributor).post(versions_url(model), sent, format="multipart")
    assert answer.json()["artifact_format"] == "pickle"


@pytest.mark.parametrize("name", ["../model.skops", "folder/model.skops", "..\\model.skops", ".."])
def test_a_file_name_with_a_path_is_refused(
    name: str, model: RegisteredModel, contributor: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    boundary = "----tenet"
    body = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="algorithm"\r\n\r\nrule\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        + skops_file()
        + f"\r\n--{boundary}--\r\n".encode()
    )
    client = api_as(contributor)
    answer = client.generic("POST", versions_url(model), body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 400
    assert "is not a bare file name" in answer.json()["file"][0]
    page = client_as(contributor).generic(
        "POST",
        reverse("registry:version-create", args=[model.project.slug, model.name]),
        body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert page.status_code == 422
    assert "is not a bare file name" in page.context["form"].errors["file"][0]
    assert not model.versions.exists()


def test_an_empty_or_oversized_file_is_refused(
    model: RegisteredModel, contributor: User, api_as: ApiAs, settings: Settings
) -> None:
    empty = SimpleUploadedFile("model.skops", b"")
    client = api_as(contributor)
    assert client.post(versions_url(model), {"file": empty, "algorithm": "rule"}, format="multipart").status_code == 400
    settings.MAX_ARTIFACT_BYTES = 100
    large = client.post(versions_url(model), {"file": upload(), "algorithm": "rule"}, format="multipart")
    assert large.status_code == 400
    assert "larger than 100 bytes" in str(large.json())
    assert not model.versions.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hyperparameters", "[1, 2]"),
        ("hyperparameters", "NaN"),
        ("hyperparameters", '{"alpha": NaN}'),
        ("hyperparameters", '{"alpha": 1e999}'),
        ("hyperparameters", '{"alpha": "a\\u0000b"}'),
        ("hyperparameters", '{"alpha": "\\ud800"}'),
        ("hyperparameters", '{"seed": 9007199254740993}'),
        ("hyperparameters", "[]"),
        ("hyperparameters", "[" * 5000),
        ("hyperparameters", "{"),
        ("example_input", '{"x": Infinity}'),
        ("algorithm", "a\0b"),
        ("number", "0"),
        ("number", "99999999999"),
        ("trained_by", "outsider"),
        ("environment", "999999"),
        ("datasets", '[{"dataset": 999999}]'),
        ("datasets", '{"dataset": 1}'),
    ],
)
def test_details_that_cannot_be_kept_are_refused_with_a_sentence(
    field: str, value: str, model: RegisteredModel, contributor: User, outsider: User, api_as: ApiAs
) -> None:
    sent = {"file": upload(), "algorithm": "rule", field: value}
    answer = api_as(contributor).post(versions_url(model), sent, format="multipart")
    assert answer.status_code == 400
    assert answer.json()[field]
    assert not model.versions.exists()


@pytest.mark.parametrize("value", ["[1]", '{"alpha": NaN}', "{", '{"a": "\\u0000"}'])
def test_the_form_says_what_is_wrong_with_hyperparameters(
    value: str, model: RegisteredModel, contributor: User, client_as: ClientAs
) -> None:
    url = reverse("registry:version-create", args=[model.project.slug, model.name])
    page = client_as(contributor).post(url, {"file": upload(), "algorithm": "rule", "hyperparameters": value})
    assert page.status_code == 422
    assert page.context["form"].errors["hyperparameters"]
    assert not model.versions.exists()


def test_records_of_another_project_are_not_found(model: RegisteredModel, contributor: User, api_as: ApiAs) -> None:
    elsewhere = ProjectFactory()
    sent = {
        "environment": EnvironmentFactory(project=elsewhere).pk,
        "run": RunFactory(experiment__project=elsewhere).run_id,
    }
    for field, value in sent.items():
        answer = api_as(contributor).post(
            versions_url(model), {"file": upload(), "algorithm": "rule", field: value}, format="multipart"
        )
        assert answer.status_code == 400, field
        assert answer.json()[field]


def test_a_registered_version_cannot_be_changed_even_in_the_database(model: RegisteredModel) -> None:
    version = ModelVersionFactory(model=model)
    version.algorithm = "something better"
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        version.save()
    with pytest.raises(DatabaseError):
        _delete(version)
    assert ModelVersion.objects.get(pk=version.pk).algorithm == "logistic regression"
    assert StageAssignment.objects.filter(version=version).exists()


def _delete(version: ModelVersion) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_modelversion WHERE id = %s", [version.pk])
        connection.check_constraints()


def test_the_stored_file_is_checked_again_on_request(
    model: RegisteredModel, validator: User, contributor: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    sent = {"file": upload(skops_file(b"other weights")), "algorithm": "rule"}
    sha256 = api_as(contributor).post(versions_url(model), sent, format="multipart").json()["artifact_sha256"]
    url = versions_url(model) + "1/verify/"

    def verified() -> str:
        gates = api_as(validator).post(url).json()
        return {gate["key"]: gate["status"] for gate in gates}["artifact_verified"]

    assert verified() == "passed"
    with storage.local_path(sha256) as path:
        path.write_bytes(b"changed")
    assert verified() == "failed"
    page = reverse("registry:version-verify", args=[model.project.slug, model.name, 1])
    followed = client_as(validator).post(page, follow=True).content.decode()
    assert "no longer has the digest" in followed
    assert AuditEntry.objects.filter(action="artifact.verified").count() == 3


def test_model_names_are_plain_and_taken_once(
    project: Project, contributor: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    url = reverse("registry-api:model-list", args=[project.slug])
    client = api_as(contributor)
    assert client.post(url, {"name": "triage", "task": "binary"}).status_code == 201
    assert client.post(url, {"name": "triage", "task": "binary"}).status_code == 409
    for name in ("../x", "A Model", "", "new", "x\0y"):
        assert client.post(url, {"name": name, "task": "binary"}).status_code == 400, name
    assert client.post(url, {"name": "other", "task": "regression"}).json()["task"] == [
        "Triage is about binary classification. Choose that task, or change the project's."
    ]
    page = client_as(contributor).post(
        reverse("registry:model-create", args=[project.slug]), {"name": "triage", "task": "binary"}
    )
    assert "Add a version to it, or choose another name." in page.content.decode()


@pytest.mark.parametrize(
    ("content", "name", "packages", "gaps"),
    [
        (b"numpy==2.3.4\nscikit-learn==1.7.2\n", "requirements.txt", 2, 0),
        (b"numpy>=2\nscikit-learn==1.7.2\n", "requirements.txt", 2, 1),
        (b'{"python_version": "3.12.1", "packages": {"numpy": "2.3.4"}}', "environment.json", 1, 0),
    ],
)
def test_an_environment_is_recorded_once_per_content(
    content: bytes, name: str, packages: int, gaps: int, project: Project, contributor: User, client_as: ClientAs
) -> None:
    url = reverse("registry:environment-create", args=[project.slug])
    for _ in range(2):
        sent = {"file": SimpleUploadedFile(name, content), "python_version": "3.11.7", "seeds": "random_state = 7"}
        page = client_as(contributor).post(url, sent, follow=True)
        assert page.status_code == 200
    environment = TrainingEnvironment.objects.get()
    assert len(environment.packages) == packages
    assert environment.seeds == {"random_state": 7}
    assert len(page.context["gaps"]) == gaps
    assert AuditEntry.objects.filter(action="environment.recorded").count() == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"not a package at all!", b"-r other.txt", b"{", b'{"pakages": []}', b"a\0b==1", b"\xff\xfe\x00\xd8"],
)
def test_an_unreadable_environment_is_refused(
    content: bytes, project: Project, contributor: User, client_as: ClientAs
) -> None:
    url = reverse("registry:environment-create", args=[project.slug])
    page = client_as(contributor).post(url, {"file": SimpleUploadedFile("requirements.txt", content)})
    assert page.status_code == 422
    assert page.context["form"].errors["file"]
    assert not TrainingEnvironment.objects.exists()


def test_a_script_sends_its_environment_as_json(project: Project, contributor: User, api_as: ApiAs) -> None:
    url = reverse("registry-api:environment-list", args=[project.slug])
    sent = {
        "python_version": "3.11.7",
        "packages": [{"name": "Scikit_Learn", "version": "1.7.2"}],
        "cpu_count": 2,
        "seeds": {"random_state": 7},
    }
    client = api_as(contributor)
    first, again = client.post(url, sent), client.post(url, sent)
    assert first.status_code == 201, first.json()
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["packages"] == [{"name": "scikit-learn", "version": "1.7.2"}]
    assert client.post(url, sent | {"screen": "none"}).status_code == 400
    assert client.post(url, {}).status_code == 400
    for bad in ({"seeds": {"a": 1.5}}, {"packages": [{"name": "x", "version": ">1"}]}, {"packages": 3}, {"os": "a\0"}):
        assert client.post(url, sent | bad).status_code == 400, bad


@pytest.mark.parametrize("field", ["packages", "seeds"])
def test_an_environment_nested_without_end_is_refused(
    field: str, project: Project, contributor: User, api_as: ApiAs
) -> None:
    url = reverse("registry-api:environment-list", args=[project.slug])
    answer = api_as(contributor).post(url, {"python_version": "3.11.7", field: "[" * 5_000}, format="multipart")
    assert answer.status_code == 400
    assert "nested too deep" in answer.json()[field][0]
    assert not TrainingEnvironment.objects.exists()


def test_runs_are_recorded_and_listed_with_what_they_declared(
    project: Project, contributor: User, viewer: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    url = reverse("registry-api:run-list", args=[project.slug])
    sent = {
        "experiment": "candidates",
        "name": "forest-4",
        "algorithm": "random forest",
        "params": {"n_estimators": 300, "max_depth": None},
        "metrics": {"roc_auc": 0.9312},
    }
    answer = api_as(contributor).post(url, sent)
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["metrics"], body["params"]["n_estimators"]) == ({"roc_auc": 0.9312}, "300")
    page = client_as(viewer).get(reverse("registry:run-list", args=[project.slug])).content.decode()
    assert "forest-4" in page
    assert "0.9312" in page
    detail = client_as(viewer).get(reverse("registry:run-detail", args=[project.slug, body["run_id"]]))
    assert "n_estimators" in detail.content.decode().replace("<wbr>", "")
    for bad in ({"metrics": {"a": "nan"}}, {"params": [1]}, {"params": {"a": "\0"}}, {"name": ""}):
        assert api_as(contributor).post(url, sent | bad).status_code == 400, bad
    deep = '{"params": ' + "[" * 5000 + "]" * 5000 + "}"
    for raw in ('{"experiment": "e", "name": "n", "metrics": {"a": NaN}}', deep):
        assert api_as(contributor).generic("POST", url, raw, content_type="application/json").status_code == 400


def test_free_aliases_move_and_the_stages_alias_does_not(
    model: RegisteredModel, contributor: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    ModelVersionFactory(model=model), ModelVersionFactory(model=model)
    client = api_as(contributor)

    def alias(name: str) -> str:
        return reverse("registry-api:alias-detail", args=[model.project.slug, model.name, name])

    assert client.put(alias("challenger"), {"version": 1}).json()["version"] == 1
    assert client.put(alias("challenger"), {"version": 2}).json()["version"] == 2
    refused = client.put(alias("champion"), {"version": 2})
    assert refused.status_code == 409
    assert refused.json()["detail"] == (
        "“champion” always points at the version in Production. Request a promotion to move it."
    )
    for name in ("production", "Champion"):
        assert client.put(alias(name), {"version": 2}).status_code == 409, name
    for name in ("v2", "V2", "latest", "two words", "a.b"):
        assert client.put(alias(name), {"version": 2}).status_code == 400, name
    assert client.put(alias("challenger"), {"version": 9}).status_code == 404
    page = reverse("registry:version-alias", args=[model.project.slug, model.name, 1])
    assert client_as(contributor).post(page, {"name": "champion"}).status_code == 409
    assert client_as(contributor).post(page, {"name": "shadow"}).status_code == 302
    assert client.delete(alias("challenger")).status_code == 204
    assert client.delete(alias("challenger")).status_code == 404
    assert [one.name for one in model.aliases.all()] == ["shadow"]
    assert AuditEntry.objects.filter(action="alias.moved").count() == 4
