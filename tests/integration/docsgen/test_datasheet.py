"""The datasheet of a snapshot: asked for on its page, made by a worker, honest about gaps."""

import hashlib
import io
import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoDbBlocker

from accounts.models import User
from canvas.models import Project
from data import storage
from data.models import Dataset, QualityCheck, RowOverlap, SchemaCheck
from docsgen import services
from docsgen.documents import DATASHEET, write
from docsgen.facts import gather_dataset
from docsgen.models import Document
from docsgen.render import render
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.data import DataSchemaFactory, DatasetFactory, DataSourceFactory, LabelingMethodFactory
from tests.factories.datasets import RowOverlapFactory, profiled
from tests.factories.jobs import work

pytestmark = pytest.mark.any_database

PARTS = (
    "Motivation",
    "Composition",
    "Collection process",
    "Preprocessing and cleaning",
    "Labeling",
    "Uses",
    "Distribution",
    "Maintenance",
)
HOSTILE = '<img src="file:///etc/passwd"><script>alert(1)</script>'


def a_dataset(project: Project) -> Dataset:
    source = DataSourceFactory(project=project, name="Ward register", retention="10 years")
    QualityCheck.objects.create(
        source=source, dimension="completeness", name="Weight present", measured=91.5, unit="%", limit=95, passed=False,
        checked_on=date(2026, 3, 1), recorded_by=project.created_by,
    )  # fmt: skip
    dataset: Dataset = DatasetFactory(
        project=project, name="Visits", schema=DataSchemaFactory(project=project), description=f"A visit. {HOSTILE}",
        preparation="Duplicates removed.", labeling_method=LabelingMethodFactory(project=project),
    )  # fmt: skip
    dataset.sources.set([source])
    failure = {"column": "age", "rule": "maximum", "sentence": "no value is above 60", "count": 2, "examples": []}
    SchemaCheck.objects.create(
        dataset=dataset, schema=dataset.schema, passed=False, rows_checked=60, failures=[failure],
        checked_by=project.created_by,
    )  # fmt: skip
    return dataset


def issued_of(dataset: Dataset) -> Document:
    document = services.request_datasheet(dataset, by=dataset.uploaded_by)
    work()
    document.refresh_from_db()
    return document


