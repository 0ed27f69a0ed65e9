import hashlib
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import DataSchema, Dataset
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import ROWS, DataSourceFactory, LabelingMethodFactory
from tests.integration.data.bad_tables import BAD_TABLES, wide, written

pytestmark = pytest.mark.any_database

Check = Callable[[], None]


def upload(client: Client, project: Project, content: bytes = ROWS, file_name: str = "rows.csv", **fields: Any) -> Any:
    sent = {"name": "Rows", "split_role": "train", "file": SimpleUploadedFile(file_name, content)} | fields
    return client.post(reverse("data:dataset-upload", args=[project.slug]), sent)


def send(client: APIClient, project: Project, content: bytes = ROWS, file_name: str = "rows.csv", **fields: Any) -> Any:
    sent = {"name": "Rows", "split_role": "train", "file": SimpleUploadedFile(file_name, content)} | fields
    return client.post(reverse("data-api:dataset-list", args=[project.slug]), sent, format="multipart")


def test_an_upload_is_frozen_with_its_facts(project: Project, contributor: User, client_as: ClientAs) -> None:
    response = upload(client_as(contributor), project, label_column="target")
    dataset = Dataset.objects.get()
    assert response.status_code == 302
    assert response["Location"] == dataset.get_absolute_url()
    assert dataset.sha256 == hashlib.sha256(ROWS).hexdigest()
    assert dataset.size == len(ROWS)
    assert (dataset.rows, dataset.columns) == (ROWS.count(b"\n") - 1, 4)
    assert (dataset.name, dataset.number, dataset.file_name, dataset.file_format) == ("Rows", 1, "rows.csv", "csv")
    assert dataset.uploaded_by == contributor


def test_an_upload_leaves_one_line_in_the_journal(project: Project, contributor: User, client_as: ClientAs) -> None:
    before = AuditEntry.objects.filter(chain=project.chain).count()
    upload(client_as(contributor), project)
    lines = AuditEntry.objects.filter(chain=project.chain).order_by("seq")[before:]
    assert [line.action for line in lines] == ["dataset.uploaded"]
    assert json.loads(lines[0].body)["after"]["sha256"] == hashlib.sha256(ROWS).hexdigest()


def test_a_first_schema_is_read_off_the_file(project: Project, contributor: User, client_as: ClientAs) -> None:
    upload(client_as(contributor), project, label_column="target")
    schema = Dataset.objects.get().schema
    assert schema is not None
    assert schema.inferred
    found = {f.key: (f.data_type, f.order, f.part, f.is_key, f.allowed_values) for f in schema.fields.all()}
    assert found == {
        "id": ("integer", "nominal", "identifier", True, []),
        "age": ("integer", "ratio", "feature", False, []),
        "grade": ("string", "ordinal", "feature", False, ["low", "medium", "high"]),
        "target": ("integer", "nominal", "label", False, ["0", "1"]),
    }


def test_the_api_takes_a_file_with_all_that_is_known_of_it(project: Project, contributor: User, api_as: ApiAs) -> None:
    source, method = DataSourceFactory(project=project), LabelingMethodFactory(project=project)
    response = send(
        api_as(contributor),
        project,
        label_column="target",
        sources=[source.name],
        labeling_method=method.pk,
        preparation="Drawn at random.",
    )
    assert response.status_code == 201, response.content
    assert response.json()["rows"] == 60
    assert response.json()["sources"] == [source.name]
    assert response.json()["gaps"] == ["The schema was read off the file, and nobody has reviewed it yet."]
    dataset = Dataset.objects.get()
    assert dataset.labeling_method == method
    assert dataset.preparation == "Drawn at random."


def test_parquet_is_taken_too(project: Project, contributor: User, api_as: ApiAs) -> None:
    content = written(pa.table({"a": [1, 2, 3], "b": ["x", None, "y"]}))
    response = send(api_as(contributor), project, content, "rows.parquet")
    assert response.status_code == 201, response.content
    assert (response.json()["rows"], response.json()["columns"]) == (3, 2)
    assert response.json()["file_format"] == "parquet"


def test_a_file_with_a_byte_order_mark_is_read_without_it(project: Project, contributor: User, api_as: ApiAs) -> None:
    assert send(api_as(contributor), project, b"\xef\xbb\xbf" + ROWS).status_code == 201
    fields = DataSchema.objects.get().fields
    assert fields.first().key == "id"  # type: ignore[union-attr]


@pytest.mark.parametrize("case", BAD_TABLES)
def test_the_page_refuses_a_bad_file_and_keeps_what_was_typed(
    case: str, project: Project, contributor: User, client_as: ClientAs, nothing_changes: Check
) -> None:
    client = client_as(contributor)
    name, content, words = BAD_TABLES[case]
    response = upload(client, project, content, name, preparation="Typed with care.")
    text = response.content.decode()
    assert response.status_code == 422
    assert "Typed with care." in text
    assert all(word in text for word in words), words
    nothing_changes()


