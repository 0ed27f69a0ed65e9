from datetime import date
from typing import Any

from canvas.models import Project
from canvas.services.estimates import save_estimate
from tests.factories.money import BenefitLineFactory, CostItemFactory, CostWaiverFactory, ErrorCostFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
TERMS: dict[str, Any] = {
    "currency": "EUR", "starts_on": date(2026, 1, 1), "horizon_months": 12, "discount_rate": 0.1, "hurdle_rate": 0.1,
    "adoption_low": 0.4, "adoption_likely": 0.5, "adoption_high": 0.6, "predictions_per_year": 0.0, "seed": 1,
    "draws": 1000, "exchange_rates": {}, "rates_source": "", "note": "",
}  # fmt: skip


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_cost(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "line_id": CostItemFactory(project=project).pk}


def a_benefit(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "line_id": BenefitLineFactory(project=project).pk}


def an_error_cost(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "line_id": ErrorCostFactory(project=project).pk}


def a_silent_block(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": 8}


def a_zero(project: Project) -> dict[str, Any]:
    CostWaiverFactory(project=project, block=3)
    return {"slug": project.slug, "number": 3}


def an_estimate(project: Project) -> dict[str, Any]:
    CostItemFactory(project=project)
    saved = save_estimate(project, by=project.created_by, **TERMS)
    return {"slug": project.slug, "number": saved.number}


NEW = Row(prepare=a_project, get=inside(*WRITERS), post=inside(*WRITERS, ok=422))
API_NEW = Row(prepare=a_project, get=everyone_inside(), post=inside(*WRITERS, ok=400), api=True)


def changing(prepare: Any) -> Row:
    return Row(prepare=prepare, get=inside(*WRITERS), post=inside(*WRITERS, ok=422))


def removing(prepare: Any) -> Row:
    return Row(prepare=prepare, post=inside(*WRITERS, ok=302), post_data={"based_on": 1})


def through_the_api(prepare: Any) -> Row:
    return Row(
        prepare=prepare,
        get=everyone_inside(),
        put=inside(*WRITERS, ok=400),
        delete=inside(*WRITERS, ok=400),
        api=True,
    )


TABLE = {
    "canvas:money": Row(prepare=a_project, get=everyone_inside()),
    "canvas:cost-create": NEW,
    "canvas:cost-edit": changing(a_cost),
    "canvas:cost-remove": removing(a_cost),
    "canvas:benefit-create": NEW,
    "canvas:benefit-edit": changing(a_benefit),
    "canvas:benefit-remove": removing(a_benefit),
    "canvas:error-cost-create": NEW,
    "canvas:error-cost-edit": changing(an_error_cost),
    "canvas:error-cost-remove": removing(an_error_cost),
    "canvas:cost-waive": changing(a_silent_block),
    "canvas:cost-unwaive": removing(a_zero),
    "canvas:roi-create": NEW,
    "canvas:roi-compare": Row(prepare=a_project, get=everyone_inside()),
    "canvas:roi-detail": Row(prepare=an_estimate, get=everyone_inside()),
    "canvas-api:cost-list": API_NEW,
    "canvas-api:cost-detail": through_the_api(a_cost),
    "canvas-api:benefit-list": API_NEW,
    "canvas-api:benefit-detail": through_the_api(a_benefit),
    "canvas-api:error-cost-list": API_NEW,
    "canvas-api:error-cost-detail": through_the_api(an_error_cost),
    "canvas-api:waiver-list": Row(prepare=a_project, get=everyone_inside(), api=True),
    "canvas-api:waiver-detail": Row(
        prepare=a_zero, put=inside(*WRITERS, ok=400), delete=inside(*WRITERS, ok=204), api=True
    ),
    "canvas-api:estimate-list": API_NEW,
    "canvas-api:estimate-detail": Row(prepare=an_estimate, get=everyone_inside(), api=True),
}
