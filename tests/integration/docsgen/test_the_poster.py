"""The poster: one A3 page whatever the plan holds, the same bytes for the same plan, made by a worker."""

import io
import re
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import BlockRevision, Project
from docsgen.models import Poster
from docsgen.poster import services
from docsgen.poster.facts import direction, gather
from docsgen.poster.layout import versions
from docsgen.poster.printing import print_poster
from jobs import runner
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import BlockRevisionFactory
from tests.factories.exchange import a_project_from
from tests.factories.jobs import in_this_thread

A3_LANDSCAPE = (1191, 842)
LONG = "Überlange Beschreibung " * 12


def page_of(pdf: bytes) -> Any:
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    page = reader.pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == A3_LANDSCAPE
    return page


def words_of(pdf: bytes) -> str:
    return " ".join(page_of(pdf).extract_text().split())


@pytest.mark.any_database
def test_a_full_plan_is_one_page_and_the_same_bytes_each_time(owner: User) -> None:
    facts = gather(a_project_from("forecasting", by=owner))
    first, second = print_poster(facts), print_poster(facts)
    assert first.pdf == second.pdf
    text = words_of(first.pdf)
    assert "Tomorrow's bread of a bakery chain" in text
    assert "10 When not to implement AI/ML" in text
    reader = PdfReader(io.BytesIO(first.pdf))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "poster.json" in reader.attachments
    assert re.search(rb"pdfaid:part\W+3", reader.trailer["/Root"]["/Metadata"].get_data())


@pytest.mark.any_database
def test_a_plan_that_is_far_too_long_is_still_one_page_and_says_what_is_left_out(owner: User, project: Project) -> None:
    rows = [{"name": f"{number} {LONG}"[:300], "volume": "x" * 300} for number in range(40)]
    BlockRevisionFactory(project=project, block=2, number=1, answers={"sources": rows})
    BlockRevisionFactory(project=project, block=6, number=1, answers={"decision": "W" * 9_000})
    BlockRevisionFactory(project=project, block=1, number=1, answers={"current_process": LONG * 20})
    text = words_of(print_poster(gather(project)).pdf)
    assert "more on the canvas page" in text


@pytest.mark.any_database
def test_an_empty_plan_prints_its_questions(project: Project) -> None:
    text = words_of(print_poster(gather(project)).pdf)
    assert "Which problem is it, and whose?" in text
    assert "0 %" in text


@pytest.mark.any_database
def test_markup_is_printed_as_text_and_hebrew_and_arabic_in_their_direction(project: Project) -> None:
    markup = ["<script>alert(1)</script>", "<img src='http://example.org/x.png'>", "{{ 7*7 }}"]
    answers = {1: "current_process", 6: "decision", 8: "approval_path"}
    for (block, field), text in zip(answers.items(), markup, strict=True):
        BlockRevisionFactory(project=project, block=block, number=1, answers={field: text})
    BlockRevisionFactory(project=project, block=5, number=1, answers={"baseline": "القرار يتخذه إنسان."})
    facts = gather(project)
    assert 'dir="rtl">Baseline' not in next(versions(facts))  # a line is read as its first letter is
    text = "".join(words_of(print_poster(facts).pdf).split())
    assert all("".join(line.split()) in text for line in markup)


def test_the_direction_of_a_text_is_that_of_its_first_letter() -> None:
    assert [direction(text) for text in ("42 קל", "القرار", "A القرار", "42")] == ["rtl", "rtl", "ltr", "ltr"]


def test_a_poster_is_asked_for_printed_and_downloaded(
    owner: User, viewer: User, project: Project, client_as: ClientAs, api_as: ApiAs
) -> None:
    client, url = client_as(viewer), reverse("docsgen:poster", args=[project.slug])
    assert "This plan is not printed yet" in client.get(url).content.decode()

    client.post(url)
    assert "Poster of Triage" in client.get(url).content.decode()
    assert runner.run_next(supervise=in_this_thread)

    assert "Download PDF" in client.get(url).content.decode()
    pdf = b"".join(client.get(reverse("docsgen:poster-file", args=[project.slug])).streaming_content)  # type: ignore[attr-defined]  # a file
    again = b"".join(api_as(owner).get(reverse("docsgen-api:poster-file", args=[project.slug])).streaming_content)
    assert pdf == again
    assert page_of(pdf)
    actions = AuditEntry.objects.filter(chain=project.chain, object_label="the canvas poster")
    assert list(actions.order_by("seq").values_list("action", flat=True)) == ["document.requested", "document.issued"]


def test_a_plan_is_printed_once_until_it_changes(owner: User, project: Project) -> None:
    first = services.request_poster(project, by=owner)
    assert services.request_poster(project, by=owner) == first
    BlockRevision.objects.create(project=project, block=1, number=1, answers={"need": "know"}, author=owner)
    assert services.request_poster(project, by=owner) != first
    assert Poster.objects.count() == 2
