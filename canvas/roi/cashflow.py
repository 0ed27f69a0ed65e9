"""When money flows and what it is worth today.

Month 0 is the day before the first month; the flows of month t = 1 ... H fall at its end. With a yearly discount rate r,
compounded, the factor of month t is

    d(t) = (1 + r) ** (-t / 12)            so that d(12) = 1 / (1 + r)

and the net present value of flows c(0) ... c(H) is  NPV = sum over t of c(t) d(t).  An uplift u, adoption a, yearly
volume V and unit value p gain  V p u a / 12  in every month from the line's first to H.  A cost is paid once, or in each
of its months; an error rate e with yearly volume V and unit cost k costs  V k e / 12  in every month, whether or not the
result is used.
"""

import numpy as np
from numpy.typing import NDArray

from canvas.roi.inputs import Benefit, Case, Cost, ErrorLoss

Flows = NDArray[np.float64]


def discount_factors(rate: float, months: int) -> Flows:
    """The factors d(0) ... d(months) of a yearly compounded rate, as an array of months + 1 shares."""
    return np.power(1.0 + rate, -np.arange(months + 1) / 12.0)


def cost_timing(cost: Cost, months: int) -> Flows:
    """How often an amount is paid in each of the months 0 ... `months`; a month after the horizon is never paid."""
    timing = np.zeros(months + 1)
    if not cost.recurs:
        first = max(cost.first_month, 0)
        timing[first : first + 1] = 1.0
        return timing
    last = months if cost.last_month is None else min(cost.last_month, months)
    timing[max(cost.first_month, 1) : max(last, 0) + 1] = 1.0
    return timing


def benefit_timing(benefit: Benefit, months: int) -> Flows:
    """What an uplift of 1 at full adoption gains in each of the months 0 ... `months`."""
    timing = np.zeros(months + 1)
    timing[max(benefit.first_month, 1) :] = benefit.worth / 12.0
    return timing


def error_timing(error: ErrorLoss, months: int) -> Flows:
    """What an error rate of 1 costs in each of the months 0 ... `months`."""
    timing = np.full(months + 1, error.worth / 12.0)
    timing[0] = 0.0
    return timing


def present_value(flows: Flows, rate: float) -> float:
    """The net present value of flows in the months 0, 1, 2 ..., at a yearly compounded rate."""
    return float(flows @ discount_factors(rate, len(flows) - 1))


def payback_month(flows: Flows) -> int | None:
    """The month from which the running total is, and stays, at or above zero; None when it is below at the end.

    A total within one part in 10^12 of all money moved counts as zero: adding binary fractions is not exact.
    """
    totals = np.cumsum(flows)
    slack = 1e-12 * float(np.abs(flows).sum())
    below = np.flatnonzero(totals < -slack)
    if not len(below):
        return 0
    month = int(below[-1]) + 1
    return month if month < len(flows) else None


class Weights:
    """What one unit of each line is worth today: the NPV is linear in every line once timing is weighed.

    NPV = a (u · benefits) - (c · costs) - (e · errors), with one array of weights for each kind of line.
    """

    def __init__(self, case: Case) -> None:
        months, rate = case.assumptions.horizon_months, case.assumptions.discount_rate
        self.costs = np.array([present_value(cost_timing(line, months), rate) for line in case.costs])
        self.benefits = np.array([present_value(benefit_timing(line, months), rate) for line in case.benefits])
        self.errors = np.array([present_value(error_timing(line, months), rate) for line in case.errors])
