"""What a project costs and what it is worth: lines, stated zeros, and what is refused."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import BenefitLine, CostItem, CostWaiver, ErrorCost, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import BlockRevisionFactory, KpiFactory, ProjectFactory
from tests.factories.money import BenefitLineFactory, CostItemFactory, CostWaiverFactory, ErrorCostFactory

COST: dict[str, Any] = {
    "label": "Hours of nurses", "block": "6", "kind": "recurring", "period": "month", "amount_low": "900",
    "amount_likely": "1200.50", "amount_high": "2000", "currency": "eur", "basis": "estimate", "is_hidden": "on",
}  # fmt: skip
BENEFIT: dict[str, Any] = {
    "label": "Filled appointments", "unit": "an appointment", "unit_value": "62.5", "currency": "EUR", "volume": "38000",
    "uplift_low": "1", "uplift_likely": "3", "uplift_high": "5.5", "start_month": "4", "confidence": "medium",
}  # fmt: skip
ERROR: dict[str, Any] = {
    "label": "A call in vain", "kind": "false-positive", "volume": "38000", "rate_low": "3", "rate_likely": "6",
    "rate_high": "10", "unit_cost": "1.4", "currency": "EUR",
}  # fmt: skip


def page(project: Project, name: str = "money", *args: int) -> str:
    return reverse(f"canvas:{name}", args=[project.slug, *args])


def endpoint(project: Project, name: str, *args: int) -> str:
    return reverse(f"canvas-api:{name}", args=[project.slug, *args])


def actions(project: Project) -> list[str]:
    return list(AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True))


def test_lines_of_each_kind_are_added_changed_and_removed_with_a_line_each(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    for noun, model, sent in (
        ("cost", CostItem, COST),
        ("benefit", BenefitLine, BENEFIT),
        ("error-cost", ErrorCost, ERROR),
    ):
        assert client.post(page(project, f"{noun}-create"), sent).status_code == 302
        line = model.objects.get()
        assert (
            client.post(page(project, f"{noun}-edit", line.pk), sent | {"label": "Other", "based_on": 1}).status_code
            == 302
        )
        line.refresh_from_db()
        assert (line.label, line.revision, line.currency, line.created_by) == ("Other", 2, "EUR", contributor)
        assert "Other" in client.get(page(project)).content.decode()
        assert client.post(page(project, f"{noun}-remove", line.pk), {"based_on": 2}).status_code == 302
        assert client.get(page(project, f"{noun}-edit", line.pk)).status_code == 404
    kinds = ("cost", "benefit", "error-cost")
    assert actions(project) == [f"{kind}.{verb}" for kind in kinds for verb in ("added", "changed", "removed")]


def test_what_is_typed_in_per_cent_is_kept_as_a_share_and_shown_as_typed(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    client.post(page(project, "benefit-create"), BENEFIT)
    line = BenefitLine.objects.get()
    assert (line.uplift_low, line.uplift_likely, line.uplift_high) == (0.01, 0.03, 0.055)
    shown = client.get(page(project, "benefit-edit", line.pk)).content.decode()
    assert 'value="5.5"' in shown
    assert 'value="38000"' in shown


def test_saving_a_line_unchanged_makes_no_revision(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    client_as(owner).post(page(project, "cost-create"), COST)
    line = CostItem.objects.get()
    client_as(owner).post(page(project, "cost-edit", line.pk), COST | {"amount_low": "900.00", "based_on": 1})
    sent = {"amount_likely": "1200.50", "based_on": 1}
    full = api_as(owner).get(endpoint(project, "cost-detail", line.pk)).json()
    assert api_as(owner).put(endpoint(project, "cost-detail", line.pk), full | sent, format="json").status_code == 200
    line.refresh_from_db()
    assert line.revision == 1
    assert actions(project) == ["cost.added"]


def test_a_change_on_an_old_state_is_refused_and_keeps_what_was_typed(
    project: Project, owner: User, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    line = CostItemFactory(project=project, label="Cloud", block=8)
    client_as(owner).post(page(project, "cost-edit", line.pk), COST | {"label": "Cloud", "based_on": 1})
    answer = client_as(contributor).post(
        page(project, "cost-edit", line.pk), COST | {"label": "Cloud", "amount_high": "7777", "based_on": 1}
    )
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Somebody else changed Cloud while you were writing." in text
    assert 'value="7777"' in text
    assert answer.context["form"]["based_on"].value() == "2"
    assert api_as(owner).delete(endpoint(project, "cost-detail", line.pk) + "?based_on=1").status_code == 409
    line.refresh_from_db()
    assert (line.amount_high, line.removed_at) == (2000, None)
    assert actions(project) == ["cost.changed"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"amount_likely": "-1"}, "amount_likely"),
        ({"amount_likely": "NaN"}, "amount_likely"),
        ({"amount_likely": "Infinity"}, "amount_likely"),
        ({"amount_likely": "1e400"}, "amount_likely"),
        ({"amount_likely": "1.234"}, "amount_likely"),
        ({"amount_likely": "many"}, "amount_likely"),
        ({"amount_likely": ""}, "amount_likely"),
        ({"amount_low": "5000"}, "amount_low"),
        ({"amount_high": "1000"}, "amount_likely"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XYZ"}, "currency"),
        ({"block": "11"}, "block"),
        ({"period": ""}, "period"),
        ({"kind": "one-off"}, "period"),
        ({"kind": "one-off", "period": "", "ends_on": "2026-03-01"}, "ends_on"),
        ({"starts_on": "2026-03-01", "ends_on": "2026-02-01"}, "ends_on"),
        ({"label": "Cloud\u202e"}, "label"),
        ({"label": ""}, "label"),
    ],
)
def test_a_wrong_cost_is_named_beside_its_field_and_nothing_is_stored(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs, sent: dict[str, str], field: str
) -> None:
    answer = client_as(owner).post(page(project, "cost-create"), COST | sent)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert answer.context["form"]["basis"].value() == "estimate"
    refused = api_as(owner).post(endpoint(project, "cost-list"), COST | {"is_hidden": True} | sent, format="json")
    assert refused.status_code == 400
    assert set(refused.json()) == {field}
    assert not CostItem.objects.exists()
    assert actions(project) == []


@pytest.mark.parametrize(
    ("noun", "sent", "field"),
    [
        ("benefit", {"uplift_low": "4"}, "uplift_low"),
        ("benefit", {"uplift_likely": "6"}, "uplift_likely"),
        ("benefit", {"uplift_low": "-101"}, "uplift_low"),
        ("benefit", {"uplift_high": "nan"}, "uplift_high"),
        ("benefit", {"uplift_high": "2000"}, "uplift_high"),
        ("benefit", {"unit_value": "-3"}, "unit_value"),
        ("benefit", {"volume": "inf"}, "volume"),
        ("benefit", {"volume": "-1"}, "volume"),
        ("benefit", {"start_month": "0"}, "start_month"),
        ("benefit", {"kpi": "999999"}, "kpi"),
        ("error-cost", {"rate_high": "101"}, "rate_high"),
        ("error-cost", {"rate_low": "-1"}, "rate_low"),
        ("error-cost", {"rate_low": "7"}, "rate_low"),
        ("error-cost", {"unit_cost": "nan"}, "unit_cost"),
    ],
)
def test_a_wrong_benefit_or_error_cost_is_named_beside_its_field(
    project: Project, owner: User, client_as: ClientAs, noun: str, sent: dict[str, str], field: str
) -> None:
    whole = (BENEFIT if noun == "benefit" else ERROR) | sent
    answer = client_as(owner).post(page(project, f"{noun}-create"), whole)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert actions(project) == []


def test_every_block_shows_its_costs_a_stated_zero_or_that_nothing_is_said(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    CostItemFactory(project=project, block=2, label="Licence of the weather data", is_hidden=True)
    CostWaiverFactory(project=project, block=3)
    answer = client_as(owner).get(page(project))
    assert [block.number for block in answer.context["silent"]] == [1, 4, 5, 6, 7, 8, 9, 10]
    text = answer.content.decode()
    assert "8 blocks say nothing about costs yet" in text
    assert "Hidden" in text
    block = client_as(owner).get(reverse("canvas:block", args=[project.slug, 2])).content.decode()
    assert "Licence of the weather data" in block


def test_a_zero_needs_a_reason_and_no_cost_beside_it(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    client = client_as(owner)
    assert client.post(page(project, "cost-waive", 3), {"reason": ""}).status_code == 422
    assert client.post(page(project, "cost-waive", 3), {"reason": "The team writes it down itself."}).status_code == 302
    CostItemFactory(project=project, block=4)
    assert client.post(page(project, "cost-waive", 4), {"reason": "None."}).status_code == 409
    assert client.get(page(project, "cost-waive", 11)).status_code == 404
    stated = api_as(owner).get(endpoint(project, "waiver-list")).json()
    assert [(zero["block"], zero["stated_by"]) for zero in stated] == [(3, "owner")]
    assert actions(project) == ["cost.waived"]


def test_a_cost_takes_back_the_zero_of_its_block(project: Project, owner: User, client_as: ClientAs) -> None:
    CostWaiverFactory(project=project, block=6)
    client_as(owner).post(page(project, "cost-create"), COST)
    assert not CostWaiver.objects.exists()
    assert actions(project) == ["cost.waiver-removed", "cost.added"]


def test_error_costs_of_block_five_are_offered_and_begin_an_error_cost(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    rows = [
        {
            "error": "false_negative",
            "consequence": "A chair stays empty",
            "cost": 62.5,
            "unit": "euro",
            "borne_by": "Clinic",
        },
        {
            "error": "false_positive",
            "consequence": "Harm in words",
            "cost": 3,
            "unit": "minutes",
            "borne_by": "Patient",
        },
        {"error": "wrong_order", "consequence": "Already here", "cost": 1, "unit": "EUR", "borne_by": "Clinic"},
    ]
    BlockRevisionFactory(project=project, block=5, answers={"error_costs": rows})
    ErrorCostFactory(project=project, label="Already here")
    client = client_as(owner)
    offered = client.get(page(project)).context["offered"]
    assert [offer["label"] for _, offer in offered] == ["A chair stays empty"]
    form = client.get(page(project, "error-cost-create") + "?offer=0").context["form"]
    begun = tuple(form[key].value() for key in ("unit_cost", "kind", "bearer"))
    assert begun == ("62.5", "false-negative", "Clinic")
    assert client.get(page(project, "error-cost-create") + "?offer=x").status_code == 200


def test_a_program_keeps_the_money_of_a_plan(project: Project, contributor: User, api_as: ApiAs) -> None:
    api = api_as(contributor)
    kpi = KpiFactory(project=project)
    sent = BENEFIT | {"uplift_low": 0.01, "uplift_likely": 0.03, "uplift_high": 0.05, "kpi": kpi.pk}
    made = api.post(endpoint(project, "benefit-list"), sent, format="json")
    assert made.status_code == 201
    line = BenefitLine.objects.get()
    assert (line.kpi, line.unit_value) == (kpi, Decimal("62.5"))
    address = endpoint(project, "benefit-detail", line.pk)
    assert api.put(address, sent | {"volume": 40000}, format="json").json() == {
        "based_on": ["Name the revision that your change rests on."]
    }
    assert api.put(address, sent | {"volume": 40000, "based_on": 1}, format="json").json()["revision"] == 2
    assert api.put(address, sent | {"volume": 50000, "based_on": 1}, format="json").status_code == 409
    assert api.delete(address).status_code == 400
    assert api.delete(address + "?based_on=2").status_code == 204
    assert api.get(endpoint(project, "benefit-list")).json() == []
    other = KpiFactory(project=ProjectFactory())
    assert set(api.post(endpoint(project, "benefit-list"), sent | {"kpi": other.pk}, format="json").json()) == {"kpi"}


def test_the_journal_says_what_an_amount_was(project: Project, owner: User, client_as: ClientAs) -> None:
    line = CostItemFactory(project=project)
    client_as(owner).post(page(project, "cost-edit", line.pk), COST | {"based_on": 1})
    body = json.loads(AuditEntry.objects.get(action="cost.changed").body)
    assert (body["before"]["amount_likely"], body["after"]["amount_likely"]) == ("1000", "1200.5")


def test_the_page_asks_the_database_a_stated_number_of_times(
    project: Project, owner: User, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for block in range(1, 11):
        for _ in range(4):
            CostItemFactory(project=project, block=block)
    BenefitLineFactory.create_batch(10, project=project, kpi=KpiFactory(project=project))
    ErrorCostFactory.create_batch(10, project=project)
    client = client_as(owner)
    client.get(page(project))
    with django_assert_max_num_queries(13):
        client.get(page(project))
