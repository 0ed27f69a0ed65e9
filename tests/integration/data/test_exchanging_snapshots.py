"""Snapshots as Croissant: out as the format's own library accepts it, in without fetching anything."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mlcroissant
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.contracts import croissant
from data.models import DataSchema, Dataset, DataSource, LabelingMethod
from data.services.schemas import drafts_of
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DatasetFactory, DataSourceFactory, LabelingMethodFactory
from tests.factories.schemas import EVERYTHING, EVERYTHING_ROWS, schema_of

TERMS = {"split_role": "test", "personal_data": "personal", "access_status": "granted"}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("Nothing may be fetched.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def dataset(project: Project) -> Dataset:
    sources = [DataSourceFactory(project=project, name="Ward", personal_data="special", known_quality_issues="Gaps.")]
    made: Dataset = DatasetFactory(
        project=project, name="Visits", content=EVERYTHING_ROWS, rows=3, columns=9, label_column="grade",
        description="Each row is a visit.", preparation="Duplicates removed.", schema=schema_of(EVERYTHING, project=project),
        labeling_method=LabelingMethodFactory(project=project, agreement="Kappa 0.8", labeler_count=2),
    )  # fmt: skip
    made.sources.set(sources)
    return made


def exported(dataset: Dataset, client: Any) -> dict[str, Any]:
    url = reverse("data:dataset-croissant", args=[dataset.project.slug, dataset.pk])
    answer = client.get(url)
    assert answer.status_code == 200
    told: dict[str, Any] = json.loads(answer.content)
    return told


def sent(told: dict[str, Any] | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("croissant.json", told if isinstance(told, bytes) else json.dumps(told).encode())


def test_the_formats_library_accepts_the_export_without_a_warning(
    dataset: Dataset, viewer: User, client_as: ClientAs, no_network: None
) -> None:
    told = exported(dataset, client_as(viewer))
    issues = mlcroissant.Dataset(jsonld=told).metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    [file] = told["distribution"]
    assert (file["sha256"], file["encodingFormat"]) == (dataset.sha256, "text/csv")
    assert file["contentUrl"].endswith(reverse("data-api:dataset-file", args=["triage", dataset.pk]))
    rows = told["recordSet"][0]
    assert [field["name"] for field in rows["field"]] == [field.key for field in EVERYTHING]
    assert rows["key"] == [{"@id": "rows/1"}, {"@id": "rows/2"}]
    assert told["rai:dataAnnotationAnalysis"] == ["Kappa 0.8"]
    assert told["rai:personalSensitiveInformation"] == [
        "Ward: special category of personal data",
        "Sensitive columns: age",
    ]
    assert told["rai:dataPreprocessingProtocol"] == "Duplicates removed."
    assert told["rai:dataLimitations"] == ["Gaps."]


def test_the_library_reads_the_rows_by_the_export(
    dataset: Dataset, viewer: User, client_as: ClientAs, tmp_path: Any, no_network: None
) -> None:
    told = exported(dataset, client_as(viewer))
    (tmp_path / "rows.csv").write_bytes(EVERYTHING_ROWS)
    told["distribution"][0]["contentUrl"] = "rows.csv"
    # What is listed apart would be joined; columns alone are read here.
    for field in told["recordSet"][0]["field"]:
        field.pop("references", None)
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(told))
    first = next(iter(mlcroissant.Dataset(jsonld=path).records("rows")))
    assert first["rows/1"] == 1
    assert first["rows/2"] == b"AB"


def test_what_croissant_needs_and_a_snapshot_lacks_is_said(
    project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    bare = DatasetFactory(project=project)
    url = reverse("data:dataset-croissant", args=[project.slug, bare.pk])
    page = client_as(viewer).get(url, follow=True).content.decode()
    assert "Croissant describes columns. Bind a schema to the snapshot first." in page
    away = DatasetFactory(
        project=project,
        origin=Dataset.Origin.REFERENCE,
        sha256="",
        name="Away",
        schema=schema_of(EVERYTHING, project=project),
    )
    answer = api_as(viewer).get(reverse("data-api:dataset-croissant", args=[project.slug, away.pk]))
    assert answer.status_code == 409
    assert "SHA-256 or MD5" in answer.json()["detail"]


def test_an_exported_snapshot_is_described_again_elsewhere(
    dataset: Dataset, project: Project, contributor: User, viewer: User, client_as: ClientAs, no_network: None
) -> None:
    told = exported(dataset, client_as(viewer))
    url = reverse("data:croissant-import", args=[project.slug])
    client = client_as(contributor)
    response = client.post(url, {"file": sent(told), "name": "Borrowed", **TERMS})
    made = Dataset.objects.get(name="Borrowed")
    assert response["Location"] == made.get_absolute_url()
    assert (made.origin, made.uri) == ("reference", told["distribution"][0]["contentUrl"])
    assert made.declared_digest == f"sha256:{dataset.sha256}"
    assert (made.split_role, made.sha256, made.columns) == ("test", "", 9)
    assert made.schema is not None
    names = ("key", "data_type", "is_key", "allowed_values")
    assert [[getattr(f, n) for n in names] for f in drafts_of(made.schema)] == [
        [getattr(f, n) for n in names] for f in EVERYTHING
    ]
    assert made.schema.inferred, "Croissant states no order of measurement"
    source = DataSource.objects.get(name="Borrowed")
    assert (source.personal_data, source.licence) == ("personal", "CC BY 4.0")
    assert made.labeling_method is not None
    assert "Histology decides." in made.labeling_method.guideline
    actions = list(AuditEntry.objects.filter(chain=project.chain).values_list("action", flat=True))
    assert {"source.created", "schema.imported", "labeling-method.created", "dataset.imported"} <= set(actions)
    again = client_as(contributor).post(url, {"file": sent(told), "name": "Borrowed", **TERMS})
    assert again.status_code == 409
    assert "This address with this digest is recorded already" in again.content.decode()
    assert "Its rows stay where they are" in client.get(made.get_absolute_url()).content.decode()
    assert client_as(viewer).get(made.get_absolute_url()).status_code == 200


def minimal(**changes: Any) -> dict[str, Any]:
    return croissant.export(
        croissant.Described(
            name="Small", description="", url="https://example.org/small", creator="Acme", version="1", published="2026-01-02",
            licences=["CC0"], content_url="https://example.org/small.csv", file_name="small.csv", media_type="text/csv",
            size=0, digest=("sha256", "a" * 64), fields=[replace(EVERYTHING[6])], rai={},
        )
    ) | changes  # fmt: skip


def field_of(**changes: Any) -> dict[str, Any]:
    told = minimal()
    told["recordSet"][0]["field"][0] |= changes
    return told


BAD: list[tuple[dict[str, Any] | bytes, str]] = [
    (b"{", "cannot be read"),
    ({"name": "x"}, "does not say that it follows Croissant"),
    (minimal(recordSet=[]), "there is no record set with columns"),
    (minimal(distribution=[]), "there is no FileObject"),
    (minimal(name=""), "the data set has no name"),
    (field_of(dataType="sc:ImageObject"), "“sc:ImageObject” cannot be held in a table"),
    (field_of(repeated=True), "nested or repeated values cannot be held"),
    (
        minimal(recordSet=[*minimal()["recordSet"], {"@id": "more", "field": []}]),
        "Name the one to import: “rows”, “more”",
    ),
    (minimal(distribution=[minimal()["distribution"][0] | {"sha256": "zz"}]), "is no SHA-256 in hexadecimal"),
    (minimal(recordSet="rows"), "should be a mapping"),
    (minimal(url="", distribution=[minimal()["distribution"][0] | {"contentUrl": "x/y.csv"}]), "a file beside the"),
    (minimal(distribution=[minimal()["distribution"][0] | {"contentUrl": "file:///etc/passwd"}]), "a file beside the"),
    (minimal(distribution=[minimal()["distribution"][0] | {"contentUrl": "https://a:b@c/x"}]), "name or a password"),
    (minimal(distribution=[minimal()["distribution"][0] | {"contentUrl": "http://[x/y"}]), "Write a full address"),
    (minimal(url="http://[", distribution=[minimal()["distribution"][0] | {"contentUrl": "y.csv"}]), "a file beside"),
    (minimal(distribution=[minimal()["distribution"][0] | {"@id": ["rows.csv"], "sha256": "zz"}]), "is no SHA"),
]


@pytest.mark.parametrize(("told", "said"), BAD, ids=[said[:25] for _, said in BAD])
def test_a_bad_croissant_file_is_answered_and_nothing_is_kept(
    told: dict[str, Any] | bytes,
    said: str,
    project: Project,
    contributor: User,
    client_as: ClientAs,
    nothing_changes: Callable[[], None],
) -> None:
    url = reverse("data:croissant-import", args=[project.slug])
    response = client_as(contributor).post(url, {"file": sent(told), **TERMS})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not DataSource.objects.exists()
    assert not LabelingMethod.objects.exists()
    nothing_changes()


def test_what_the_file_cannot_answer_has_to_be_answered_by_a_person(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    url = reverse("data:croissant-import", args=[project.slug])
    page = client_as(contributor).post(url, {"file": sent(minimal()), "split_role": "test"})
    assert page.status_code == 422
    api = api_as(contributor)
    url = reverse("data-api:croissant-import", args=[project.slug])
    assert set(api.post(url, {"file": sent(minimal())}, format="multipart").json()) >= {
        "personal_data",
        "access_status",
    }
    made = api.post(url, {"file": sent(minimal()), **TERMS}, format="multipart")
    assert (made.status_code, made.data["name"]) == (201, "Small")
    assert api.post(url, {"file": sent(minimal()), **TERMS}, format="multipart").status_code == 409
    assert DataSchema.objects.count() == 1


def test_a_file_in_other_spellings_of_the_format_is_read() -> None:
    told = minimal(
        name={"@value": "Plain", "@language": "en"},
        license="https://creativecommons.org/publicdomain/zero/1.0/",
        creator=[{"@type": "Person", "name": "Ada"}, {"@type": "Person", "name": "Ben"}],
        conformsTo="http://mlcommons.org/croissant/1.1",
    )
    told["recordSet"][0]["field"][0] |= {"dataType": ["https://schema.org/Integer", "cr:Label"], "name": "n"}
    found = croissant.read(told)
    assert (found.name, found.creator) == ("Plain", "Ada, Ben")
    assert found.fields[0].data_type == "integer"
    told["recordSet"][0]["field"][0]["dataType"] = "cr:Float64"
    assert croissant.read(told).fields[0].data_type == "number"
