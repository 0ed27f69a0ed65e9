"""Files under runs and logged models, through the address that MLflow's clients use."""

import hashlib
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data import storage
from registry.models import Artifact, LoggedModel, ModelVersion, RegisteredModel, Run
from registry.services import artifacts, runs
from tests.conftest import ApiAs
from tests.factories.registry import ModelVersionFactory, RunFactory

pytestmark = pytest.mark.django_db

PROXY = "/api/2.0/mlflow-artifacts/artifacts"


@pytest.fixture
def run(project: Project, contributor: User) -> Run:
    return RunFactory(experiment__project=project, created_by=contributor, status=Run.Status.RUNNING)


@pytest.fixture
def root(run: Run) -> str:
    return f"{run.experiment.mlflow_id}/{run.run_id}/artifacts"


@pytest.fixture
def program(api_as: ApiAs, contributor: User) -> APIClient:
    return api_as(contributor)


def put(program: APIClient, path: str, content: bytes, **headers: str) -> HttpResponse:
    return program.generic("PUT", f"{PROXY}/{quote(path)}", content, content_type="text/plain", **headers)


def get(program: APIClient, path: str, **headers: str) -> HttpResponse:
    return program.get(f"{PROXY}/{quote(path)}", **headers)


def files(program: APIClient, folder: str) -> list[dict[str, object]]:
    response = program.get(PROXY, {"path": folder})
    assert response.status_code == 200
    return response.json().get("files", [])


def test_a_file_comes_back_as_it_went(program: APIClient, root: str, run: Run) -> None:
    assert put(program, f"{root}/plots/roc.txt", b"0 1").status_code == 200
    response = get(program, f"{root}/plots/roc.txt")
    assert b"".join(response) == b"0 1"
    assert response["Content-Length"] == "3"
    assert response["Content-Disposition"] == 'attachment; filename="roc.txt"'
    artifact = run.artifacts.get()
    assert artifact.sha256 == hashlib.sha256(b"0 1").hexdigest()
    assert (artifact.size, artifact.stored_by.username) == (3, "contributor")


@pytest.mark.parametrize(
    "name", ["im%step%1%time.png", "a b+c&d;e='f'.txt", "naïve/größe/数.csv", "100%.txt", "why?.md", "a=b@c$!*()~,.txt"]
)
def test_odd_names_are_kept_as_they_are(program: APIClient, root: str, run: Run, name: str) -> None:
    assert put(program, f"{root}/{name}", b"x").status_code == 200
    assert run.artifacts.get().path == name
    assert b"".join(get(program, f"{root}/{name}")) == b"x"


def test_a_folder_is_listed_one_level_deep_and_sorted(program: APIClient, root: str) -> None:
    for name in ("b.txt", "a/x.txt", "a/y/z.txt", "A.txt", "ab.txt"):
        put(program, f"{root}/{name}", b"12")
    assert files(program, root) == [
        {"path": "A.txt", "is_dir": False, "file_size": 2},
        {"path": "a", "is_dir": True},
        {"path": "ab.txt", "is_dir": False, "file_size": 2},
        {"path": "b.txt", "is_dir": False, "file_size": 2},
    ]
    assert [entry["path"] for entry in files(program, f"{root}/a")] == ["x.txt", "y"]
    assert files(program, f"{root}/b.txt") == files(program, f"{root}/none") == files(program, "") == []


def test_a_run_lists_its_files_by_their_whole_path(program: APIClient, root: str, run: Run) -> None:
    put(program, f"{root}/a/x.txt", b"12")
    response = program.get("/api/2.0/mlflow/artifacts/list", {"run_id": run.run_id, "path": "a"})
    assert response.json() == {
        "root_uri": f"mlflow-artifacts:/{root}",
        "files": [{"path": "a/x.txt", "is_dir": False, "file_size": 2}],
    }
    link = program.get("/get-artifact", {"run_id": run.run_id, "path": "a/x.txt"})
    assert b"".join(link) == b"12"


def test_a_file_is_replaced_and_the_same_bytes_change_nothing(program: APIClient, root: str, run: Run) -> None:
    put(program, f"{root}/a.txt", b"one")
    first = run.artifacts.get()
    put(program, f"{root}/a.txt", b"one")
    assert run.artifacts.get().stored_at == first.stored_at
    put(program, f"{root}/a.txt", b"two")
    assert b"".join(get(program, f"{root}/a.txt")) == b"two"
    assert not AuditEntry.objects.filter(action__startswith="artifact.").exists()


def test_after_its_end_each_change_of_a_run_has_a_line(program: APIClient, root: str, run: Run) -> None:
    put(program, f"{root}/a.txt", b"one")
    Run.objects.filter(pk=run.pk).update(status=Run.Status.FINISHED)
    put(program, f"{root}/a.txt", b"two")
    line = AuditEntry.objects.get(action="artifact.stored")
    assert line.object_label == f"a.txt of the run {run.name}"
    assert program.delete(f"{PROXY}/{root}/a.txt").json() == {}
    assert AuditEntry.objects.filter(action="artifact.removed").count() == 1


