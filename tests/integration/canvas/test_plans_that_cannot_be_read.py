"""A file that is no plan: one clear message with the place, and nothing is created."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas import examples
from canvas.exchange.problems import InvalidPlan
from canvas.models import ImportedPlan, Kpi, Project
from canvas.services import exchange
from tests.conftest import ApiAs, ClientAs

pytestmark = pytest.mark.any_database

Change = Callable[[dict[str, Any]], Any]


def a_plan() -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(json.dumps(examples.get("classification").document))
    return plan


def changed(change: Change) -> bytes:
    plan = a_plan()
    change(plan)
    return json.dumps(plan).encode()


def circle(plan: dict[str, Any]) -> None:
    plan["kpis"][0]["parent"] = "kpi-4"  # which serves kpi-2, which serves kpi-1


BAD: dict[str, tuple[bytes, str, str]] = {
    "not JSON": (b"{,}", "$", "not JSON: line 1, column 2"),
    "empty": (b"  ", "$", "empty"),
    "not text": (b"\xff\xfe\x00", "$", "not UTF-8"),
    "nested without end": (b"[" * 100_000, "$", "nested more than 40 levels"),
    "a number without end": (b'{"a": 1e999}', "$.a", "too large"),
    "not a number": (b'{"a": NaN}', "$", "NaN is not a number"),
    "a key twice": (b'{"format": 1, "format": 2}', "$", "stands twice"),
    "another format": (b'{"format": "other"}', "$.format", "not a plan exported from Tenet"),
    "a list": (b"[]", "$", "one JSON object"),
    "another version": (changed(lambda p: p.update(version=2)), "$.version", "version 2; version 1 is read here"),
    "an unknown part": (changed(lambda p: p.update(secrets=[])), "$.secrets", "no part of a plan"),
    "an unknown value": (changed(lambda p: p["kpis"][1].update(colour="red")), "$.kpis[1].colour", "no such value"),
    "an unknown field": (
        changed(lambda p: p["revisions"][0]["answers"].update(mood="good")), "$.revisions[0].answers", "not a field",
    ),
    "two KPIs of one name": (
        changed(lambda p: p["kpis"][1].update(name=p["kpis"][0]["name"])), "$.kpis[1].name", "Two KPIs have this name",
    ),
    "KPIs in a circle": (changed(circle), "$.kpis[0].parent", "would serve itself"),
    "a KPI that serves nobody": (changed(lambda p: p["kpis"][1].update(parent="x")), "$.kpis[1].parent", "No KPI"),
    "a number as text": (
        changed(lambda p: p["kpis"][0].update(target_value="1.5")), "$.kpis[0].target_value",
        "without quotation marks: it is the text “1.5”",
    ),
    "a text as number": (changed(lambda p: p["kpis"][0].update(name=7)), "$.kpis[0].name", "as text"),
    "a cost below zero": (
        changed(lambda p: p["costs"][0].update(amount_low=None, amount_likely=-5)), "$.costs[0].amount_likely", "0 or more",
    ),
    "a currency that is none": (changed(lambda p: p["costs"][0].update(currency="QQQ")), "$.costs[0].currency", "no currency"),
    "a currency in small letters": (changed(lambda p: p["costs"][0].update(currency="eur")), "$.costs[0].currency", "capital"),
    "a share above one": (
        changed(lambda p: p["error_costs"][0].update(rate_high=7)), "$.error_costs[0].rate_high", "between 0 and 1",
    ),
    "a volume beyond all sums": (
        changed(lambda p: p["benefits"][0].update(volume=1e300)), "$.benefits[0].volume", "at most",
    ),
    "a cost without end": (changed(lambda p: p["costs"][0].update(amount_likely=1e30)), "$.costs[0].amount_likely", ""),
    "costs out of order": (
        changed(lambda p: p["costs"][0].update(amount_low=9e9)), "$.costs[0].amount_low", "have to be in order",
    ),
    "a block that is none": (changed(lambda p: p["costs"][0].update(block=11)), "$.costs[0].block", "blocks 1 to 10"),
    "a risk off the scale": (changed(lambda p: p["risks"][0].update(impact=9)), "$.risks[0].impact", "from 1 to 5"),
    "a moment that is none": (
        changed(lambda p: p["risks"][0].update(created_at="yesterday")), "$.risks[0].created_at", "2026-03-31T09:30",
    ),
    "a person without a name": (
        changed(lambda p: p["risks"][0].update(created_by="Me")), "$.risks[0].created_by", "an object with username",
    ),
    "an invisible character": (
        changed(lambda p: p["kpis"][0].update(name="a\u202eb")), "$.kpis[0].name", "U+202E",
    ),
    "a zero character": (changed(lambda p: p["kpis"][0].update(name="a\0b")), "$.kpis[0].name", "U+0000"),
    "a hundred thousand rows": (
        changed(lambda p: p.update(readings=[{}] * 100_000)), "$.readings", "holds 100,000 KPI readings; 50,000 at most",
    ),
    "a part that is no list": (changed(lambda p: p.update(costs={})), "$.costs", "a list of records"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_plan_is_refused_with_its_place(case: str, owner: User) -> None:
    content, path, sentence = BAD[case]
    with pytest.raises(InvalidPlan) as refused:
        exchange.prepare_file(content, name="plan.json", by=owner)
    assert refused.value.flaws[0].path == path or refused.value.flaws[0].path.startswith(path)
    assert sentence in str(refused.value)
    assert not ImportedPlan.objects.exists()
    assert not Project.objects.exists()


def test_the_page_names_the_place_and_creates_nothing(owner: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    lines = AuditEntry.objects.count()
    response = client.post(
        reverse("canvas:project-start", args=["file"]),
        {"file": SimpleUploadedFile("plan.json", BAD["a number as text"][0])},
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "$.kpis[0].target_value" in page
    assert "Nothing was created." in page
    assert not ImportedPlan.objects.exists()
    assert AuditEntry.objects.count() == lines


def test_a_file_that_is_too_large_is_refused_before_it_is_read(owner: User, client_as: ClientAs) -> None:
    file = SimpleUploadedFile("plan.json", b" " * (16 * 2**20 + 1))
    response = client_as(owner).post(reverse("canvas:project-start", args=["file"]), {"file": file})
    assert response.status_code == 422
    assert "a plan has at most 16 MB" in response.content.decode()


def test_html_in_a_text_is_shown_as_text(owner: User, client_as: ClientAs) -> None:
    plan = a_plan()
    plan["kpis"][0]["name"] = "<script>alert(1)</script>"
    prepared = exchange.prepare_file(json.dumps(plan).encode(), name="<b>x</b>.json", by=owner)
    page = client_as(owner).get(reverse("canvas:project-preview", args=[prepared.pk])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "shown as text and never run" in page


def test_a_program_is_told_the_places_too(project: Project, owner: User, api_as: ApiAs) -> None:
    plan = a_plan()
    plan["kpis"][0]["target_value"] = "1.5"
    response = api_as(owner).post(reverse("canvas-api:plan", args=[project.slug]), {"document": plan}, format="json")
    assert response.status_code == 400
    assert response.data["flaws"][0]["path"] == "$.kpis[0].target_value"
    assert not Kpi.objects.exists()


def test_a_program_previews_imports_and_exports(project: Project, owner: User, api_as: ApiAs) -> None:
    api, url = api_as(owner), reverse("canvas-api:plan", args=[project.slug])
    told = api.post(url, {"document": a_plan(), "preview": True}, format="json")
    assert (told.status_code, told.data["counts"]["kpis"]) == (200, 5)
    assert not Kpi.objects.exists()

    assert api.post(url, {"document": a_plan()}, format="json").status_code == 201
    again = api.post(url, {"document": a_plan()}, format="json")

    assert again.status_code == 409
    assert len(api.get(url).json()["kpis"]) == 5
    assert api.get(reverse("canvas-api:plan-text", args=[project.slug])).content.startswith(b"# Triage")
    assert len(api.get(reverse("canvas-api:imported-plan-list", args=[project.slug])).data) == 1


def test_whoever_is_signed_in_creates_a_project_by_program(owner: User, client_as: ClientAs) -> None:
    sent = {"kind": "example", "origin": "forecasting", "name": "Bread"}
    url = reverse("canvas-api:project-new")
    created = client_as(owner).post(url, sent, content_type="application/json")
    taken = client_as(owner).post(url, sent, content_type="application/json")
    assert (created.status_code, created.json()["project"]) == (201, "bread")
    assert taken.status_code == 409
