"""Three answers to one case: when everything turns out badly, as expected, and well; and the uplift it needs."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from canvas.roi.cashflow import (
    Flows,
    Weights,
    benefit_timing,
    cost_timing,
    discount_factors,
    error_timing,
    payback_month,
    present_value,
)
from canvas.roi.inputs import Case, ThreePoint

Name = Literal["low", "likely", "high"]
NAMES: tuple[Name, ...] = ("low", "likely", "high")
# What is bad for money: a low scenario has low benefits and high costs.
OPPOSITE: dict[Name, Name] = {"low": "high", "likely": "likely", "high": "low"}


@dataclass(frozen=True)
class Scenario:
    """What comes out of one scenario; amounts over the horizon, not discounted unless they say so."""

    benefit: float
    cost_once: float
    cost_running: float
    error_cost: float
    npv: float
    payback: int | None
    discounted_payback: int | None
    cumulative: tuple[float, ...]

    @property
    def total_cost(self) -> float:
        """Everything that goes out."""
        return self.cost_once + self.cost_running + self.error_cost

    @property
    def net(self) -> float:
        """What is left: benefit - total cost."""
        return self.benefit - self.total_cost

    @property
    def roi(self) -> float | None:
        """Return on investment, net / total cost; None when nothing costs anything."""
        return self.net / self.total_cost if self.total_cost else None


@dataclass(frozen=True)
class BreakEven:
    """The common multiplier of all likely uplifts at which the NPV is zero, and the uplift of each line there."""

    multiplier: float | None
    uplifts: tuple[float, ...] = ()
    reason: str = ""


def scenario(case: Case, name: Name) -> Scenario:
    """One scenario: `low` takes low uplifts and adoption with high costs and error rates, `high` the opposite."""
    months, rate = case.assumptions.horizon_months, case.assumptions.discount_rate
    adoption = getattr(case.assumptions.adoption, name)
    worse: Name = OPPOSITE[name]
    gained = _sum([benefit_timing(line, months) * adoption * _at(line.uplift, name) for line in case.benefits], months)
    once = _sum([cost_timing(c, months) * _at(c.amount, worse) for c in case.costs if not c.recurs], months)
    running = _sum([cost_timing(c, months) * _at(c.amount, worse) for c in case.costs if c.recurs], months)
    errors = _sum([error_timing(line, months) * _at(line.rate, worse) for line in case.errors], months)
    flows = gained - once - running - errors
    return Scenario(
        benefit=float(gained.sum()),
        cost_once=float(once.sum()),
        cost_running=float(running.sum()),
        error_cost=float(errors.sum()),
        npv=present_value(flows, rate),
        payback=payback_month(flows),
        discounted_payback=payback_month(flows * discount_factors(rate, months)),
        cumulative=tuple(float(total) for total in np.cumsum(flows)),
    )


def break_even(case: Case) -> BreakEven:
    """The uplifts at which the likely NPV is zero, exactly: NPV(k) = k B - C is linear in a common multiplier k.

    B is the present value of the likely benefits, C that of the likely costs and errors, so k = C / B.
    """
    weights, adoption = Weights(case), case.assumptions.adoption.likely
    uplifts = np.array([line.uplift.likely for line in case.benefits])
    if not case.benefits:
        return BreakEven(None, reason="There is no benefit line, so no uplift pays for the costs.")
    if adoption == 0:
        return BreakEven(None, reason="Nobody uses the result at an adoption of zero, so no uplift pays for the costs.")
    gained = adoption * float(uplifts @ weights.benefits)
    if gained <= 0:
        return BreakEven(None, reason="The likely uplifts gain nothing within the horizon, at whatever multiple.")
    spent = float(np.array([c.amount.likely for c in case.costs]) @ weights.costs) if case.costs else 0.0
    spent += float(np.array([e.rate.likely for e in case.errors]) @ weights.errors) if case.errors else 0.0
    multiplier = spent / gained
    return BreakEven(multiplier, tuple(float(uplift) for uplift in multiplier * uplifts))


def _at(points: ThreePoint, name: Name) -> float:
    value: float = getattr(points, name)
    return value


def _sum(flows: list[Flows], months: int) -> Flows:
    return np.sum(flows, axis=0) if flows else np.zeros(months + 1)