def test_files_that_come_while_a_run_is_open_again_are_named_at_its_end(
    program: APIClient, root: str, project: Project, run: Run, contributor: User
) -> None:
    put(program, f"{root}/kept.txt", b"one")
    put(program, f"{root}/replaced.txt", b"one")
    for status in (Run.Status.FINISHED, Run.Status.RUNNING):
        runs.update(project, run.run_id, by=contributor, status=status)
    put(program, f"{root}/replaced.txt", b"two")
    put(program, f"{root}/added.txt", b"two")
    runs.update(project, run.run_id, by=contributor, status=Run.Status.FINISHED)
    first, second = AuditEntry.objects.filter(action="run.ended").order_by("seq")
    assert first.object_label == run.name
    assert second.object_label.startswith(f"{run.name}: files added.txt and replaced.txt")
    assert hashlib.sha256(b"two").hexdigest() in second.body


def test_a_file_that_was_on_its_way_when_its_run_ended_has_a_line(
    project: Project, run: Run, contributor: User
) -> None:
    def arriving() -> Iterator[bytes]:
        yield b"one"
        runs.update(project, run.run_id, by=contributor, status=Run.Status.FINISHED)
        yield b"two"

    artifacts.store(artifacts.run_of(project, run.run_id), "a.txt", arriving(), by=contributor)
    assert AuditEntry.objects.get(action="artifact.stored").object_label == f"a.txt of the run {run.name}"


def test_a_file_that_was_on_its_way_when_its_run_was_deleted_is_refused(
    project: Project, run: Run, contributor: User
) -> None:
    def arriving() -> Iterator[bytes]:
        yield b"one"
        runs.delete(project, run.run_id, by=contributor)

    with pytest.raises(artifacts.InTheWay, match="is deleted"):
        artifacts.store(artifacts.run_of(project, run.run_id), "a.txt", arriving(), by=contributor)
    assert not run.artifacts.exists()


