import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data import frames
from data.models import Dataset
from data.rows import RowsNotHere
from data.services import profiles
from jobs.models import Job
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import ROWS, DatasetFactory
from tests.factories.jobs import work

Check = Callable[[], None]
DIGEST = "sha256:" + "ab" * 32


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    """A folder that the operator allowed, with a file in it."""
    folder = tmp_path / "allowed"
    folder.mkdir()
    (folder / "rows.csv").write_bytes(ROWS)
    settings.DATA_ROOTS = [str(folder)]
    return folder


def refer(api: Any, project: Project, **fields: Any) -> Any:
    sent = {"name": "Rows", "split_role": "train"} | fields
    return api.post(reverse("data-api:reference-list", args=[project.slug]), sent, format="json")


def test_a_file_of_the_server_is_read_by_the_worker_and_not_copied(
    project: Project, contributor: User, api_as: ApiAs, root: Path
) -> None:
    answer = refer(api_as(contributor), project, uri=str(root / "rows.csv"), label_column="target")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["holding"], answer.json()["sha256"], answer.json()["rows"]) == ("in-place", "", 0)
    work()
    dataset = Dataset.objects.get()
    assert (dataset.sha256, dataset.rows, dataset.columns) == (hashlib.sha256(ROWS).hexdigest(), 60, 4)
    assert dataset.schema is not None
    assert (dataset.has_rows, dataset.is_stored) == (True, False)
    found = profiles.newest(dataset)
    assert found is not None
    assert found.rows == 60
    assert len(frames.read_frame(dataset)) == 60
    actions = list(AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True))
    assert actions.count("dataset.referenced") == 1
    assert "profile.finished" in actions


def test_a_copy_is_stored_only_when_asked_for(project: Project, contributor: User, api_as: ApiAs, root: Path) -> None:
    refer(api_as(contributor), project, uri=(root / "rows.csv").as_uri(), store_copy=True)
    work()
    dataset = Dataset.objects.get()
    assert dataset.is_stored
    (root / "rows.csv").unlink()
    assert len(frames.read_frame(dataset)) == 60


def test_a_copied_file_in_windows_1252_with_semicolons_is_read_right(
    project: Project, contributor: User, api_as: ApiAs, root: Path
) -> None:
    (root / "alt.csv").write_bytes("name;ort\nJosé;Köln\n".encode("cp1252"))
    refer(api_as(contributor), project, uri=str(root / "alt.csv"), store_copy=True)
    refer(api_as(contributor), project, uri=str(root / "alt.csv"), name="Not copied")
    work()
    copied, left = Dataset.objects.order_by("pk")
    assert frames.read_frame(copied).to_dict("list") == {"name": ["José"], "ort": ["Köln"]}
    job = Job.objects.get(dataset_profile__dataset=left)
    assert job.state == "failed"
    assert "record it again with “Store a copy”" in job.error


def test_a_file_that_was_changed_where_it_lies_is_not_read_as_the_snapshot(
    project: Project, contributor: User, viewer: User, api_as: ApiAs, client_as: ClientAs, root: Path
) -> None:
    refer(api_as(contributor), project, uri=str(root / "rows.csv"))
    work()
    dataset = Dataset.objects.get()
    (root / "rows.csv").write_bytes(ROWS.replace(b"low", b"new"))
    with pytest.raises(RowsNotHere, match="no longer the one that Rows, snapshot 1 froze"):
        frames.read_frame(dataset)
    profiles.request_profile(dataset, by=contributor)
    work()
    assert Job.objects.filter(kind="profile", state="failed").count() == 1
    (root / "rows.csv").unlink()
    text = client_as(viewer).get(dataset.get_absolute_url()).content.decode()
    assert "can no longer be read where they lay" in text


def test_a_digest_that_does_not_fit_the_file_is_told(
    project: Project, contributor: User, api_as: ApiAs, root: Path
) -> None:
    refer(api_as(contributor), project, uri=str(root / "rows.csv"), digest=DIGEST)
    work()
    job = Job.objects.get(kind="profile")
    assert "these are other rows" in job.error
    assert Dataset.objects.get().sha256 == ""


