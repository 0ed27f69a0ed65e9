import io
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from data.models import LabelingMethod
from tests.conftest import ApiAs, ClientAs

pytestmark = pytest.mark.any_database

METHOD = {"name": "Histology", "approach": "manual", "label_meaning": "1: malignant.", "labelers": "Two pathologists"}
PDF = b"%PDF-1.7 what labelers were told"


def word() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("g.pdf", PDF),
        ("g.txt", b"Read the slide."),
        ("g.md", b"# Read"),
        ("g.html", b"<p>Read</p>"),
        ("g.docx", word()),
    ],
)
def test_a_guideline_file_is_kept_and_only_ever_downloaded(
    name: str, content: bytes, project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    file = SimpleUploadedFile(name, content)
    client_as(contributor).post(reverse("data:labeling-create", args=[project.slug]), METHOD | {"guideline_file": file})
    method = LabelingMethod.objects.get()
    answer = client_as(viewer).get(reverse("data:labeling-guideline", args=[project.slug, method.pk]))
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]  # it streams
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("g.exe", b"MZ", "A guideline is a PDF"),
        ("g.pdf", b"<html>", "it is not a PDF"),
        ("g.docx", b"PK\x03\x04", "it is not a Word document"),
        ("g.txt", b"\xff\xfe\x00", "it is not text in UTF-8"),
        ("g.html", b"", "is empty"),
        ("g\u200b.pdf", PDF, "invisible characters"),
    ],
)
def test_a_file_that_is_no_guideline_is_refused(
    name: str, content: bytes, words: str, project: Project, contributor: User, client_as: ClientAs,
    nothing_changes: Callable[[], None],
) -> None:  # fmt: skip
    file = SimpleUploadedFile(name, content)
    answer = client_as(contributor).post(
        reverse("data:labeling-create", args=[project.slug]), METHOD | {"guideline_file": file}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Two pathologists" in answer.content.decode()
    assert not LabelingMethod.objects.exists()
    nothing_changes()


def test_a_method_needs_a_guideline_as_text_or_file(project: Project, contributor: User, client_as: ClientAs) -> None:
    answer = client_as(contributor).post(reverse("data:labeling-create", args=[project.slug]), METHOD)
    assert answer.status_code == 422
    assert "write it down, or attach the guideline as a file" in answer.content.decode()


def test_a_revision_keeps_the_file_until_it_is_replaced_or_dropped(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    sent = METHOD | {"guideline": "Read twice.", "guideline_file": SimpleUploadedFile("g.pdf", PDF)}
    client.post(reverse("data:labeling-create", args=[project.slug]), sent)
    first = LabelingMethod.objects.get()
    changed = METHOD | {"guideline": "Read three times.", "based_on": first.pk, "change_reason": "More care."}
    client.post(reverse("data:labeling-revise", args=[project.slug, first.pk]), changed)
    second = LabelingMethod.objects.get(number=2)
    assert second.guideline_sha256 == first.guideline_sha256
    dropped = changed | {"based_on": second.pk, "without_file": "on"}
    client.post(reverse("data:labeling-revise", args=[project.slug, second.pk]), dropped)
    third = LabelingMethod.objects.get(number=3)
    assert third.guideline_sha256 == ""
    text = client.get(reverse("data:labeling-compare", args=[project.slug, third.pk, first.pk])).content.decode()
    assert "<del>twice" in text
    assert "<ins>three" in text
    assert "Guideline file" in text


def test_costs_need_a_currency(project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs) -> None:
    sent = METHOD | {"guideline": "Read.", "cost_amount": "12.50", "cost_unit": "a slide"}
    url = reverse("data:labeling-create", args=[project.slug])
    assert "Say in which currency" in client_as(contributor).post(url, sent).content.decode()
    assert "as three letters" in client_as(contributor).post(url, sent | {"cost_currency": "€"}).content.decode()
    client_as(contributor).post(url, sent | {"cost_currency": "eur"})
    held = api_as(contributor).get(reverse("data-api:method-list", args=[project.slug])).json()["results"][0]
    assert (held["cost_amount"], held["cost_currency"]) == ("12.50", "EUR")
