"""The risk register: adding, changing, and accepting what remains by somebody who did not write it."""

import json
from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project, Risk
from tests.conftest import ApiAs, ClientAs
from tests.factories.accounts import PASSWORD
from tests.factories.risk import RiskFactory

NEW: dict[str, Any] = {
    "title": "Wrong queue",
    "description": "A rare form looks harmless, so it waits.",
    "category": "health",
    "affected": "Patients",
    "likelihood": 3,
    "impact": 4,
    "treatment": "reduce",
    "measures": "Every case is read within three days.",
    "residual_likelihood": 1,
    "residual_impact": 4,
    "owner": "Head of radiology",
    "review_on": "2027-03-01",
    "status": "open",
    "based_on": 0,
}


def page(project: Project, name: str, *args: Any) -> str:
    return reverse(f"canvas:{name}", args=[project.slug, *args])


def endpoint(project: Project, name: str, *args: Any) -> str:
    return reverse(f"canvas-api:{name}", args=[project.slug, *args])


def test_a_risk_is_added_and_changed_with_a_line_each(project: Project, contributor: User, client_as: ClientAs) -> None:
    client = client_as(contributor)
    assert client.post(page(project, "risk-create"), NEW).status_code == 302
    risk = Risk.objects.get()
    assert (risk.number, risk.score, risk.band, risk.residual_band) == (1, 12, "high", "low")
    assert client.post(page(project, "risk-edit", 1), NEW | {"impact": 5, "based_on": 1}).status_code == 302
    risk.refresh_from_db()
    assert (risk.impact, risk.revision, risk.band) == (5, 2, "very high")
    body = json.loads(AuditEntry.objects.get(action="risk.changed").body)
    assert (body["before"]["impact"], body["after"]["impact"]) == (4, 5)
    # The same again is no change.
    client.post(page(project, "risk-edit", 1), NEW | {"impact": 5, "based_on": 2})
    assert AuditEntry.objects.filter(action="risk.changed").count() == 1