@pytest.mark.parametrize("case", BAD_TABLES)
def test_the_api_refuses_a_bad_file(
    case: str, project: Project, contributor: User, api_as: ApiAs, request: pytest.FixtureRequest
) -> None:
    client = api_as(contributor)
    nothing_changes: Check = request.getfixturevalue("nothing_changes")
    name, content, words = BAD_TABLES[case]
    response = send(client, project, content, name)
    assert response.status_code == 400
    sentence = " ".join(response.json()["file"])
    assert all(word in sentence for word in words), sentence
    nothing_changes()


def test_as_many_columns_as_allowed_are_accepted(project: Project, contributor: User, api_as: ApiAs) -> None:
    assert send(api_as(contributor), project, wide(9_999)).status_code == 201
    assert DataSchema.objects.get().fields.count() == 9_999


def test_a_label_column_that_the_file_lacks_is_refused(
    project: Project, contributor: User, client_as: ClientAs, nothing_changes: Check
) -> None:
    response = upload(client_as(contributor), project, label_column="outcome")
    assert response.status_code == 422
    assert "There is no column “outcome” in the file. Its columns are “id”" in response.content.decode()
    nothing_changes()


@pytest.mark.parametrize(
    "name", ["../../rows.csv", "..", "..\\rows.csv", "%2e%2e%2frows.csv", "/etc/rows.csv", "a\u202eb.csv"]
)
def test_a_path_in_the_file_name_is_refused_by_page_and_api(
    name: str, project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs, request: pytest.FixtureRequest
) -> None:
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\nRows\r\n'
        b'--edge\r\nContent-Disposition: form-data; name="split_role"\r\n\r\ntrain\r\n'
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n'
        b"Content-Type: text/csv\r\n\r\n" + ROWS + b"\r\n--edge--\r\n"
    )
    sort = "multipart/form-data; boundary=edge"
    page, api = client_as(contributor), api_as(contributor)
    nothing_changes: Check = request.getfixturevalue("nothing_changes")
    response = page.post(reverse("data:dataset-upload", args=[project.slug]), body, content_type=sort)
    assert response.status_code == 422
    assert "Rename" in response.content.decode()
    answer = api.post(reverse("data-api:dataset-list", args=[project.slug]), body, content_type=sort)
    assert answer.status_code == 400
    assert "Rename" in " ".join(answer.json()["file"])
    nothing_changes()
    # The same body with a plain name is accepted, so it was the name.
    plain = body.replace(name.encode(), b"rows.csv")
    assert page.post(reverse("data:dataset-upload", args=[project.slug]), plain, content_type=sort).status_code == 302


def test_the_same_file_under_the_same_name_is_not_stored_twice(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs, request: pytest.FixtureRequest
) -> None:
    page, api = client_as(contributor), api_as(contributor)
    assert upload(page, project).status_code == 302
    nothing_changes: Check = request.getfixturevalue("nothing_changes")
    response = upload(page, project)
    assert response.status_code == 409
    assert "This is the same file as Rows, snapshot 1" in response.content.decode()
    assert send(api, project).status_code == 409
    nothing_changes()
    # Under another name the same bytes are another snapshot, kept once.
    assert upload(page, project, name="Other rows").status_code == 302
    assert len(set(Dataset.objects.values_list("sha256", flat=True))) == 1


def test_a_file_beyond_the_limit_is_refused(
    project: Project, contributor: User, client_as: ClientAs, settings: Any, nothing_changes: Check
) -> None:
    client = client_as(contributor)
    settings.DATASET_MAX_BYTES = len(ROWS) - 1
    response = upload(client, project)
    assert response.status_code == 422
    assert "larger than" in response.content.decode()
    nothing_changes()
    settings.DATASET_MAX_BYTES = len(ROWS)
    assert upload(client, project).status_code == 302


def test_the_next_snapshot_keeps_the_schema_that_still_fits(project: Project, contributor: User, api_as: ApiAs) -> None:
    client = api_as(contributor)
    first = send(client, project).json()
    second = send(client, project, ROWS + b"61,33,low,1\n").json()
    assert (second["number"], second["schema_id"]) == (2, first["schema_id"])
    third = send(client, project, ROWS + b"62,thirty,low,1\n").json()
    assert third["schema_id"] != first["schema_id"]
    assert DataSchema.objects.get(pk=third["schema_id"]).number == 2


def test_a_download_is_the_file_byte_for_byte_and_never_shown(
    project: Project, contributor: User, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    upload(client_as(contributor), project)
    dataset = Dataset.objects.get()
    response = client_as(viewer).get(reverse("data:dataset-file", args=[project.slug, dataset.pk]))
    assert b"".join(response.streaming_content) == ROWS  # type: ignore[attr-defined]
    assert response["Content-Disposition"] == 'attachment; filename="rows.csv"'
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    answer = api_as(viewer).get(reverse("data-api:dataset-file", args=[project.slug, dataset.pk]))
    assert b"".join(answer.streaming_content) == ROWS


def test_the_snapshot_page_shows_the_first_twenty_rows(
    project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    lines = b"".join(b"row-%03d,<b>%d</b>\n" % (n, n) for n in range(1, 41))
    upload(client_as(contributor), project, b"key,html\n" + lines)
    text = client_as(viewer).get(Dataset.objects.get().get_absolute_url()).content.decode()
    assert "row-020" in text
    assert "row-021" not in text
    assert "&lt;b&gt;20&lt;/b&gt;" in text
    assert "<b>20</b>" not in text
