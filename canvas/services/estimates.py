"""Estimates of return: previewed from the plan's lines as they are, frozen on request, held against readings later."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.forms.models import model_to_dict

from accounts.models import User
from audit.actions import Action
from audit.services import canonical, record
from canvas.models import BenefitLine, CostItem, ErrorCost, Kpi, Project, RoiEstimate
from canvas.models.money import MoneyLine
from canvas.roi.estimate import Results, estimate
from canvas.roi.inputs import Assumptions, ThreePoint
from canvas.roi.lines import Lines, Terms, case_from
from canvas.roi.scenarios import Scenario, scenario
from canvas.services.readings import current_readings

NOT_FROZEN = ("id", "project", "created_by", "created_at", "changed_at", "removed_at", "revision")
TERMS = (
    "currency",
    "exchange_rates",
    "rates_source",
    "starts_on",
    "horizon_months",
    "discount_rate",
    "hurdle_rate",
    "adoption_low",
    "adoption_likely",
    "adoption_high",
    "predictions_per_year",
    "seed",
    "draws",
    "note",
)


# As a share: a change of more than a billion times the baseline is a slip in one of the two.
FARTHEST = 1e9


class NoLines(Exception):
    """A plan without costs and benefits has nothing to estimate."""


def lines_of(project: Project) -> dict[str, list[dict[str, Any]]]:
    """The plan's lines as an estimate freezes them; three queries."""
    return {
        "costs": [_frozen("cost", line) for line in _held(CostItem, project)],
        "benefits": [_frozen("benefit", line) for line in _held(BenefitLine, project)],
        "error_costs": [_frozen("error", line) for line in _held(ErrorCost, project)],
    }


def preview(lines: Lines, **terms: Any) -> Results:  # Any: the columns named in TERMS
    """What an estimate would come to, without saving it; raises MissingRates and NoLines."""
    if not any(lines.values()):
        raise NoLines("There is nothing to estimate yet. Add what the project costs and what it is worth first.")
    return estimate(case_from(lines, _terms(**terms)))


@transaction.atomic
def save_estimate(project: Project, *, by: User, **terms: Any) -> RoiEstimate:  # Any: the columns named in TERMS
    """Freeze the plan's lines with these terms and what comes out; raises MissingRates and NoLines."""
    Project.objects.select_for_update().get(pk=project.pk)
    lines = lines_of(project)
    results = preview(lines, **terms)
    newest = RoiEstimate.objects.filter(project=project).aggregate(newest=Max("number"))["newest"] or 0
    saved = RoiEstimate.objects.create(
        project=project, number=newest + 1, lines=lines, results=results, created_by=by, **terms
    )
    likely = results["likely"]
    after = {
        "number": saved.number,
        "currency": saved.currency,
        "npv_likely": likely["npv"],
        "roi_likely": likely["roi"],
        "hurdle_rate": saved.hurdle_rate,
        "sha256": hashlib.sha256(canonical({"lines": lines, "results": results}).encode()).hexdigest(),
    }
    label = f"ROI estimate {saved.number}"
    record(Action.ROI_ESTIMATED, by=by, on=saved, chain=project.chain, label=label, after=after)
    return saved


@dataclass(frozen=True)
class Actual:
    """One benefit line beside what its KPI has shown since: changes of the KPI as shares, with adoption in them."""

    label: str
    kpi: Kpi
    estimated: float
    measured: float | None
    readings: int
    reason: str

    @property
    def difference(self) -> float | None:
        """Measured minus estimated change."""
        return None if self.measured is None else self.measured - self.estimated


@dataclass(frozen=True)
class Comparison:
    """An estimate as it was made, and the same with measured changes in the place of the likely ones."""

    lines: list[Actual]
    estimated: Scenario
    actual: Scenario | None

    @property
    def npv_difference(self) -> float | None:
        """How much more, or less, the measured changes are worth today."""
        return None if self.actual is None else self.actual.npv - self.estimated.npv


