"""All questions asked of one case at once, answered as plain JSON; `canvas.roi` names the keys."""

from dataclasses import asdict
from typing import Any

from canvas.roi.inputs import Case, Impossible
from canvas.roi.scenarios import NAMES, Scenario, break_even, scenario
from canvas.roi.simulation import METHOD, simulate
from canvas.roi.tornado import swings

LARGEST = 1e100

Results = dict[str, Any]  # Any: JSON, as the package's docstring lists it


def estimate(case: Case) -> Results:
    """Scenarios, break-even, distribution and tornado of a case; raises Impossible where sums are beyond all numbers."""
    results: Results = {name: scenario_results(scenario(case, name)) for name in NAMES}
    if not _can_be_kept(results):
        raise Impossible("The amounts are too large to be added up. Look for a volume or a value with zeros too many.")
    return results | {
        "break_even": _break_even(case),
        "distribution": _distribution(case),
        "tornado": _tornado(case),
        "roi_likely": results["likely"]["roi"],
        "hurdle_rate": case.assumptions.hurdle_rate,
    }


def _can_be_kept(value: Any) -> bool:  # Any: part of the results
    """Whether every number is one whose square is a number too, as a deviation needs it."""
    match value:
        case dict():
            return all(map(_can_be_kept, value.values()))
        case list():
            return all(map(_can_be_kept, value))
        case float():
            return abs(value) < LARGEST
    return True


def scenario_results(found: Scenario) -> Results:
    """One scenario as plain JSON."""
    return {
        "benefit": found.benefit,
        "cost_once": found.cost_once,
        "cost_running": found.cost_running,
        "error_cost": found.error_cost,
        "total_cost": found.total_cost,
        "net": found.net,
        "roi": found.roi,
        "npv": found.npv,
        "payback_month": found.payback,
        "discounted_payback_month": found.discounted_payback,
        "cumulative": list(found.cumulative),
    }


def _break_even(case: Case) -> Results:
    found = break_even(case)
    lines = zip(case.benefits, found.uplifts, strict=False)
    return {
        "multiplier": found.multiplier,
        "reason": found.reason,
        "lines": [{"key": line.key, "label": line.label, "uplift": uplift} for line, uplift in lines],
    }


def _distribution(case: Case) -> Results:
    found = asdict(simulate(case))
    edges, counts = list(found.pop("edges")), list(found.pop("counts"))
    return {"method": METHOD, **found, "histogram": {"edges": edges, "counts": counts}}


def _tornado(case: Case) -> list[Results]:
    return [
        {
            "key": swing.key,
            "label": swing.label,
            "kind": swing.kind,
            **asdict(swing.points),
            "npv_low": swing.npv_low,
            "npv_high": swing.npv_high,
            "swing": swing.size,
        }
        for swing in swings(case)
    ]