def test_a_folder_is_removed_with_all_that_is_in_it(program: APIClient, root: str, run: Run) -> None:
    for name in ("a/x.txt", "a/y/z.txt", "ab.txt", "A/x.txt"):
        put(program, f"{root}/{name}", b"12")
    assert program.delete(f"{PROXY}/{root}/a").status_code == 200
    assert sorted(run.artifacts.values_list("path", flat=True)) == ["A/x.txt", "ab.txt"]
    response = program.delete(f"{PROXY}/{root}/a")
    assert (response.status_code, response.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert program.delete(f"{PROXY}/{root}/").status_code == 200
    assert not run.artifacts.exists()


def test_a_missing_file_is_told_in_json(program: APIClient, root: str) -> None:
    response = get(program, f"{root}/none.txt")
    assert (response.status_code, response.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_file_and_a_folder_cannot_have_one_name(program: APIClient, root: str) -> None:
    put(program, f"{root}/a/b.txt", b"x")
    for path in (f"{root}/a", f"{root}/a/b.txt/c"):
        response = put(program, path, b"x")
        assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    ("asked", "status", "content", "content_range"),
    [
        ("bytes=0-1", 206, b"01", "bytes 0-1/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-500", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=3-1", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=0-1", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes=" + "9" * 40 + "-", 200, b"0123456789", None),
    ],
)
def test_a_part_of_a_file_is_sent(
    program: APIClient, root: str, asked: str, status: int, content: bytes, content_range: str | None
) -> None:
    put(program, f"{root}/a.bin", b"0123456789")
    response = get(program, f"{root}/a.bin", HTTP_RANGE=asked)
    assert (response.status_code, b"".join(response), response.get("Content-Range")) == (status, content, content_range)


def test_a_broken_download_goes_on_only_with_the_same_file(program: APIClient, root: str) -> None:
    put(program, f"{root}/a.bin", b"0123456789")
    tag = get(program, f"{root}/a.bin")["ETag"]
    assert get(program, f"{root}/a.bin", HTTP_RANGE="bytes=8-", HTTP_IF_RANGE=tag).status_code == 206
    put(program, f"{root}/a.bin", b"9876543210")
    again = get(program, f"{root}/a.bin", HTTP_RANGE="bytes=8-", HTTP_IF_RANGE=tag)
    assert (again.status_code, b"".join(again)) == (200, b"9876543210")


def test_a_file_over_the_limit_is_refused_and_not_kept(program: APIClient, root: str, settings: object) -> None:
    settings.MAX_ARTIFACT_BYTES = 10  # type: ignore[attr-defined]
    response = put(program, f"{root}/a.bin", b"x" * 11)
    assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert not Artifact.objects.exists()
    assert not storage.exists(hashlib.sha256(b"x" * 11).hexdigest())


def test_another_projects_files_are_as_if_absent(
    program: APIClient, contributor: User, django_assert_num_queries: object
) -> None:
    theirs = RunFactory()
    root = f"{theirs.experiment.mlflow_id}/{theirs.run_id}/artifacts"
    assert put(program, f"{root}/a.txt", b"x").status_code == 404
    assert get(program, f"{root}/a.txt").status_code == 404
    assert files(program, root) == []
    assert program.delete(f"{PROXY}/{root}/a.txt").status_code == 404
    assert program.get("/api/2.0/mlflow/artifacts/list", {"run_id": theirs.run_id}).status_code == 404
    assert not Artifact.objects.exists()


def test_a_run_lies_under_its_own_experiment_only(program: APIClient, root: str, run: Run, project: Project) -> None:
    other = RunFactory(experiment__project=project, experiment__name="another")
    assert put(program, f"{other.experiment.mlflow_id}/{run.run_id}/artifacts/a.txt", b"x").status_code == 404


def test_files_of_a_registered_version_never_change(program: APIClient, run: Run, model: RegisteredModel) -> None:
    logged = LoggedModel.objects.create(experiment=run.experiment, name="forest", created_by=run.created_by)
    root = f"{run.experiment.mlflow_id}/models/{logged.model_id}/artifacts"
    assert put(program, f"{root}/MLmodel", b"flavors: {}").status_code == 200
    version = ModelVersionFactory(model=model, logged_model=logged, origin=ModelVersion.Origin.MLFLOW)
    for response in (
        put(program, f"{root}/MLmodel", b"flavors: {python_function: {}}"),
        put(program, f"{root}/extra.py", b"import os"),
        program.delete(f"{PROXY}/{root}/MLmodel"),
        program.delete(f"{PROXY}/{root}/"),
    ):
        assert (response.status_code, response.json()["error_code"]) == (403, "PERMISSION_DENIED")
        assert str(version) in response.json()["message"]
    assert put(program, f"{root}/MLmodel", b"flavors: {}").status_code == 200
    assert [artifact.path for artifact in logged.artifacts.all()] == ["MLmodel"]


def test_only_the_registered_folder_of_a_run_is_frozen(
    program: APIClient, root: str, run: Run, model: RegisteredModel
) -> None:
    put(program, f"{root}/model/MLmodel", b"flavors: {}")
    ModelVersionFactory(model=model, run=run, source=f"runs:/{run.run_id}/model", origin=ModelVersion.Origin.MLFLOW)
    assert put(program, f"{root}/model/MLmodel", b"other").status_code == 403
    assert program.delete(f"{PROXY}/{root}/").status_code == 403
    assert put(program, f"{root}/models/notes.txt", b"other").status_code == 200
    assert program.delete(f"{PROXY}/{root}/models/notes.txt").status_code == 200


def test_a_file_of_a_version_is_linked_by_name_and_number(program: APIClient, model: RegisteredModel) -> None:
    version = ModelVersionFactory(model=model)
    asked = {"name": model.name, "version": version.number, "path": version.artifact_name}
    response = program.get("/model-versions/get-artifact", asked)
    assert hashlib.sha256(b"".join(response)).hexdigest() == version.artifact_sha256
    for wrong in ({"path": "other.txt"}, {"version": 99}, {"name": "nobody's"}):
        assert program.get("/model-versions/get-artifact", asked | wrong).status_code == 404
    assert program.get("/model-versions/get-artifact", asked | {"path": "../x"}).status_code == 400


HOSTILE = [
    "../x", "a/../../x", "..%2Fx", "%2E%2E/x", "%252e%252e/x", "..%5Cx", "a\\..\\x", "%5C%5Chost/share", "a%00b",
    "%2500", "/etc/passwd", "%2Fetc/passwd", "a//b", "a/", "./a", "a/./b", "a%0Ab", "a%7Fb", "a%23b", "C:/x", "c%3A%5Cx",
    "file:/etc/passwd", "x" * 501, "a/" + "é" * 128, "e%CC%81.txt", "a%E2%80%AEtxt.exe",
    "..%252f..%252fx", "%25252e%25252e/x", ".. /x",
    "a%E2%80%A8b",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_refused(program: APIClient, root: str, path: str) -> None:
    for method in ("PUT", "GET", "DELETE"):
        encoded = quote(path, safe="/%:\\")
        response = program.generic(method, f"{PROXY}/{root}/{encoded}", b"x")
        assert (response.status_code, response["Content-Type"]) in (
            (400, "application/json"),
            (404, "application/json"),
        ), path
    assert not Artifact.objects.exists()