def against_readings(saved: RoiEstimate) -> Comparison | None:
    """An estimate held against the readings of the KPIs that its benefits name; None when it names none.

    A reading is of everything that happened, whether or not the result was used. It is therefore held against uplift x
    adoption, and takes the place of both.
    """
    named = {line["kpi"]: line for line in saved.lines.get("benefits", []) if line.get("kpi")}
    if not named:
        return None
    kpis = Kpi.objects.in_bulk(list(named))
    values = current_readings(list(kpis.values()), since=saved.starts_on)
    found = {
        line["key"]: _actual(line, kpis[line["kpi"]], values.get(line["kpi"], []), saved.adoption_likely)
        for line in saved.lines["benefits"]
        if line.get("kpi") in kpis
    }
    terms = _terms(**{key: getattr(saved, key) for key in TERMS})
    estimated = scenario(case_from(saved.lines, terms), "likely")
    measured = {key: one.measured / saved.adoption_likely for key, one in found.items() if one.measured is not None}
    actual = scenario(case_from(_with_measured(saved.lines, measured), terms), "likely") if measured else None
    return Comparison(list(found.values()), estimated, actual)


def _actual(line: dict[str, Any], kpi: Kpi, values: list[float], adoption: float) -> Actual:
    """The mean of the readings as a change from the baseline, in the good direction, as a share of the baseline."""
    reason = ""
    estimated = line["uplift_likely"] * adoption
    if adoption == 0:
        reason = "The estimate expects that nobody uses the result, so there is nothing to hold readings against."
    elif kpi.direction == Kpi.Direction.BAND:
        reason = "A band has no direction in which it improves."
    elif not kpi.baseline_value:
        reason = "The KPI has no baseline other than zero to compare with."
    elif not values:
        reason = "No reading lies in the months of the estimate yet."
    if reason or not kpi.baseline_value:
        return Actual(line["label"], kpi, estimated, None, len(values), reason)
    change = (sum(values) / len(values) - kpi.baseline_value) / abs(kpi.baseline_value)
    measured = -change if kpi.direction == Kpi.Direction.DOWN else change
    if not abs(measured) <= FARTHEST * adoption:
        reason = "The readings lie too far from the baseline to be a change of it. Look at both."
        return Actual(line["label"], kpi, estimated, None, len(values), reason)
    return Actual(line["label"], kpi, estimated, measured, len(values), "")


def _with_measured(lines: Lines, measured: dict[str, float]) -> Lines:
    benefits = [
        line | dict.fromkeys(("uplift_low", "uplift_likely", "uplift_high"), measured[line["key"]])
        if line["key"] in measured
        else line
        for line in lines["benefits"]
    ]
    return {**lines, "benefits": benefits}


def _terms(**terms: Any) -> Terms:  # Any: the columns named in TERMS
    adoption = ThreePoint(terms["adoption_low"], terms["adoption_likely"], terms["adoption_high"])
    assumptions = Assumptions(
        horizon_months=terms["horizon_months"],
        discount_rate=terms["discount_rate"],
        adoption=adoption,
        hurdle_rate=terms["hurdle_rate"],
        seed=terms["seed"],
        draws=terms["draws"],
    )
    starts_on: date = terms["starts_on"]
    return Terms(assumptions, terms["currency"], starts_on, terms["predictions_per_year"], terms["exchange_rates"])


def _held(model: type[MoneyLine], project: Project) -> QuerySet[Any]:  # Any: each model has columns of its own
    found: QuerySet[Any] = model._default_manager.filter(project=project, removed_at__isnull=True)
    return found


def _frozen(noun: str, line: MoneyLine) -> dict[str, Any]:
    """A line as plain values: amounts as text, days as ISO dates."""
    columns = model_to_dict(line, exclude=NOT_FROZEN)
    plain = {k: v if isinstance(v, int | float | str | None) else str(v) for k, v in columns.items()}
    return {"key": f"{noun}-{line.pk}", **plain}
