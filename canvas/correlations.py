"""How two KPIs moved together on the days when both were measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

FEWEST_PAIRS = 5
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Correlation:
    """Pearson's r of paired readings with its 95 % interval by Fisher's transformation, or why there is none."""

    n: int
    r: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def correlate(one: Mapping[date, float], other: Mapping[date, float]) -> Correlation:
    """The correlation of two measures over their common days.

    r = cov(x, y) / (s_x s_y); the interval is tanh(artanh r ± 1.96 / sqrt(n - 3)) after Fisher (1921). Fewer than five
    common days, or a measure that never moves, give none.
    """
    days = sorted(one.keys() & other.keys())
    n = len(days)
    if n < FEWEST_PAIRS:
        return Correlation(n, reason=f"{n} common day{'s' * (n != 1)}; {FEWEST_PAIRS} are needed.")
    x, y = np.array([one[day] for day in days]), np.array([other[day] for day in days])
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return Correlation(n, reason="One of the two never moved, so there is nothing to correlate.")
    # Scaled first: the squares of very large readings would overflow.
    x, y = x / np.abs(x).max(), y / np.abs(y).max()
    r = float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))
    if abs(r) > 1 - 1e-12:
        return Correlation(n, r, r, r)
    z, half = math.atanh(r), NORMAL_95 / math.sqrt(n - 3)
    return Correlation(n, r, math.tanh(z - half), math.tanh(z + half))


def verdict_on(sign: str, found: Correlation) -> tuple[str, str]:
    """What a correlation says about an expected sign: a verdict (`planned`, `evidenced` or `contradicted`) and why."""
    expected = {"+": "rise together", "-": "move against each other"}.get(sign)
    if found.r is None or found.low is None or found.high is None:
        return "planned", found.reason
    shown = f"r = {found.r:.2f} (95 % interval {found.low:.2f} to {found.high:.2f}) over {found.n} common days".replace(
        "-", "−"
    )
    if expected is None:
        return "planned", f"{shown}; no sign is expected of it yet."
    agrees = (found.r > 0) == (sign == "+")
    certain = found.low > 0 or found.high < 0
    if certain and agrees:
        return "evidenced", f"{shown}: they {expected}, as expected."
    if certain:
        return "contradicted", f"{shown}: they were expected to {expected}, and do the opposite."
    return "planned", f"{shown}: not enough to tell whether they {expected}, as expected."