@pytest.mark.parametrize(
    "place", ["outside", "missing", "dots", "link", "folder", "another machine", "NUL"]
)  # fmt: skip
def test_nothing_outside_the_allowed_folders_can_be_referred_to(
    place: str, project: Project, contributor: User, api_as: ApiAs, client_as: ClientAs, root: Path, request: Any
) -> None:
    api, page = api_as(contributor), client_as(contributor)
    nothing_changes: Check = request.getfixturevalue("nothing_changes")
    secret = root.parent / "secret.csv"
    secret.write_bytes(ROWS)
    (root / "link.csv").symlink_to(secret)
    uri = {
        "outside": str(secret), "missing": str(root / "none.csv"), "dots": f"{root}/../secret.csv",
        "link": str(root / "link.csv"), "folder": str(root), "another machine": "file://elsewhere/rows.csv",
        "NUL": f"file://{root}/rows.csv%00",
    }[place]  # fmt: skip
    answer = refer(api, project, uri=uri)
    assert answer.status_code == 400
    assert "uri" in answer.json()
    sent = {"uri": uri, "name": "Rows", "split_role": "train", "preparation": "Typed with care."}
    response = page.post(reverse("data:dataset-refer", args=[project.slug]), sent)
    assert response.status_code == 422
    assert "Typed with care." in response.content.decode()
    nothing_changes()
    assert refer(api, project, uri=str(root / "rows.csv")).status_code == 201


def test_without_allowed_folders_no_file_of_the_server_is_read(
    project: Project, contributor: User, api_as: ApiAs, root: Path, settings: Any
) -> None:
    settings.DATA_ROOTS = []
    answer = refer(api_as(contributor), project, uri=str(root / "rows.csv"))
    assert "TENET_DATA_ROOTS" in answer.json()["uri"][0]


def test_another_address_is_recorded_as_declared_and_never_fetched(
    project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    sent = {"uri": "s3://bucket/rows.parquet", "digest": DIGEST, "name": "Lake rows", "split_role": "test"}
    response = client.post(reverse("data:dataset-refer", args=[project.slug]), sent)
    dataset = Dataset.objects.get()
    assert response.status_code == 302
    assert (dataset.holding, dataset.declared_digest, dataset.sha256) == ("declared", DIGEST, "")
    assert not Job.objects.exists()
    for address in (dataset.get_absolute_url(), reverse("data:index", args=[project.slug])):
        assert "Declared only" in client_as(viewer).get(address).content.decode()
    text = client_as(viewer).get(dataset.get_absolute_url()).content.decode()
    assert "s3://bucket/" in text
    assert "The rows are declared only: nobody here has read them." in text
    assert client.post(reverse("data:dataset-refer", args=[project.slug]), sent).status_code == 409


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"uri": "s3://bucket/rows.parquet"}, "digest", "which digest"),
        ({"uri": "s3://bucket/rows.parquet", "digest": "sha256:12"}, "digest", "64 hexadecimal digits"),
        ({"uri": "s3://bucket/rows.parquet", "digest": "whatever"}, "digest", "algorithm:value"),
        ({"uri": "https://me:secret@host/rows.csv", "digest": DIGEST}, "uri", "name or a password"),
        ({"uri": "rows.csv", "digest": DIGEST}, "uri", "full address"),
        ({"uri": "http://[half/rows.csv", "digest": DIGEST}, "uri", "full address"),
        ({"uri": "file://[half/rows.csv", "digest": DIGEST}, "uri", "no folder"),
        ({"uri": "s3://b/rows", "digest": DIGEST, "store_copy": True}, "store_copy", "never fetched"),
    ],
)  # fmt: skip
def test_an_address_that_says_too_little_or_too_much_is_refused(
    fields: dict[str, Any], where: str, words: str, project: Project, contributor: User, api_as: ApiAs, request: Any
) -> None:
    api = api_as(contributor)
    nothing_changes: Check = request.getfixturevalue("nothing_changes")
    answer = refer(api, project, **fields)
    assert answer.status_code == 400
    assert words in answer.json()[where][0]
    nothing_changes()