def test_the_matrix_says_in_words_where_each_risk_stands(project: Project, viewer: User, client_as: ClientAs) -> None:
    RiskFactory(project=project, number=1, title="Wrong queue", likelihood=5, impact=5)
    RiskFactory(project=project, number=2, title="Closed one", status=Risk.Status.CLOSED)
    response = client_as(viewer).get(page(project, "risk-list"))
    top = response.context["before"][0]
    assert (top.likelihood, top.cells[4].impact, top.cells[4].band) == ("Almost certain", "Severe", "very high")
    assert [risk.number for risk in top.cells[4].risks] == [1]
    assert all(
        2 not in [risk.number for risk in cell.risks] for line in response.context["before"] for cell in line.cells
    )
    assert "Very high" in response.content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"likelihood": 6}, "likelihood"),
        ({"impact": ""}, "impact"),
        ({"residual_likelihood": 4}, "residual_likelihood"),
        ({"residual_impact": ""}, "residual_impact"),
        ({"treatment": "transfer", "measures": ""}, "measures"),
        ({"review_on": "soon"}, "review_on"),
        ({"title": "Wrong\u202equeue"}, "title"),
        ({"category": "luck"}, "category"),
    ],
)
def test_a_wrong_entry_is_named_beside_its_field(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs, wrong: dict[str, Any], field: str
) -> None:
    response = client_as(owner).post(page(project, "risk-create"), NEW | wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    empty_as_none = {key: None if value == "" and key != "measures" else value for key, value in wrong.items()}
    refused = api_as(owner).post(endpoint(project, "risk-list"), NEW | empty_as_none, format="json")
    assert (refused.status_code, set(refused.json())) == (400, {field})
    assert not Risk.objects.exists()
    assert not AuditEntry.objects.filter(chain=project.chain).exists()


def test_a_change_on_an_old_state_is_refused_and_keeps_what_was_typed(
    project: Project, owner: User, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    RiskFactory(project=project, number=1)
    client_as(owner).post(page(project, "risk-edit", 1), NEW | {"impact": 4, "based_on": 1})
    late = client_as(contributor).post(page(project, "risk-edit", 1), NEW | {"title": "Mine", "based_on": 1})
    assert late.status_code == 409
    assert 'value="Mine"' in late.content.decode()
    assert "Somebody else changed this risk while you were writing." in late.content.decode()
    stale = api_as(contributor).put(endpoint(project, "risk-detail", 1), NEW | {"based_on": 1}, format="json")
    assert stale.status_code == 409
    again = client_as(contributor).post(
        page(project, "risk-edit", 1), NEW | {"title": "Mine", "based_on": late.context["form"]["based_on"].value()}
    )
    assert again.status_code == 302


def accept(risk: Risk, **changes: Any) -> dict[str, Any]:
    return {"based_on": risk.revision, "comment": "The board allowed it.", "password": PASSWORD} | changes


def test_somebody_other_than_the_author_accepts_what_remains_and_a_change_undoes_it(
    project: Project, owner: User, approver: User, contributor: User, client_as: ClientAs
) -> None:
    risk = RiskFactory(project=project, number=1, created_by=owner)
    own = client_as(owner).post(page(project, "risk-accept", 1), accept(risk))
    assert own.status_code == 409
    assert "Somebody other than its author" in own.content.decode()
    assert client_as(contributor).post(page(project, "risk-accept", 1), accept(risk)).status_code == 403
    assert client_as(approver).post(page(project, "risk-accept", 1), accept(risk)).status_code == 302
    risk.refresh_from_db()
    assert risk.accepted_by == approver
    assert AuditEntry.objects.get(action="risk.accepted").actor_label == approver.username
    client_as(contributor).post(page(project, "risk-edit", 1), NEW | {"based_on": 1})
    risk.refresh_from_db()
    assert (risk.accepted_by, risk.accepted_at) == (None, None)


def test_whoever_wrote_what_holds_cannot_accept_it_either(
    project: Project, owner: User, approver: User, api_as: ApiAs
) -> None:
    risk = RiskFactory(project=project, number=1, created_by=approver, changed_by=owner)
    for author in (owner, approver):
        refused = api_as(author).post(endpoint(project, "risk-accept", 1), accept(risk), format="json")
        assert refused.status_code == 409


@pytest.mark.parametrize(
    ("risk", "sent", "status"),
    [
        ({"residual_likelihood": None, "residual_impact": None}, {}, 409),
        ({}, {"based_on": 7}, 409),
        ({}, {"password": "guess"}, 400),
        ({}, {"comment": " "}, 400),
    ],
)
def test_nothing_is_accepted_blindly(
    project: Project, approver: User, api_as: ApiAs, risk: dict[str, Any], sent: dict[str, Any], status: int
) -> None:
    held = RiskFactory(project=project, number=1, **risk)
    response = api_as(approver).post(endpoint(project, "risk-accept", 1), accept(held, **sent), format="json")
    assert response.status_code == status
    held.refresh_from_db()
    assert held.accepted_at is None
    assert not AuditEntry.objects.filter(action="risk.accepted").exists()


def test_an_overdue_review_is_marked_in_the_register_and_on_the_overview(
    project: Project, viewer: User, client_as: ClientAs
) -> None:
    RiskFactory(project=project, number=1, title="Late one", review_on=date(2026, 12, 1))
    RiskFactory(project=project, number=2, title="Closed one", review_on=date(2026, 1, 1), status=Risk.Status.CLOSED)
    with time_machine.travel("2026-12-01 12:00:00+00:00", tick=False):
        assert "Overdue" not in client_as(viewer).get(page(project, "risk-list")).content.decode()
    with time_machine.travel("2026-12-02 12:00:00+00:00", tick=False):
        client = client_as(viewer)
        assert client.get(page(project, "risk-list")).content.decode().count("Overdue") == 1
        assert "Late one" in client.get(project.get_absolute_url()).content.decode()
        assert [risk.number for risk in client.get(page(project, "risk-index")).context["overdue"]] == [1]


def test_programs_keep_the_register(project: Project, contributor: User, api_as: ApiAs) -> None:
    api = api_as(contributor)
    made = api.post(endpoint(project, "risk-list"), NEW, format="json")
    assert (made.status_code, made.json()["band"], made.json()["residual_score"]) == (201, "high", 4)
    changed = api.put(endpoint(project, "risk-detail", 1), NEW | {"status": "treated", "based_on": 1}, format="json")
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    assert api.get(endpoint(project, "risk-list")).json()["results"][0]["status"] == "treated"
