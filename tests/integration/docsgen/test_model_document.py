"""The model document: asked for on a page, made by a worker, kept byte for byte, honest about gaps."""

import hashlib
import io
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoDbBlocker

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data import storage
from docsgen.documents import MODEL_DOCUMENT
from docsgen.models import Document
from docsgen.render import render
from jobs.models import Job
from registry.models import ModelVersion
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.docsgen import issued_document
from tests.factories.jobs import work
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, ready_version

pytestmark = pytest.mark.any_database

SIX = (
    "Data sources",
    "Data schemas",
    "Labeling methods",
    "Experimentation and selection",
    "Training environment",
    "Model pseudocode",
)


def a_version(project: Project) -> ModelVersion:
    model = RegisteredModelFactory(project=project, name="triage-model")
    return ready_version(
        model,
        pseudocode="scale every column\nweigh and add\nlogistic function",
        limits="Never tried outside one clinic.",
    )


@pytest.fixture
def version(project: Project) -> ModelVersion:
    return a_version(project)


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Document]:
    """One rendered document for every test that only reads it: printing takes seconds."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield issued_document(a_version(ProjectFactory(slug="shared")))
        transaction.set_rollback(True)


@pytest.fixture
def issued(shared: Document, db: None) -> Document:
    return shared


@pytest.fixture
def reader(issued: Document) -> User:
    return issued.project.created_by


def text_of(pdf: bytes) -> str:
    return " ".join(re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_member_asks_for_a_document_and_downloads_the_same_bytes_twice(
    version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    slug = version.model.project.slug
    asked = client.post(
        reverse("docsgen:document-list", args=[slug]), {"version": version.pk, "kind": "model-document"}
    )
    document = Document.objects.get()
    assert asked["Location"] == document.get_absolute_url()
    assert "Waiting" in client.get(document.get_absolute_url()).content.decode()
    work()
    document.refresh_from_db()
    assert document.status == Document.Status.ISSUED

    url = reverse("docsgen:document-file", args=[slug, document.number, "pdf"])
    first, second = (b"".join(client.get(url).streaming_content) for _ in range(2))
    assert first == second
    assert hashlib.sha256(first).hexdigest() == document.pdf_sha256
    actions = AuditEntry.objects.filter(chain=version.model.project.chain).values_list("action", flat=True)
    assert {"document.requested", "document.issued"} <= set(actions)


def test_the_pdf_holds_the_six_components_with_contents_and_running_heads(
    issued: Document, client_as: ClientAs, reader: User
) -> None:
    url = reverse("docsgen:document-file", args=[issued.project.slug, issued.number, "pdf"])
    pdf = PdfReader(io.BytesIO(b"".join(client_as(reader).get(url).streaming_content)))
    contents = pdf.pages[1].extract_text()
    for title in SIX:
        assert title in contents
    assert len(pdf.pages) == issued.pages
    last = pdf.pages[-1].extract_text()
    assert f"{issued.pages} / {issued.pages}" in last
    assert "Model document: triage-model v1" in last
    assert issued.identifier in last
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Model document: triage-model v1"


def test_the_pdf_carries_the_facts_it_was_written_from(issued: Document, client_as: ClientAs, reader: User) -> None:
    client = client_as(reader)
    pdf = reverse("docsgen:document-file", args=[issued.project.slug, issued.number, "pdf"])
    facts = reverse("docsgen:document-file", args=[issued.project.slug, issued.number, "json"])
    attached = PdfReader(io.BytesIO(b"".join(client.get(pdf).streaming_content))).attachments
    assert attached["model-document.json"][0] == client.get(facts).content
    assert hashlib.sha256(client.get(facts).content).hexdigest() == issued.facts_sha256


def test_every_footnote_leads_to_a_record_in_the_index(issued: Document, client_as: ClientAs, reader: User) -> None:
    page = client_as(reader).get(issued.get_absolute_url()).content.decode()
    cited = set(re.findall(r'href="#r(\d+)"', page))
    listed = set(re.findall(r'<tr id="r(\d+)"', page))
    assert cited
    assert cited == listed


def test_a_sentence_of_the_document_is_what_the_record_says(
    issued: Document, client_as: ClientAs, reader: User
) -> None:
    url = reverse("docsgen:document-file", args=[issued.project.slug, issued.number, "pdf"])
    text = text_of(b"".join(client_as(reader).get(url).streaming_content))
    assert "Never tried outside one clinic." in text
    assert "weigh and add" in text
    assert "random_state: 7" in text
    assert "scikit-learn" in text
    assert "1.7.2" in text
    assert issued.version.artifact_sha256[:32] in text.replace(" ", "")


def test_what_is_not_recorded_is_printed_as_missing(project: Project, client_as: ClientAs, owner: User) -> None:
    bare = ModelVersionFactory(model=RegisteredModelFactory(project=project))
    document = issued_document(bare)
    texts = {gap["text"] for gap in document.gaps}
    assert "Pseudocode not recorded." in texts
    assert "No limits recorded. Treat every use as untested." in texts
    assert "No held-out evaluation." in texts
    assert "Packages not pinned. The training environment is not recorded." in texts
    page = client_as(owner).get(document.get_absolute_url()).content.decode()
    for text in texts:
        assert text in page
    assert "N/A" not in page


def test_the_same_facts_give_the_same_bytes(issued: Document) -> None:
    assert issued.facts is not None
    again = render(MODEL_DOCUMENT, issued.facts, identifier=issued.identifier)
    assert hashlib.sha256(again.printed.pdf).hexdigest() == issued.pdf_sha256


def test_text_that_people_wrote_is_printed_and_never_obeyed(project: Project) -> None:
    model = RegisteredModelFactory(project=project)
    hostile = (
        '<img src="file:///etc/passwd"><link rel="attachment" href="file:///etc/hostname"><script>alert(1)</script>'
    )
    document = issued_document(ModelVersionFactory(model=model, limits=hostile, pseudocode=hostile))
    assert document.status == Document.Status.ISSUED
    pdf = storage.open_file(document.pdf_sha256).read()
    reader = PdfReader(io.BytesIO(pdf))
    assert list(reader.attachments) == ["model-document.json"]
    assert "/etc/passwd" in text_of(pdf)
    assert "root:" not in text_of(pdf)


def test_a_program_asks_for_a_document_and_follows_it(version: ModelVersion, contributor: User, api_as: ApiAs) -> None:
    api = api_as(contributor)
    slug = version.model.project.slug
    asked = api.post(
        reverse("docsgen-api:document-list", args=[slug]),
        {"kind": "model-document", "model": "triage-model", "version": 1},
    )
    assert asked.status_code == 202
    assert asked.data["status"] == "rendering"
    work()
    done = api.get(reverse("docsgen-api:document-detail", args=[slug, asked.data["number"]])).data
    assert (done["status"], done["job_state"]) == ("issued", Job.State.SUCCEEDED)
    pdf = b"".join(api.get(done["pdf_url"]).streaming_content)
    assert hashlib.sha256(pdf).hexdigest() == done["pdf_sha256"]


def test_a_document_of_an_unknown_kind_or_version_is_refused(
    version: ModelVersion, contributor: User, api_as: ApiAs
) -> None:
    api, slug = api_as(contributor), version.model.project.slug
    url = reverse("docsgen-api:document-list", args=[slug])
    assert api.post(url, {"kind": "poem", "model": "triage-model", "version": 1}).status_code == 400
    assert api.post(url, {"kind": "model-document", "model": "triage-model", "version": 9}).status_code == 404
    assert not Document.objects.filter(project=version.model.project).exists()


def test_a_file_whose_bytes_were_changed_is_not_handed_out(issued: Document, reader: User, client_as: ClientAs) -> None:
    client, url = client_as(reader), reverse("docsgen:document-file", args=[issued.project.slug, issued.number, "pdf"])
    Document.objects.filter(pk=issued.pk).update(pdf_sha256="0" * 64)
    refused = client.get(url, follow=True)
    assert refused.redirect_chain == [(issued.get_absolute_url(), 302)]
    assert "no longer has its SHA-256" in refused.content.decode()
