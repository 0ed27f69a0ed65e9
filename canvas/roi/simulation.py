"""The distribution of the net present value when every uncertain input is drawn at once.

Each three-point estimate (a, m, b) is a PERT distribution: a beta distribution on [a, b] with

    alpha = 1 + 4 (m - a) / (b - a),   beta = 1 + 4 (b - m) / (b - a),   mean = (a + 4 m + b) / 6

after Malcolm, Roseboom, Clark and Fazar, "Application of a Technique for Research and Development Program Evaluation",
Operations Research 7 (1959), 646-669; the exponent 4 is the usual one of Vose, Risk Analysis (2008). Inputs are drawn
independently of each other; adoption is one draw for all lines. Draws come from NumPy's PCG64 with the seed given, so
the same case and seed give the same figures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from canvas.roi.cashflow import Weights
from canvas.roi.inputs import Case, ThreePoint

METHOD = "pert"
BARS = 32
Draws = NDArray[np.float64]


@dataclass(frozen=True)
class Distribution:
    """What the draws of the NPV look like."""

    draws: int
    seed: int
    mean: float
    deviation: float
    p5: float
    p50: float
    p95: float
    probability_positive: float
    edges: tuple[float, ...]
    counts: tuple[int, ...]


def simulate(case: Case) -> Distribution:
    """The distribution of the NPV over seeded draws of all uncertain inputs."""
    npv = draw_npv(case)
    p5, p50, p95 = np.percentile(npv, (5, 50, 95))
    counts, edges = _histogram(npv)
    return Distribution(
        draws=len(npv),
        seed=case.assumptions.seed,
        mean=float(npv.mean()),
        deviation=float(npv.std()),
        p5=float(p5),
        p50=float(p50),
        p95=float(p95),
        probability_positive=float((npv > 0).mean()),
        edges=tuple(float(edge) for edge in edges),
        counts=tuple(int(count) for count in counts),
    )


def draw_npv(case: Case) -> Draws:
    """One NPV for each draw, as an array of `draws` amounts."""
    size, weights = case.assumptions.draws, Weights(case)
    generator = np.random.Generator(np.random.PCG64(case.assumptions.seed))
    adoption = _drawn(generator, case.assumptions.adoption, size)
    gained = _weighted(generator, [line.uplift for line in case.benefits], weights.benefits, size)
    spent = _weighted(generator, [line.amount for line in case.costs], weights.costs, size)
    lost = _weighted(generator, [line.rate for line in case.errors], weights.errors, size)
    return adoption * gained - spent - lost


def _weighted(generator: np.random.Generator, lines: list[ThreePoint], weights: Draws, size: int) -> Draws:
    """The weighted sum of one draw of each line; lines that are known, or weigh nothing, are not drawn."""
    total = np.zeros(size)
    for line, weight in zip(lines, weights, strict=True):
        if line.is_known or weight == 0:
            total += line.likely * weight
        else:
            total += weight * _drawn(generator, line, size)
    return total


def _drawn(generator: np.random.Generator, points: ThreePoint, size: int) -> Draws:
    span = points.high - points.low
    if not span:
        return np.full(size, points.likely)
    alpha = 1.0 + 4.0 * (points.likely - points.low) / span
    beta = 1.0 + 4.0 * (points.high - points.likely) / span
    return points.low + span * generator.beta(alpha, beta, size)


def _histogram(values: Draws) -> tuple[NDArray[np.int64], Draws]:
    """Counts in equal bars; a single bar where all draws are alike."""
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-9 * max(abs(low), abs(high), 1.0):
        return np.array([len(values)]), np.array([low, high if high > low else low])
    counts, edges = np.histogram(values, bins=BARS)
    return counts, edges
