"""Classifying a project: what would change is seen before anything is signed, and the tier follows what was signed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Classification, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.accounts import PASSWORD
from tests.factories.canvas import BlockRevisionFactory
from tests.factories.risk import CREDIT, FORBIDDEN, HARMLESS, YES, ClassificationFactory, RiskFactory, as_form


def page(project: Project, name: str = "classification-edit", *args: Any) -> str:
    return reverse(f"canvas:{name}", args=[project.slug, *args])


def endpoint(project: Project, name: str, *args: Any) -> str:
    return reverse(f"canvas-api:{name}", args=[project.slug, *args])


def sent(answers: dict[str, Any], *, step: str, based_on: int = 0, **more: str) -> dict[str, Any]:
    return as_form(answers) | {"step": step, "based_on": based_on} | more


def sign(client: Client, project: Project, answers: dict[str, Any], *, based_on: int = 0) -> Any:
    return client.post(page(project), sent(answers, step="sign", based_on=based_on, password=PASSWORD, note="Read it."))


def test_a_preview_names_added_and_removed_duties_and_stores_nothing(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    ClassificationFactory(project=project, answers=CREDIT)
    client = client_as(owner)
    seen = client.post(page(project), sent(HARMLESS | {"triggers": ["talks"]}, step="preview", based_on=1))
    assert seen.status_code == 200
    html = seen.content.decode()
    preview = seen.context["preview"]
    assert {one.id for one in preview.added} == {"Art.50(1)", "Art.50(5)"}
    assert {one.id for one in preview.removed} >= {"Art.9(1)", "Art.14(4)(e)", "GDPR.6(1)"}
    assert {one.id for one in preview.kept} == {"Art.4"}
    assert "2 duties would be added." in html
    assert f"{len(preview.removed)} duties would no longer apply." in html
    assert "High risk" in html
    assert Classification.objects.count() == 1
    assert not AuditEntry.objects.filter(chain=project.chain).exists()
    project.refresh_from_db()
    assert project.risk_tier == "unknown"


def test_a_signature_makes_a_version_and_moves_the_projects_tier_with_one_line(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    assert sign(client, project, CREDIT).status_code == 302
    signed = Classification.objects.get()
    assert (signed.number, signed.legal_tier, signed.signed_by, signed.note) == (1, "high", owner, "Read it.")
    assert signed.rules_version
    assert "Art.26(1)" in signed.obligations
    project.refresh_from_db()
    assert project.risk_tier == "high"
    body = json.loads(AuditEntry.objects.get(action="classification.signed").body)
    assert (body["before"]["risk_tier"], body["after"]["risk_tier"]) == ("unknown", "high")

    assert sign(client, project, HARMLESS, based_on=1).status_code == 302
    project.refresh_from_db()
    assert project.risk_tier == "minimal"
    assert Classification.objects.count() == 2
    detail = client.get(page(project, "classification-detail", 2)).content.decode()
    assert "Changed since version 1" in detail
    assert "Essential services and benefits" in detail


def test_a_wrong_password_signs_nothing_and_keeps_every_answer(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    response = client_as(owner).post(page(project), sent(CREDIT, step="sign", password="guess", note="Because."))
    assert response.status_code == 422
    html = response.content.decode()
    assert "This is not your password." in html
    assert 'name="f-area_5" value="5b"' in html
    assert "Because." in html
    assert "guess" not in html
    assert not Classification.objects.exists()


def test_open_questions_are_named_beside_themselves_and_nothing_is_signed(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    open_ones = {key: value for key, value in HARMLESS.items() if key not in ("area_4", "screening_reason")}
    response = client_as(owner).post(page(project), sent(open_ones, step="sign", password=PASSWORD))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"area_4", "screening_reason"}
    refused = api_as(owner).post(
        endpoint(project, "classification-list"),
        {"answers": open_ones, "based_on": 0, "password": PASSWORD}, format="json",
    )  # fmt: skip
    assert refused.status_code == 400
    assert "Employment" in refused.json()["answers"][0]
    assert not Classification.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"area_1": ["1a", "none"]}, "area_1"),
        ({"roles": ["emperor"]}, "roles"),
        ({"exclusion": "whenever"}, "exclusion"),
        ({"screening_reason": "Read\u202e."}, "screening_reason"),
        ({"screening_reason": "x" * 10_001}, "screening_reason"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_stored(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs, wrong: dict[str, Any], key: str
) -> None:
    response = client_as(owner).post(page(project), sent(HARMLESS | wrong, step="preview"))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {key}
    refused = api_as(owner).post(
        endpoint(project, "classification-preview"), {"answers": HARMLESS | wrong}, format="json"
    )
    assert (refused.status_code, set(refused.json()["answers"])) == (400, {key})
    unknown = api_as(owner).post(endpoint(project, "classification-preview"), {"answers": {"tea": "y"}}, format="json")
    assert "“tea” is not a field of the classification" in unknown.json()["answers"][""][0]
    assert not AuditEntry.objects.filter(chain=project.chain).exists()


def test_answers_to_questions_that_are_not_asked_are_left_out(project: Project, owner: User, api_as: ApiAs) -> None:
    answers = HARMLESS | {"third_party": YES, "special_category": YES}
    signed = api_as(owner).post(
        endpoint(project, "classification-list"),
        {"answers": answers, "based_on": 0, "password": PASSWORD}, format="json",
    )  # fmt: skip
    assert signed.status_code == 201
    assert signed.json()["legal_tier"] == "minimal"
    assert not {"third_party", "special_category"} & set(signed.json()["answers"])


def test_two_people_classifying_at_once_see_each_other(
    project: Project, owner: User, approver: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    assert sign(client_as(owner), project, CREDIT).status_code == 302
    late = sign(client_as(approver), project, HARMLESS)
    assert late.status_code == 409
    assert "signed version 1 of the classification while you were answering" in late.content.decode()
    assert "Essential services and benefits" in late.content.decode()
    assert Classification.objects.count() == 1
    stale = {"answers": HARMLESS, "based_on": 0, "password": PASSWORD}
    assert api_as(approver).post(endpoint(project, "classification-list"), stale, format="json").status_code == 409
    # The form that came back rests on what holds, and can be signed.
    based_on = int(late.context["form"]["based_on"].value())
    assert sign(client_as(approver), project, HARMLESS, based_on=based_on).status_code == 302


def test_signing_the_same_again_makes_no_version_unless_the_plan_moved(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    sign(client, project, CREDIT)
    sign(client, project, CREDIT, based_on=1)
    assert Classification.objects.count() == 1
    Classification.objects.update(signed_at=timezone.now() - timedelta(days=1))
    BlockRevisionFactory(project=project, block=1, number=1)
    assert "Block 1 was changed after it was signed." in client.get(page(project, "risk-index")).content.decode()
    sign(client, project, CREDIT, based_on=1)
    assert Classification.objects.count() == 2


def test_a_contributor_may_look_at_what_would_follow_but_not_sign(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    seen = client.post(page(project), sent(CREDIT, step="preview"))
    assert seen.status_code == 200
    assert "Owners and approvers sign." in seen.content.decode()
    assert sign(client, project, CREDIT).status_code == 403
    assert not Classification.objects.exists()


def test_going_back_keeps_the_answers(project: Project, owner: User, client_as: ClientAs) -> None:
    response = client_as(owner).post(page(project), sent(CREDIT, step="edit"))
    assert response.status_code == 200
    assert 'id="f-area_5-5b" name="f-area_5" value="5b" checked' in response.content.decode()


def test_a_prohibited_practice_is_said_on_every_page_of_the_project(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    assert (
        "This would stop the project." in client.post(page(project), sent(FORBIDDEN, step="preview")).content.decode()
    )
    sign(client, project, FORBIDDEN)
    project.refresh_from_db()
    assert project.risk_tier == "prohibited"
    for name in ("canvas:project-detail", "canvas:board", "canvas:decision", "data:index", "registry:model-list"):
        assert "This project has to stop." in client.get(reverse(name, args=[project.slug])).content.decode(), name


def test_the_tier_of_a_classified_project_follows_the_classification_only(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    client = client_as(owner)
    settings = reverse("canvas:project-settings", args=[project.slug])
    detail = reverse("canvas-api:project-detail", args=[project.slug])
    assert api_as(owner).patch(detail, {"risk_tier": "limited"}).status_code == 200
    assert api_as(owner).patch(detail, {"risk_tier": "prohibited"}).status_code == 409
    sign(client, project, CREDIT)
    assert "It follows the signed classification." in client.get(settings).content.decode()
    client.post(settings, {"name": "Triage", "purpose": "", "task": "binary", "risk_tier": "minimal"})
    refused = api_as(owner).patch(detail, {"risk_tier": "minimal"})
    assert (refused.status_code, refused.json()["detail"][:20]) == (409, "The risk tier follow")
    assert api_as(owner).patch(detail, {"purpose": "Shorter queues."}).status_code == 200
    project.refresh_from_db()
    assert (project.risk_tier, project.purpose) == ("high", "Shorter queues.")


def test_an_unclassified_project_has_it_on_its_list_of_things_to_do(
    project: Project, viewer: User, client_as: ClientAs
) -> None:
    overview = client_as(viewer).get(project.get_absolute_url()).content.decode()
    assert "Classify the project" in overview
    ClassificationFactory(project=project, answers=CREDIT)
    overview = client_as(viewer).get(project.get_absolute_url()).content.decode()
    assert "Classify the project" not in overview


def test_programs_read_the_questions_and_try_answers(project: Project, viewer: User, api_as: ApiAs) -> None:
    api = api_as(viewer)
    questions = api.get(endpoint(project, "classification-questions")).json()
    assert [question["key"] for question in questions][:3] == ["is_ai_system", "exclusion", "roles"]
    assert all(question["provision"] for question in questions)
    tried = api.post(
        endpoint(project, "classification-preview"), {"answers": {"is_ai_system": YES}}, format="json"
    ).json()
    assert "exclusion" in tried["open"]
    full = api.post(endpoint(project, "classification-preview"), {"answers": CREDIT}, format="json").json()
    assert (full["legal_tier"], full["open"], full["based_on"]) == ("high", [], 0)
    one = next(duty for duty in full["added"] if duty["id"] == "Art.14(4)(b)")
    assert (one["applies_from"], one["who"]) == ("2027-12-02", "Provider")


def test_pages_stay_under_their_ceilings(
    project: Project, owner: User, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 31):
        ClassificationFactory(project=project, number=number, answers=CREDIT)
        RiskFactory(project=project, number=number)
    client = client_as(owner)
    ceilings = {"risk-index": 14, "classification-list": 9, "classification-edit": 9, "risk-list": 9}
    for name, ceiling in ceilings.items():
        with django_assert_max_num_queries(ceiling, info=name):
            assert client.get(page(project, name)).status_code == 200
