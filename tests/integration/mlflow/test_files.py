"""Files through MLflow's own client, unmodified, against a web process as people run it."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import artifacts
from mlflow.exceptions import RestException
from mlflow.tracking import MlflowClient
from requests import HTTPError

from tests.integration.registry.real_server import Served, serving

# It brings its own database along.
pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

MIB = 2**20
ODD = [
    "im%step%1%time%2.png",
    "a b+c&d;e='f'.txt",
    "naïve größe 数.csv",
    "100%.txt",
    "empty",
]


@pytest.fixture(scope="module")
def served(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("var")) as server:
        yield server


@pytest.fixture
def client(served: Served, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    address = f"http://127.0.0.1:{served.port}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", served.secret)
    return MlflowClient(tracking_uri=address)


@pytest.fixture
def run_id(served: Served) -> str:
    return served.root.split("/")[1]


def test_a_folder_of_odd_names_goes_and_comes_back(client: MlflowClient, run_id: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    for name in ODD:
        for place in (folder, folder / "deep" / "er"):
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(b"" if name == "empty" else name.encode())
    client.log_artifacts(run_id, str(folder), "report")
    listed = {file.path: file for file in client.list_artifacts(run_id, "report")}
    assert set(listed) == {f"report/{name}" for name in ODD} | {"report/deep"}
    assert listed["report/deep"].is_dir
    assert listed["report/100%.txt"].file_size == 8
    assert client.list_artifacts(run_id, "report/100%.txt") == client.list_artifacts(run_id, "none") == []
    back = Path(client.download_artifacts(run_id, "report", str(tmp_path)))
    for path in folder.rglob("*"):
        if path.is_file():
            assert (back / path.relative_to(folder)).read_bytes() == path.read_bytes(), path


def test_a_large_file_goes_in_parts(
    client: MlflowClient, run_id: str, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(5 * MIB))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 * MIB))
    file = tmp_path / "model.bin"
    file.write_bytes(os.urandom(12 * MIB + 7))
    # The client sends the path as the script has it, from wherever that runs.
    (tmp_path / "scripts").mkdir()
    monkeypatch.chdir(tmp_path / "scripts")
    client.log_artifact(run_id, "../model.bin", "model")
    parts = served.folder / "content" / "parts"
    # It really came in parts, and they are gone.
    assert parts.is_dir()
    assert not list(parts.iterdir())
    back = artifacts.download_artifacts(run_id=run_id, artifact_path="model/model.bin", dst_path=str(tmp_path / "back"))
    assert hashlib.sha256(Path(back).read_bytes()).digest() == hashlib.sha256(file.read_bytes()).digest()


def test_files_are_deleted_by_the_client(client: MlflowClient, run_id: str, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    client.log_artifact(run_id, str(file), "gone")
    repository = client._tracking_client._get_artifact_repo(run_id)
    repository.delete_artifacts("gone")
    assert client.list_artifacts(run_id, "gone") == []


def test_what_is_refused_is_told(client: MlflowClient, run_id: str, tmp_path: Path) -> None:
    # The client sends a question mark as it is, and so half of the name.
    for name, reason in (("%2e%2e%2fx", "leaves its folder"), ("why?.md", "question mark")):
        (tmp_path / name).write_text("x")
        with pytest.raises((RestException, HTTPError), match=reason):
            client.log_artifact(run_id, str(tmp_path / name))