def test_declared_rows_can_neither_be_profiled_nor_downloaded(
    project: Project, contributor: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    api = api_as(contributor)
    dataset_id = refer(api, project, uri="dbfs:/rows", digest=DIGEST).json()["id"]
    answer = api.post(reverse("data-api:dataset-profile", args=[project.slug, dataset_id]))
    assert answer.status_code == 400
    assert "is declared only" in answer.json()["dataset"][0]
    assert client_as(contributor).get(reverse("data:dataset-file", args=[project.slug, dataset_id])).status_code == 404
    refused = api.get(reverse("data-api:dataset-file", args=[project.slug, dataset_id]))
    assert refused.status_code == 404
    assert "is declared only" in refused.json()["detail"]
    page = client_as(contributor).get(reverse("data:dataset-profile", args=[project.slug, dataset_id]))
    assert "Nobody here has read these rows" in page.content.decode()


def test_nothing_is_measured_on_declared_rows(project: Project, contributor: User) -> None:
    from evaluation.asked import Asked, Refused  # noqa: PLC0415
    from evaluation.services import request_evaluation  # noqa: PLC0415
    from tests.factories.registry import ModelVersionFactory  # noqa: PLC0415

    version = ModelVersionFactory(model__project=project)
    declared = DatasetFactory(project=project, holding="declared", sha256="", uri="s3://bucket/rows")
    with pytest.raises(Refused, match="is declared only: its rows lie at s3://bucket/rows"):
        request_evaluation(version, asked=Asked(dataset=declared, label_column="target"), by=contributor)


MLFLOW = {
    "dataset": {
        "name": "dataset",
        "digest": "5b2c1a90",
        "source_type": "http",
        "source": json.dumps({"url": "https://example.org/rows.csv"}),
        "schema": json.dumps(
            {"mlflow_colspec": [{"type": "long", "name": "age"}, {"type": "string", "name": "grade"}]}
        ),
        "profile": json.dumps({"num_rows": 150, "num_elements": 300}),
    },
    "tags": [{"key": "mlflow.data.context", "value": "training"}],
}


def test_an_mlflow_dataset_input_is_recorded_once_as_declared(
    project: Project, contributor: User, api_as: ApiAs
) -> None:
    api, address = api_as(contributor), reverse("data-api:mlflow-input-list", args=[project.slug])
    first = api.post(address, MLFLOW, format="json")
    assert first.status_code == 201, first.content
    found = first.json()
    assert (found["origin"], found["holding"], found["split_role"]) == ("mlflow", "declared", "train")
    assert (found["rows"], found["columns"], found["declared_digest"]) == (150, 2, "mlflow:5b2c1a90")
    assert found["uri"] == "https://example.org/rows.csv"
    again = api.post(address, MLFLOW, format="json")
    assert (again.status_code, again.json()["id"]) == (200, found["id"])
    other = MLFLOW | {"dataset": MLFLOW["dataset"] | {"digest": "other"}}
    assert api.post(address, other, format="json").json()["number"] == 2
    assert AuditEntry.objects.filter(chain=project.chain, action="dataset.referenced").count() == 2
    assert Dataset.objects.order_by("pk")[0].declared["profile"] == {"num_rows": 150, "num_elements": 300}


@pytest.mark.parametrize(
    ("key", "value"),
    [("schema", "{not json"), ("profile", '{"a": "\\u0000"}'), ("profile", '{"a": "\\ud800"}'), ("digest", " "),
     ("digest", "x" * 37), ("name", "x" * 501), ("name", "a\u202eb")],
)  # fmt: skip
def test_an_input_that_is_no_mlflow_dataset_is_refused(
    key: str, value: str, project: Project, contributor: User, api_as: ApiAs, request: Any
) -> None:
    api = api_as(contributor)
    nothing_changes: Check = request.getfixturevalue("nothing_changes")
    sent = MLFLOW | {"dataset": MLFLOW["dataset"] | {key: value}}
    answer = api.post(reverse("data-api:mlflow-input-list", args=[project.slug]), sent, format="json")
    assert answer.status_code == 400, answer.content
    nothing_changes()


@pytest.mark.parametrize("source", ["http://[half", '{"uri": "http://[half"}', "//["])
def test_an_input_whose_source_is_no_address_is_recorded_without_one(
    source: str, project: Project, contributor: User, api_as: ApiAs
) -> None:
    sent = MLFLOW | {"dataset": MLFLOW["dataset"] | {"source": source}}
    answer = api_as(contributor).post(reverse("data-api:mlflow-input-list", args=[project.slug]), sent, format="json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["uri"] == ""
    assert Dataset.objects.get().declared["source"] == source


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("https://me:secret@host/rows.csv", "https://…@host/rows.csv"),
        ('{"uri": "postgresql://me:secret@host/base"}', "postgresql://…@host/base"),
    ],
)
def test_a_password_in_the_source_of_an_input_is_not_kept(
    source: str, kept: str, project: Project, contributor: User, api_as: ApiAs
) -> None:
    sent = MLFLOW | {"dataset": MLFLOW["dataset"] | {"source": source}}
    answer = api_as(contributor).post(reverse("data-api:mlflow-input-list", args=[project.slug]), sent, format="json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["uri"] == kept
    assert "secret" not in str(Dataset.objects.values())
    assert "secret" not in str(AuditEntry.objects.values())
