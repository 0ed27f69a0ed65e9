"""Go or no-go: what the records suggest, two distinct people who decide, and what becomes of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import GoNoGoDecision, GoNoGoSignature, Project, RoiEstimate
from canvas.roles import Role
from tests.conftest import ApiAs, ClientAs
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.canvas import BlockRevisionFactory, MembershipFactory
from tests.factories.risk import FORBIDDEN, ClassificationFactory, GoNoGoDecisionFactory, disqualifiers

NO_GO = {"outcome": "no-go", "reasons": "Reminders do as well.", "difference_reason": "Nothing will change it."}
TODAY = "2026-11-20 12:00:00+00:00"


def page(project: Project, name: str = "decision", *args: Any) -> str:
    return reverse(f"canvas:{name}", args=[project.slug, *args])


def endpoint(project: Project, name: str, *args: Any) -> str:
    return reverse(f"canvas-api:decision-{name}", args=[project.slug, *args])


def block_10(project: Project, number: int = 1, **applying: str) -> None:
    answers = {"disqualifiers": disqualifiers(**applying)}
    BlockRevisionFactory(project=project, block=10, number=number, answers=answers)


def estimate(project: Project, number: int = 1, roi: float = 0.5, hurdle: float = 0.2) -> None:
    RoiEstimate.objects.create(
        project=project, number=number, currency="EUR", horizon_months=36, discount_rate=0.05, hurdle_rate=hurdle,
        adoption_low=0.5, adoption_likely=0.7, adoption_high=0.9, results={"likely": {"roi": roi}},
        created_by=project.created_by,
    )  # fmt: skip


def signing(capacity: str = "sponsor", **changes: Any) -> dict[str, Any]:
    return {"capacity": capacity, "password": PASSWORD, "comment": ""} | changes


def suggestion(api: APIClient, project: Project) -> str:
    return str(api.get(endpoint(project, "suggestion")).json()["outcome"])


def test_the_suggestion_follows_block_10_the_estimate_and_the_classification(
    project: Project, viewer: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    api = api_as(viewer)
    assert suggestion(api, project) == "revisit"
    block_10(project)
    assert suggestion(api, project) == "revisit"
    assert "There is no estimate of the return" in client_as(viewer).get(page(project)).content.decode()
    estimate(project)
    assert suggestion(api, project) == "go"
    estimate(project, number=2, roi=0.1)
    assert suggestion(api, project) == "go-with-conditions"
    block_10(project, number=2, no_legal_basis="The consent does not cover it.")
    assert suggestion(api, project) == "no-go"
    block_10(project, number=3)
    ClassificationFactory(project=project, answers=FORBIDDEN)
    assert suggestion(api, project) == "no-go"
    assert "Social scoring is a prohibited practice" in client_as(viewer).get(page(project)).content.decode()


def test_two_distinct_people_complete_a_decision_and_the_proposer_may_be_one(
    project: Project, owner: User, approver: User, client_as: ClientAs
) -> None:
    block_10(project)
    estimate(project)
    ClassificationFactory(project=project)
    assert (
        client_as(owner)
        .post(page(project, "decision-propose"), {"based_on": 0, "f-outcome": "go", "f-reasons": "It pays."})
        .status_code
        == 302
    )
    decision = GoNoGoDecision.objects.get()
    assert (decision.suggestion, decision.evidence["roi_estimate"], decision.evidence["classification"]) == ("go", 1, 1)
    assert decision.evidence["blocks"][0]["revision"] == 1
    assert client_as(owner).post(page(project, "decision-sign", 1), signing("sponsor")).status_code == 302
    decision.refresh_from_db()
    assert decision.status == "proposed"
    both = client_as(owner).post(page(project, "decision-sign", 1), signing("risk-owner"))
    assert both.status_code == 409
    assert "Sponsor and risk owner are two people" in both.content.decode()
    assert client_as(approver).post(page(project, "decision-sign", 1), signing("risk-owner")).status_code == 302
    decision.refresh_from_db()
    assert (decision.status, decision.decided_at is not None) == ("decided", True)
    actions = list(
        AuditEntry.objects.filter(action__startswith="go-no-go").order_by("seq").values_list("action", flat=True)
    )
    assert actions == ["go-no-go.proposed", "go-no-go.signed", "go-no-go.signed", "go-no-go.decided"]
    shown = client_as(approver).get(page(project)).content.decode()
    assert "as sponsor" in shown
    assert "as risk owner" in shown


def test_one_capacity_is_signed_once(project: Project, owner: User, approver: User, api_as: ApiAs) -> None:
    GoNoGoDecisionFactory(project=project)
    assert api_as(owner).post(endpoint(project, "sign", 1), signing("sponsor")).status_code == 200
    taken = api_as(approver).post(endpoint(project, "sign", 1), signing("sponsor"))
    assert (taken.status_code, "signed as sponsor already" in taken.json()["detail"]) == (409, True)
    wrong = api_as(approver).post(endpoint(project, "sign", 1), signing("bystander"))
    assert wrong.status_code == 400
    guess = api_as(approver).post(endpoint(project, "sign", 1), signing("risk-owner", password="guess"))
    assert (guess.status_code, "password" in guess.json()) == (400, True)
    assert GoNoGoSignature.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({}, "outcome"),
        ({"f-outcome": "no-go", "f-difference_reason": "x"}, "reasons"),
        ({"f-outcome": "no-go", "f-reasons": "x"}, "difference_reason"),
        ({"f-outcome": "revisit", "f-reasons": "x"}, "revisit_on"),
        ({"f-outcome": "revisit", "f-reasons": "x", "f-revisit_on": "2026-11-19"}, "revisit_on"),
        ({"f-outcome": "go-with-conditions", "f-reasons": "x", "f-difference_reason": "x"}, "conditions"),
        (
            {
                "f-outcome": "go-with-conditions",
                "f-reasons": "x",
                "f-difference_reason": "x",
                "f-conditions-0-text": "A",
            },
            "conditions",
        ),
        (
            {
                "f-outcome": "go-with-conditions",
                "f-reasons": "x",
                "f-difference_reason": "x",
                "f-conditions-0-text": "A",
                "f-conditions-0-owner": "B",
                "f-conditions-0-due_on": "2026-11-19",
            },
            "conditions",
        ),
        (
            {
                "f-outcome": "revisit",
                "f-reasons": "x",
                "f-revisit_on": "2027-01-01",
                "f-conditions-0-text": "A",
                "f-conditions-0-owner": "B",
                "f-conditions-0-due_on": "2027-01-01",
            },
            "conditions",
        ),
        ({"f-outcome": "perhaps", "f-reasons": "x"}, "outcome"),
        ({"f-outcome": "no-go", "f-reasons": "x\u202e", "f-difference_reason": "x"}, "reasons"),
    ],
)
def test_what_a_proposal_lacks_is_said_beside_it_and_nothing_is_stored(
    project: Project, owner: User, client_as: ClientAs, sent: dict[str, Any], problem: str
) -> None:
    with time_machine.travel(TODAY, tick=False):
        response = client_as(owner).post(page(project, "decision-propose"), {"based_on": 0} | sent)
    assert response.status_code == 422
    assert problem in response.context["form"].errors
    assert not GoNoGoDecision.objects.exists()
    assert not AuditEntry.objects.filter(chain=project.chain).exists()


def test_one_proposal_waits_at_a_time_and_a_withdrawn_one_makes_room(
    project: Project, owner: User, approver: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    api = api_as(owner)
    assert api.post(endpoint(project, "list"), NO_GO, format="json").status_code == 201
    waiting = api.post(endpoint(project, "list"), NO_GO, format="json")
    assert (waiting.status_code, waiting.json()["detail"]) == (
        409,
        "Decision 1 waits for signatures. Sign or withdraw it first.",
    )
    api.post(endpoint(project, "sign", 1), signing("sponsor"))
    assert client_as(approver).post(page(project, "decision-withdraw", 1), {"comment": "Too early."}).status_code == 302
    assert GoNoGoDecision.objects.get().status == "withdrawn"
    late = api_as(approver).post(endpoint(project, "sign", 1), signing("risk-owner"))
    assert (late.status_code, late.json()["detail"]) == (409, "Decision 1 is closed: withdrawn.")
    assert api.post(endpoint(project, "withdraw", 1), {}).status_code == 409
    assert api.post(endpoint(project, "list"), NO_GO, format="json").json()["number"] == 2


def test_a_decided_decision_stays_as_it_is(project: Project, owner: User, approver: User, api_as: ApiAs) -> None:
    GoNoGoDecisionFactory(project=project)
    decide(project, owner, approver, api_as)
    assert api_as(owner).post(endpoint(project, "withdraw", 1), {}).status_code == 409
    assert api_as(owner).post(endpoint(project, "sign", 1), signing("sponsor")).status_code == 409
    assert GoNoGoDecision.objects.get().status == "decided"


def decide(project: Project, sponsor: User, risk_owner: User, api_as: ApiAs) -> None:
    for user, capacity in ((sponsor, "sponsor"), (risk_owner, "risk-owner")):
        assert api_as(user).post(endpoint(project, "sign", 1), signing(capacity)).status_code == 200


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda project: block_10(project, number=2), "Block 10 is at revision 2; the decision rests on revision 1."),
        (lambda project: estimate(project, number=2), "ROI estimate 2 holds now; the decision rests on 1."),
        (
            lambda project: ClassificationFactory(project=project),
            "Classification 1 holds now; the decision rests on none.",
        ),
    ],
)
def test_a_later_change_marks_the_decision_and_names_what_changed(
    project: Project, owner: User, approver: User, api_as: ApiAs, client_as: ClientAs,
    change: Callable[[Project], Any], named: str,
) -> None:  # fmt: skip
    block_10(project)
    estimate(project)
    api_as(owner).post(endpoint(project, "list"), {"outcome": "go", "reasons": "It pays."}, format="json")
    decide(project, owner, approver, api_as)
    assert "earlier state" not in client_as(owner).get(page(project)).content.decode()
    change(project)
    for url in (page(project), project.get_absolute_url(), page(project, "block", 10)):
        html = client_as(owner).get(url).content.decode()
        assert "earlier state" in html, url
        assert named in html, url
    assert api_as(owner).get(endpoint(project, "detail", 1)).json()["changed_since"] == [named]


def test_a_change_of_another_block_leaves_the_decision_alone(
    project: Project, owner: User, approver: User, api_as: ApiAs
) -> None:
    GoNoGoDecisionFactory(project=project)
    decide(project, owner, approver, api_as)
    BlockRevisionFactory(project=project, block=4, number=1)
    assert api_as(owner).get(endpoint(project, "detail", 1)).json()["changed_since"] == []


def test_nobody_signs_what_rests_on_an_earlier_state(project: Project, owner: User, client_as: ClientAs) -> None:
    GoNoGoDecisionFactory(project=project)
    block_10(project)
    refused = client_as(owner).post(page(project, "decision-sign", 1), signing())
    assert refused.status_code == 409
    assert "It cannot be signed as it stands." in refused.content.decode()
    assert not GoNoGoSignature.objects.exists()


def test_conditions_are_reported_as_met_and_overdue_ones_and_revisits_are_shown(
    project: Project, owner: User, approver: User, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    proposal = {
        "outcome": "go-with-conditions",
        "reasons": "Text messages first.",
        "difference_reason": "The estimate follows.",
        "revisit_on": "2026-12-24",
        "conditions": [
            {"text": "Reminders run.", "owner": "Practice manager", "due_on": "2026-12-01"},
            {"text": "The works council agreed.", "owner": "Head of HR", "due_on": "2027-01-01"},
        ],
    }
    with time_machine.travel(TODAY, tick=False):
        assert api_as(owner).post(endpoint(project, "list"), proposal, format="json").status_code == 201
        condition = GoNoGoDecision.objects.get().conditions.get(text="Reminders run.")
        met = reverse("canvas:condition-met", args=[project.slug, condition.pk])
        early = client_as(contributor).post(met, {f"met-{condition.pk}-note": "They run."}, follow=True)
        assert "so its conditions do not hold yet" in early.content.decode()
        decide(project, owner, approver, api_as)
    with time_machine.travel("2026-12-25 12:00:00+00:00", tick=False):
        client = client_as(contributor)
        overview = client.get(project.get_absolute_url()).content.decode()
        assert "Condition was due" in overview
        assert "Reminders run." in overview
        assert "The works council agreed." not in overview
        assert "The decision was to be looked at again on" in overview
        assert client.post(met, {f"met-{condition.pk}-note": " "}).status_code == 422
        assert client.post(met, {f"met-{condition.pk}-note": "Seen in the log."}).status_code == 302
        again = api_as(contributor).post(
            reverse("canvas-api:condition-met", args=[project.slug, condition.pk]), {"note": "Again."}
        )
        assert again.status_code == 409
        assert "Condition was due" not in client.get(project.get_absolute_url()).content.decode()
    condition.refresh_from_db()
    assert (condition.met_by, condition.met_note) == (contributor, "Seen in the log.")
    assert AuditEntry.objects.filter(action="condition.met").count() == 1


def test_a_condition_of_another_project_does_not_exist_here(project: Project, owner: User, api_as: ApiAs) -> None:
    other = GoNoGoDecisionFactory(status="decided")
    condition = other.conditions.create(text="X", owner="Y", due_on=date(2027, 1, 1))
    url = reverse("canvas-api:condition-met", args=[project.slug, condition.pk])
    assert api_as(owner).post(url, {"note": "Done."}).status_code == 404


def test_block_10_is_contradicted_by_what_was_signed(
    project: Project, owner: User, approver: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    answers = {"disqualifiers": disqualifiers(), "decision": "go"}
    BlockRevisionFactory(project=project, block=10, number=1, answers=answers)
    api_as(owner).post(endpoint(project, "list"), NO_GO, format="json")
    decide(project, owner, approver, api_as)
    shown = client_as(owner).get(page(project, "block", 10)).content.decode()
    assert "Says “Go”; decision 1, signed by two people, says “No-go”." in shown
    ClassificationFactory(project=project, answers=FORBIDDEN)
    shown = client_as(owner).get(page(project, "block", 10)).content.decode()
    assert "Says that no practice is prohibited; classification 1 found one." in shown


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("capacities", [("sponsor", "risk-owner"), ("sponsor", "sponsor")])
def test_two_people_signing_at_once_complete_it_once(
    project: Project, owner: User, api_as: ApiAs, capacities: tuple[str, str]
) -> None:
    other = UserFactory()
    MembershipFactory(project=project, user=other, role=Role.APPROVER)
    GoNoGoDecisionFactory(project=project)
    start = Barrier(2)

    def sign(client: APIClient, capacity: str) -> int:
        start.wait(timeout=30)
        try:
            return int(client.post(endpoint(project, "sign", 1), signing(capacity)).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as people:
        answers = sorted(people.map(sign, [api_as(owner), api_as(other)], capacities))

    decided = capacities[0] != capacities[1]
    assert answers == ([200, 200] if decided else [200, 409])
    assert GoNoGoSignature.objects.count() == (2 if decided else 1)
    assert GoNoGoDecision.objects.get().status == ("decided" if decided else "proposed")
    assert AuditEntry.objects.filter(action="go-no-go.decided").count() == int(decided)
