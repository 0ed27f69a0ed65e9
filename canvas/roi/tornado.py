"""Which uncertain input moves the net present value most, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from canvas.roi.cashflow import Weights
from canvas.roi.inputs import Case, ThreePoint


@dataclass(frozen=True)
class Swing:
    """The NPV when one input is at its low and at its high, and all others are as expected."""

    key: str
    label: str
    kind: str
    points: ThreePoint
    npv_low: float
    npv_high: float

    @property
    def size(self) -> float:
        """How far the NPV moves."""
        return abs(self.npv_high - self.npv_low)


def swings(case: Case) -> list[Swing]:
    """Every input whose low and high give different NPVs, the largest swing first; equal ones by label."""
    found = [swing for swing in _each(case) if swing.size > 0]
    return sorted(found, key=lambda swing: (-swing.size, swing.label, swing.key))


def _each(case: Case) -> Iterator[Swing]:
    weights, adoption = Weights(case), case.assumptions.adoption
    gained = float(np.sum([w * b.uplift.likely for w, b in zip(weights.benefits, case.benefits, strict=True)]))
    spent = float(np.sum([w * c.amount.likely for w, c in zip(weights.costs, case.costs, strict=True)]))
    lost = float(np.sum([w * e.rate.likely for w, e in zip(weights.errors, case.errors, strict=True)]))
    likely = adoption.likely * gained - spent - lost

    def moved(key: str, label: str, kind: str, points: ThreePoint, slope: float) -> Swing:
        # The NPV is linear in each single input.
        low, high = (likely + slope * (value - points.likely) for value in (points.low, points.high))
        return Swing(key, label, kind, points, float(low), float(high))

    yield moved("adoption", "Adoption", "adoption", adoption, gained)
    for weight, benefit in zip(weights.benefits, case.benefits, strict=True):
        yield moved(benefit.key, benefit.label, "uplift", benefit.uplift, adoption.likely * weight)
    for weight, cost in zip(weights.costs, case.costs, strict=True):
        yield moved(cost.key, cost.label, "cost", cost.amount, -weight)
    for weight, error in zip(weights.errors, case.errors, strict=True):
        yield moved(error.key, error.label, "error", error.rate, -weight)
