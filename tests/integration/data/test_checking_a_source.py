import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import DataSource, QualityCheck
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DataSourceFactory
from tests.factories.datasets import QualityCheckFactory

NOON = "2026-11-20T12:00:00Z"
CHECK = {
    "dimension": "completeness", "name": "Rows with a birth year", "measured": "97.5", "unit": "%", "limit": "95",
    "passed": "yes", "checked_on": "2026-11-19", "note": "Counted over all rows.",
}  # fmt: skip


@pytest.fixture
def source(project: Project) -> DataSource:
    found: DataSource = DataSourceFactory(project=project, name="Admissions")
    return found


@pytest.fixture
def now() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.mark.usefixtures("now")
def test_a_check_by_hand_is_kept_listed_and_journaled(
    source: DataSource, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    address = reverse("data:quality-check", args=[source.project.slug, source.pk])
    assert client_as(contributor).post(address, CHECK).status_code == 302
    check = QualityCheck.objects.get()
    assert (check.measured, check.limit, check.passed, check.recorded_by) == (97.5, 95.0, True, contributor)
    text = client_as(viewer).get(source.get_absolute_url()).content.decode()
    assert "Rows with a birth year" in text
    assert "Good enough" in text
    line = AuditEntry.objects.filter(action="quality.checked").get()
    assert json.loads(line.body)["after"]["measured"] == 97.5


@pytest.mark.usefixtures("now")
def test_a_check_by_program(source: DataSource, contributor: User, viewer: User, api_as: ApiAs) -> None:
    address = reverse("data-api:quality-check-list", args=[source.project.slug, source.pk])
    sent = CHECK | {"passed": False, "measured": 91.0, "limit": 95.0}
    answer = api_as(contributor).post(address, sent, format="json")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["passed"], answer.json()["recorded_by"]) == (False, "contributor")
    assert api_as(viewer).get(address).json()["count"] == 1
    assert api_as(viewer).post(address, sent, format="json").status_code == 403


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"checked_on": "2026-11-21"}, "has not come yet"), ({"measured": "nan"}, "number"), ({"name": ""}, "required"),
     ({"dimension": "beauty"}, "beauty")],
)  # fmt: skip
def test_a_check_that_cannot_be_is_refused_and_keeps_what_was_typed(
    wrong: dict[str, str], words: str, source: DataSource, contributor: User, client_as: ClientAs, api_as: ApiAs,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    page, api = client_as(contributor), api_as(contributor)
    nothing_changes: Callable[[], None] = request.getfixturevalue("nothing_changes")
    args = [source.project.slug, source.pk]
    response = page.post(reverse("data:quality-check", args=args), CHECK | wrong)
    assert response.status_code == 422
    assert "Counted over all rows." in response.content.decode()
    answer = api.post(
        reverse("data-api:quality-check-list", args=args), CHECK | {"passed": True} | wrong, format="json"
    )
    assert answer.status_code == 400
    assert not QualityCheck.objects.exists()
    nothing_changes()


def test_figures_checked_again_and_again_are_drawn_with_a_sentence(
    source: DataSource, viewer: User, client_as: ClientAs
) -> None:
    for month, value in enumerate((99.0, 97.0, 93.5), start=1):
        QualityCheckFactory(
            source=source, name="Complete rows", measured=value, passed=value >= 95, checked_on=date(2026, month, 1)
        )
    text = client_as(viewer).get(source.get_absolute_url()).content.decode()
    assert "Complete rows: from 99 % on 1 Jan 2026 to 93.5 % on 1 Mar 2026; good enough 2 of 3 times." in text
    assert text.count("<polyline") == 1


@pytest.mark.usefixtures("now")
def test_a_source_that_is_overdue_says_so_in_words(project: Project, viewer: User, client_as: ClientAs) -> None:
    source = DataSourceFactory(project=project, freshness_days=30, last_refreshed_on=date(2026, 10, 10))
    text = client_as(viewer).get(source.get_absolute_url()).content.decode()
    assert "The newest rows are 41 days old, and may be 30 days: overdue by 11 days." in text
    assert (
        "Overdue by 11 days" in client_as(viewer).get(reverse("data:source-list", args=[project.slug])).content.decode()
    )
    source.last_refreshed_on = date(2026, 11, 19)
    source.save()
    assert "The newest rows are 1 day old, and may be 30 days." in client_as(viewer).get(
        source.get_absolute_url()
    ).content.decode()  # fmt: skip


def sent_source(source: DataSource, **fields: Any) -> dict[str, Any]:
    keys = (
        "name",
        "kind",
        "owner",
        "origin",
        "collection_period",
        "refresh",
        "licence",
        "personal_data",
        "access_status",
    )
    return {key: getattr(source, key) for key in keys} | {"based_on": source.revision} | fields


@pytest.mark.usefixtures("now")
def test_cost_and_freshness_are_kept_and_told_as_changes(
    source: DataSource, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    address = reverse("data:source-edit", args=[source.project.slug, source.pk])
    fields = {"freshness_days": "7", "last_refreshed_on": "2026-11-18", "cost_amount": "1200.50", "cost_currency": "eur",
              "cost_period": "year"}  # fmt: skip
    assert client.post(address, sent_source(source, **fields)).status_code == 302
    source.refresh_from_db()
    assert (str(source.cost_amount), source.cost_currency, source.freshness_days) == ("1200.50", "EUR", 7)
    assert "1,200.50 EUR a year" in client.get(source.get_absolute_url()).content.decode()
    # Somebody else still looks at the first revision.
    response = client.post(
        address, sent_source(source, based_on=1, cost_amount="9", cost_currency="EUR", cost_period="once")
    )
    text = response.content.decode()
    assert response.status_code == 409
    assert "1200.50" in text
    assert 'value="9"' in text


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cost_amount": "5"}, "cost_currency"),
        ({"cost_amount": "-5", "cost_currency": "EUR", "cost_period": "once"}, "cost_amount"),
        ({"cost_amount": "5", "cost_currency": "ZZZ", "cost_period": "once"}, "cost_currency"),
        ({"cost_currency": "EUR"}, "cost_amount"),
        ({"last_refreshed_on": "2026-11-21"}, "last_refreshed_on"),
    ],
)  # fmt: skip
def test_a_cost_that_says_too_little_is_refused(
    fields: dict[str, str], field: str, source: DataSource, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    page = client_as(contributor).post(
        reverse("data:source-edit", args=[source.project.slug, source.pk]), sent_source(source, **fields)
    )
    assert page.status_code == 422
    api = api_as(contributor).put(
        reverse("data-api:source-detail", args=[source.project.slug, source.pk]),
        sent_source(source, **fields),
        format="json",
    )
    assert api.status_code == 400
    assert field in api.json()
    source.refresh_from_db()
    assert source.revision == 1
