"""How long the distribution of a project's return takes."""

import time

from bench.lines import Line, percentile
from canvas.roi.inputs import Assumptions, Benefit, Case, Cost, ErrorLoss, ThreePoint
from canvas.roi.simulation import simulate

DRAWS = 20_000
TIMES = 15


def lines() -> list[Line]:
    """20,000 draws of a plan with 43 uncertain inputs."""
    case = _plan()
    simulate(case)
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        simulate(case)
        seconds.append(time.perf_counter() - began)
    beside = f"30 costs, 8 benefits, 4 errors and adoption, each uncertain; p95 of {TIMES}"
    return [Line(f"return on investment, {DRAWS:,} draws", 1000 * percentile(seconds, 0.95), "ms", 200, beside)]


def _plan() -> Case:
    amount, uplift = ThreePoint(100.0, 200.0, 400.0), ThreePoint(0.01, 0.03, 0.06)
    return Case(
        Assumptions(60, 0.08, ThreePoint(0.3, 0.5, 0.8), seed=1, draws=DRAWS),
        costs=tuple(Cost(f"c{n}", f"Cost {n}", amount, recurs=n % 2 == 0) for n in range(30)),
        benefits=tuple(Benefit(f"b{n}", f"Benefit {n}", 100_000.0, uplift) for n in range(8)),
        errors=tuple(ErrorLoss(f"e{n}", f"Error {n}", 10_000.0, uplift) for n in range(4)),
    )