def text_of(document: Document) -> str:
    pdf = storage.open_file(document.pdf_sha256).read()
    return " ".join(re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Document]:
    """One rendered datasheet for every test that only reads it: printing takes seconds."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield issued_of(a_dataset(ProjectFactory(slug="sheets")))
        transaction.set_rollback(True)


@pytest.fixture
def issued(shared: Document, db: None) -> Document:
    return shared


def test_the_pdf_has_the_eight_parts_and_carries_its_facts(issued: Document) -> None:
    assert issued.status == Document.Status.ISSUED
    assert issued.identifier.startswith("DS-")
    pdf = PdfReader(io.BytesIO(storage.open_file(issued.pdf_sha256).read()))
    contents = pdf.pages[1].extract_text()
    for part in PARTS:
        assert part in contents
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Datasheet: Visits 1"
    assert list(pdf.attachments) == ["datasheet.json"]
    assert hashlib.sha256(pdf.attachments["datasheet.json"][0]).hexdigest() == issued.facts_sha256


def test_the_datasheet_says_what_records_say_and_obeys_no_text(issued: Document) -> None:
    text = text_of(issued)
    assert "Ward register" in text
    assert "no value is above 60" in text
    assert "Duplicates removed." in text
    assert "Histology decides." in text
    assert "91.5 %" in text
    assert "10 years" in text
    assert "/etc/passwd" in text
    assert "root:" not in text


def test_what_is_missing_is_listed_with_who_can_mend_it(issued: Document, client_as: ClientAs) -> None:
    texts = {gap["text"] for gap in issued.gaps}
    assert "Rows of Visits 1 break the schema: 1 rule." in texts
    assert "Visits 1 was never profiled. Missing values and distributions are unknown." in texts
    page = client_as(issued.project.created_by).get(issued.get_absolute_url()).content.decode()
    for text in texts:
        assert text in page
    assert "Eight parts" in page
    assert "N/A" not in page
    cited, listed = set(re.findall(r'href="#r(\d+)"', page)), set(re.findall(r'<tr id="r(\d+)"', page))
    assert cited == listed


def test_the_same_facts_give_the_same_bytes(issued: Document) -> None:
    assert issued.facts is not None
    again = render(DATASHEET, issued.facts, identifier=issued.identifier)
    assert hashlib.sha256(again.printed.pdf).hexdigest() == issued.pdf_sha256


def test_a_member_asks_on_the_snapshots_page_and_downloads_it(
    project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    dataset = DatasetFactory(project=project, name="Bare rows!")
    client = client_as(contributor)
    assert "Create a datasheet" in client.get(dataset.get_absolute_url()).content.decode()
    assert "Create a datasheet" not in client_as(viewer).get(dataset.get_absolute_url()).content.decode()
    asked = client.post(reverse("docsgen:document-list", args=[project.slug]), {"dataset": dataset.pk})
    document = Document.objects.get(project=project)
    assert asked["Location"] == document.get_absolute_url()
    assert "Datasheet of" in client.get(document.get_absolute_url()).content.decode()
    work()
    file = client.get(reverse("docsgen:document-file", args=[project.slug, document.number, "html"]))
    assert f"{document.identifier}-bare-rows-1.html" in file["Content-Disposition"]
    html = b"".join(file.streaming_content).decode()
    assert "Schema not bound for Bare rows! 1. 4 columns undocumented." in html
    for address in (dataset.get_absolute_url(), reverse("docsgen:document-list", args=[project.slug])):
        assert document.identifier in client_as(viewer).get(address).content.decode()


def test_a_program_asks_for_a_datasheet_of_a_snapshot_and_of_nothing_else(
    project: Project, contributor: User, api_as: ApiAs
) -> None:
    dataset = DatasetFactory(project=project)
    api, url = api_as(contributor), reverse("docsgen-api:document-list", args=[project.slug])
    asked = api.post(url, {"kind": "datasheet", "dataset": dataset.pk})
    assert (asked.status_code, asked.data["dataset"], asked.data["version"]) == (202, dataset.pk, None)
    assert api.get(url).data["results"][0]["kind"] == "datasheet"
    assert api.post(url, {"kind": "datasheet"}).json() == {"dataset": ["This document is about it. Name it."]}
    assert api.post(url, {"kind": "datasheet", "dataset": 10**9}).status_code == 404
    assert set(api.post(url, {"kind": "model-document"}).json()) == {"model", "version"}
    elsewhere = DatasetFactory(project=ProjectFactory())
    assert api.post(url, {"kind": "datasheet", "dataset": elsewhere.pk}).status_code == 404
    assert Document.objects.filter(project=project).count() == 1


def test_a_document_is_about_exactly_one_thing(project: Project, contributor: User) -> None:
    document = services.request_datasheet(DatasetFactory(project=project), by=contributor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(dataset=None)


def test_what_nobody_counted_is_not_said_to_be_nought(project: Project) -> None:
    declared = DatasetFactory(
        project=project,
        holding="declared",
        sha256="",
        rows=0,
        columns=0,
        size=0,
        uri="s3://bucket/rows",
        label_column="",
    )
    said = str(write(DATASHEET, gather_dataset(declared), identifier="DS-1"))
    assert "Its columns are undocumented." in said
    assert "was never read here, only declared" in said
    for nought in ("0 × 0", "0 bytes", "0 columns", "label='Columns', value='0'"):
        assert nought not in said


def test_extremes_of_sensitive_columns_stay_in_the_house(project: Project, contributor: User) -> None:
    content = b"salary,dose\n" + b"".join(b"%d,%d\n" % (71_000 + 13 * n, 20 + n) for n in range(41))
    dataset = profiled(project, content, by=contributor).dataset
    assert dataset.schema is not None
    dataset.schema.fields.filter(key="salary").update(is_sensitive=True)
    salary, dose = gather_dataset(dataset)["profile"]["columns"]
    assert (salary["missing"], salary["distinct"]) == (0, 41)
    assert (salary["least"], salary["median"], salary["most"]) == (None, 71_260, None)
    assert (dose["least"], dose["median"], dose["most"]) == (20, 40, 60)


def test_only_snapshots_that_play_another_part_are_said_to_share_rows(project: Project) -> None:
    overlap: RowOverlap = RowOverlapFactory(first__project=project, shared=3)
    assert [one["shared"] for one in gather_dataset(overlap.first)["overlaps"]] == [3]
    Dataset.objects.filter(pk=overlap.second.pk).update(split_role=overlap.first.split_role)
    assert gather_dataset(overlap.first)["overlaps"] == []
