"""Estimates of return: previewed, frozen, compared, and held against what was measured."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Kpi, Project, RoiEstimate
from canvas.services.money import latest_estimate
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import KpiFactory
from tests.factories.kpis import KpiReadingFactory
from tests.factories.money import BenefitLineFactory, CostItemFactory, ErrorCostFactory

pytestmark = pytest.mark.any_database

TERMS: dict[str, Any] = {
    "currency": "EUR", "starts_on": "2026-01-01", "horizon_months": "24", "discount_rate": "10", "hurdle_rate": "20",
    "adoption_low": "40", "adoption_likely": "50", "adoption_high": "80", "predictions_per_year": "0", "seed": "7",
    "draws": "1000",
}  # fmt: skip
SENT: dict[str, Any] = TERMS | {
    "discount_rate": 0.1, "hurdle_rate": 0.2, "adoption_low": 0.4, "adoption_likely": 0.5, "adoption_high": 0.8,
}  # fmt: skip


@pytest.fixture
def plan(project: Project) -> Project:
    """12,000 a year of gain at half adoption, 1,000 a month to run, 720 a year of errors."""
    BenefitLineFactory(project=project, label="Filled appointments")
    CostItemFactory(project=project, label="Hours of experts")
    ErrorCostFactory(project=project)
    return project


def page(project: Project, name: str, *args: int) -> str:
    return reverse(f"canvas:{name}", args=[project.slug, *args])


def endpoint(project: Project, *args: int) -> str:
    return reverse(f"canvas-api:estimate-{'detail' if args else 'list'}", args=[project.slug, *args])


def saved(project: Project, user: User, client_as: ClientAs, **terms: str) -> RoiEstimate:
    answer = client_as(user).post(page(project, "roi-create"), TERMS | terms)
    assert answer.status_code == 302, answer.context["form"].errors
    found = latest_estimate(project)
    assert found is not None
    return found


def journaled(project: Project) -> int:
    return AuditEntry.objects.filter(chain=project.chain, action="roi.estimated").count()


def test_an_estimate_is_frozen_with_its_lines_and_numbered(plan: Project, owner: User, client_as: ClientAs) -> None:
    first = saved(plan, owner, client_as)
    likely = first.results["likely"]
    # 12,000 x 40 x 0.05 x 0.5 x 2 years; 24 months at 1,000; 12,000 x 0.02 x 3 x 2 years.
    assert likely["benefit"] == pytest.approx(24_000)
    assert likely["cost_running"] == pytest.approx(24_000)
    assert likely["error_cost"] == pytest.approx(1_440)
    assert first.results["roi_likely"] == pytest.approx((24_000 - 25_440) / 25_440)
    assert first.results["hurdle_rate"] == 0.2
    line = plan.costitems.get()
    client_as(owner).post(page(plan, "cost-remove", line.pk), {"based_on": 1})
    first.refresh_from_db()
    assert [kept["label"] for kept in first.lines["costs"]] == ["Hours of experts"]
    second = saved(plan, owner, client_as)
    assert (first.number, second.number, second.lines["costs"]) == (1, 2, [])
    shown = client_as(owner).get(page(plan, "roi-detail", 1))
    assert "Hours of experts" in shown.content.decode()
    assert journaled(plan) == 2


def test_a_preview_shows_figures_and_stores_nothing(plan: Project, owner: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    assert "Net present value" in client.get(page(plan, "roi-create")).content.decode()
    answer = client.post(page(plan, "roi-create"), TERMS | {"preview": "1"})
    assert answer.status_code == 200
    assert answer.context["results"]["likely"]["benefit"] == pytest.approx(24_000)
    half = client.post(page(plan, "roi-create"), TERMS | {"horizon_months": "", "preview": "1"})
    assert half.status_code == 200
    assert "Correct what is marked" in half.content.decode()
    assert not RoiEstimate.objects.exists()
    assert journaled(plan) == 0


def test_zero_adoption_is_answered_in_words(plan: Project, owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    nobody = {"adoption_low": "0", "adoption_likely": "0", "adoption_high": "0"}
    found = saved(plan, owner, client_as, **nobody)
    assert found.results["likely"]["benefit"] == 0
    assert found.results["roi_likely"] == -1
    text = client_as(owner).get(page(plan, "roi-detail", 1)).content.decode()
    assert "Nobody uses the result at an adoption of zero, so no uplift pays for the costs." in text
    assert "not within the horizon" in text
    answer = api_as(owner).post(endpoint(plan), SENT | dict.fromkeys(nobody, 0), format="json")
    assert answer.status_code == 201
    assert answer.json()["results"]["break_even"]["multiplier"] is None


def test_a_second_currency_needs_a_stated_rate(plan: Project, owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    CostItemFactory(project=plan, label="Cloud", currency="USD")
    CostItemFactory(project=plan, label="Weather data", currency="USD")
    client = client_as(owner)
    answer = client.post(page(plan, "roi-create"), TERMS)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "State what one unit is worth in EUR: USD for Cloud, Weather data." in text
    assert "1 USD is worth, in EUR" in text
    assert answer.context["form"]["horizon_months"].value() == "24"
    refused = api_as(owner).post(endpoint(plan), SENT, format="json")
    assert refused.status_code == 400
    assert "USD for Cloud, Weather data" in refused.json()["exchange_rates"][0]
    sourceless = client.post(page(plan, "roi-create"), TERMS | {"rate_USD": "0.5"})
    assert set(sourceless.context["form"].errors) == {"rates_source", "rates_on"}
    assert not RoiEstimate.objects.exists()
    assert journaled(plan) == 0

    rates = {"rate_USD": "0.5", "rates_source": "Central bank", "rates_on": "2026-01-02"}
    found = saved(plan, owner, client_as, **rates)
    # Each of the two costs 1,000 dollars a month, 500 euro.
    assert found.results["likely"]["cost_running"] == pytest.approx(24_000 + 2 * 24 * 500)
    assert (found.exchange_rates, found.rates_source) == ({"USD": 0.5}, "Central bank, 2026-01-02")
    again = client.get(page(plan, "roi-create")).context["form"]
    assert (again["rate_USD"].value(), again["rates_source"].value(), again["rates_on"].value()) == (
        0.5, "Central bank", date(2026, 1, 2),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"horizon_months": "0"}, "horizon_months"),
        ({"horizon_months": "9999"}, "horizon_months"),
        ({"discount_rate": "-5"}, "discount_rate"),
        ({"discount_rate": "nan"}, "discount_rate"),
        ({"discount_rate": "inf"}, "discount_rate"),
        ({"adoption_low": "60"}, "adoption_low"),
        ({"adoption_high": "101"}, "adoption_high"),
        ({"adoption_likely": "-1"}, "adoption_likely"),
        ({"predictions_per_year": "-1"}, "predictions_per_year"),
        ({"currency": "EURO"}, "currency"),
        ({"seed": "-1"}, "seed"),
        ({"draws": "1"}, "draws"),
        ({"draws": "999999999"}, "draws"),
        ({"starts_on": "soon"}, "starts_on"),
    ],
)
def test_wrong_terms_are_named_and_nothing_is_stored(
    plan: Project, owner: User, client_as: ClientAs, terms: dict[str, str], field: str
) -> None:
    answer = client_as(owner).post(page(plan, "roi-create"), TERMS | terms)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert not RoiEstimate.objects.exists()


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"adoption_low": 0.7}, "adoption_low"),
        ({"discount_rate": "NaN"}, "discount_rate"),
        ({"exchange_rates": {"USD": 0}, "rates_source": "x"}, "exchange_rates"),
        ({"exchange_rates": {"USD": 0.9}}, "rates_source"),
        ({"exchange_rates": {"EURO": 0.9}, "rates_source": "x"}, "exchange_rates"),
        ({"currency": "ZZZ"}, "currency"),
    ],
)
def test_a_program_is_told_what_is_wrong_with_its_terms(
    plan: Project, owner: User, api_as: ApiAs, terms: dict[str, Any], field: str
) -> None:
    answer = api_as(owner).post(endpoint(plan), SENT | terms, format="json")
    assert answer.status_code == 400
    assert field in answer.json()
    assert not RoiEstimate.objects.exists()


def test_a_plan_without_lines_has_nothing_to_estimate(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    assert "There is nothing to estimate yet." in client_as(owner).get(page(project, "roi-create")).content.decode()
    assert client_as(owner).post(page(project, "roi-create"), TERMS).status_code == 422
    assert api_as(owner).post(endpoint(project), SENT, format="json").status_code == 409
    assert latest_estimate(project) is None


def test_a_program_saves_and_reads_estimates(plan: Project, contributor: User, viewer: User, api_as: ApiAs) -> None:
    made = api_as(contributor).post(endpoint(plan), SENT, format="json")
    assert made.status_code == 201
    listed = api_as(viewer).get(endpoint(plan)).json()["results"]
    assert [row["number"] for row in listed] == [1]
    read = api_as(viewer).get(endpoint(plan, 1)).json()
    assert read["results"] == made.json()["results"]
    assert read["created_by"] == "contributor"


def test_two_estimates_are_compared_with_what_differs(plan: Project, owner: User, client_as: ClientAs) -> None:
    saved(plan, owner, client_as)
    line = plan.costitems.get()
    line.amount_likely = 1200
    line.save()
    BenefitLineFactory(project=plan, label="Fewer letters")
    saved(plan, owner, client_as, horizon_months="36")
    answer = client_as(owner).get(page(plan, "roi-compare") + "?a=1&b=2")
    text = answer.content.decode()
    assert "amount likely 1000.00 → 1200.00" in text
    assert ("Fewer letters", "is new") in answer.context["lines"]
    assert ("Horizon", "24 months", "36 months") in answer.context["terms"]
    assert client_as(owner).get(page(plan, "roi-compare") + "?a=1&b=9").status_code == 404
    assert client_as(owner).get(page(plan, "roi-compare") + "?a=x&b=2").status_code == 404


def test_readings_take_the_place_of_what_was_expected(project: Project, owner: User, client_as: ClientAs) -> None:
    kpi = KpiFactory(project=project, kind=Kpi.Kind.BUSINESS, direction="down", baseline_value=10.0)
    BenefitLineFactory(project=project, label="Fewer missed", kpi=kpi)
    CostItemFactory(project=project)
    saved(project, owner, client_as)
    waiting = client_as(owner).get(page(project, "roi-detail", 1))
    assert "No reading lies in the months of the estimate yet." in waiting.content.decode()
    KpiReadingFactory(kpi=kpi, measured_on=date(2025, 12, 31), value=10.0)
    for month, value in ((2, 9.4), (3, 9.0)):
        KpiReadingFactory(kpi=kpi, measured_on=date(2026, month, 1), value=value)
    found = client_as(owner).get(page(project, "roi-detail", 1)).context["comparison"]
    (line,) = found.lines
    # The mean of 9.4 and 9.0 is 8 % below 10; expected were 5 % at half adoption.
    assert line.estimated == pytest.approx(0.025)
    assert line.measured == pytest.approx(0.08)
    assert line.difference == pytest.approx(0.055)
    assert found.estimated.benefit == pytest.approx(24_000)
    assert found.actual.benefit == pytest.approx(2 * 12_000 * 40 * 0.08)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"baseline_value": None}, "no baseline other than zero"),
        ({"baseline_value": 0.0}, "no baseline other than zero"),
        ({"direction": "band", "threshold": 1.0, "threshold_upper": 2.0}, "A band has no direction"),
    ],
)
def test_a_kpi_that_says_nothing_about_uplift_says_why(
    project: Project, owner: User, client_as: ClientAs, changed: dict[str, Any], words: str
) -> None:
    kpi = KpiFactory(project=project, **changed)
    BenefitLineFactory(project=project, kpi=kpi)
    KpiReadingFactory(kpi=kpi, measured_on=date(2026, 2, 1))
    saved(project, owner, client_as)
    assert words in client_as(owner).get(page(project, "roi-detail", 1)).content.decode()


def test_the_pages_ask_a_stated_number_of_times(plan: Project, owner: User, client_as: ClientAs) -> None:
    BenefitLineFactory.create_batch(5, project=plan, kpi=KpiFactory(project=plan))
    saved(plan, owner, client_as)
    client = client_as(owner)
    for name, args, most in (("roi-detail", (1,), 9), ("roi-create", (), 9), ("roi-compare", (), 6)):
        with CaptureQueriesContext(connection) as queries:
            client.get(page(plan, name, *args))
        assert len(queries) <= most, name


def test_amounts_beyond_all_numbers_are_refused_with_a_sentence_and_nothing_is_saved(
    plan: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    CostItemFactory(project=plan, label="Calls of the service", period="1000-predictions")
    sent = SENT | {"predictions_per_year": 1e308}
    by_program = api_as(owner).post(endpoint(plan), sent, format="json")
    assert (by_program.status_code, list(by_program.json())) == (400, ["predictions_per_year"])
    by_hand = client_as(owner).post(page(plan, "roi-create"), TERMS | {"predictions_per_year": "1e308"})
    assert (by_hand.status_code, list(by_hand.context["form"].errors)) == (422, ["predictions_per_year"])
    rates = {"exchange_rates": {"USD": 1e300}, "rates_source": "Central bank"}
    assert "at most" in api_as(owner).post(endpoint(plan), SENT | rates, format="json").json()["exchange_rates"][0]
    # A line that was kept before there was a limit.
    BenefitLineFactory(project=plan, volume=1.7e308)
    answer = api_as(owner).post(endpoint(plan), SENT, format="json")
    assert answer.status_code == 409
    assert "too large to be added up" in answer.json()["detail"]
    shown = client_as(owner).post(page(plan, "roi-create"), TERMS)
    assert shown.status_code == 422
    assert "too large to be added up" in shown.content.decode()
    assert not RoiEstimate.objects.filter(project=plan).exists()
    assert journaled(plan) == 0


def test_a_line_takes_no_volume_that_no_sum_can_hold(project: Project, owner: User, api_as: ApiAs) -> None:
    line = {
        "label": "Filled appointments", "unit": "one", "unit_value": "40", "currency": "EUR", "volume": 1e16,
        "uplift_low": 0.1, "uplift_likely": 0.1, "uplift_high": 0.1, "start_month": 1, "confidence": "high",
    }  # fmt: skip
    answer = api_as(owner).post(reverse("canvas-api:benefit-list", args=[project.slug]), line, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["volume"])


@pytest.mark.parametrize(("baseline", "value"), [(1e-300, 1e20), (-1.7e308, 1.7e308), (1.0, -1.7e308)])
def test_readings_beyond_any_comparison_are_said_to_be_so(
    project: Project, owner: User, client_as: ClientAs, baseline: float, value: float
) -> None:
    kpi = KpiFactory(project=project, name="Filled", baseline_value=baseline)
    BenefitLineFactory(project=project, kpi=kpi)
    CostItemFactory(project=project)
    estimate = saved(project, owner, client_as)
    for day in (1, 2):
        KpiReadingFactory(kpi=kpi, measured_on=date(2026, 2, day), value=value)
    shown = client_as(owner).get(page(project, "roi-detail", estimate.number))
    assert shown.status_code == 200
    assert "too far from the baseline" in shown.content.decode()
