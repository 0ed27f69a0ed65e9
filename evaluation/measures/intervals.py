"""Closed forms of 95 % intervals, each with its name in the literature; no metric is known here.

Only `scipy.special` is used: importing `scipy.stats` would add two seconds to the start of every worker.
"""

from collections.abc import Callable

import numpy as np
from scipy import special

from evaluation.measures.samples import Counts, Numbers, ScoreGroups

CONFIDENCE = 0.95
Z = float(special.ndtri(0.5 + CONFIDENCE / 2))

Bounds = tuple[float, float]


def wilson(successes: float, trials: float) -> Bounds:
    """Wilson's score interval of a proportion, without continuity correction."""
    share = successes / trials
    spread = Z * np.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    centre = share + Z**2 / (2 * trials)
    scale = 1 + Z**2 / trials
    # At 0 and n successes the formula is exactly 0 and 1, which floating point misses by a hair.
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == trials else (centre + spread) / scale
    return float(low), float(high)


def mean_of_proportions(successes: Counts, trials: Counts) -> Bounds:
    """The mean of independent proportions, from their Wilson intervals (Zou and Donner's MOVER)."""
    shares = successes / trials
    bounds = np.array([wilson(s, t) for s, t in zip(successes, trials, strict=True)])
    below = np.sqrt(np.sum((shares - bounds[:, 0]) ** 2)) / len(shares)
    above = np.sqrt(np.sum((bounds[:, 1] - shares) ** 2)) / len(shares)
    return float(shares.mean() - below), float(shares.mean() + above)


def difference(value: float, bounds: Bounds, other: float, other_bounds: Bounds) -> Bounds:
    """The difference of two numbers from their own intervals (MOVER), as if they were independent."""
    below = np.hypot(value - bounds[0], other_bounds[1] - other)
    above = np.hypot(bounds[1] - value, other - other_bounds[0])
    return float(value - other - below), float(value - other + above)


def student(rows: int) -> float:
    """The 97.5 % point of Student's t for the mean of so many rows."""
    return float(special.stdtrit(rows - 1, 0.5 + CONFIDENCE / 2))


def standard_error(contributions: Numbers) -> float:
    """The standard error of the mean of independent rows."""
    return float(np.std(contributions, ddof=1) / np.sqrt(len(contributions)))


def mean(values: Numbers) -> Bounds:
    """Student's t interval of a mean."""
    half = student(len(values)) * standard_error(values)
    centre = float(np.mean(values))
    return centre - half, centre + half


def on_log_scale(centre: float, error: float, rows: int) -> Bounds:
    """A t interval made on the logarithm, for quantities that cannot fall below zero."""
    if centre <= 0:
        return centre, centre
    factor = float(np.exp(student(rows) * error / centre))
    return centre / factor, centre * factor


def quantile_ranks(rows: int, level: float) -> tuple[int, int] | None:
    """Positions (from 0) of the two ordered values that enclose a quantile, or None when rows are too few."""
    tail = (1 - CONFIDENCE) / 2
    low = _binomial_quantile(tail, rows, level) - 1
    high = _binomial_quantile(1 - tail, rows, level)
    if low < 0 or high >= rows:
        return None
    return low, high


def _binomial_quantile(share: float, rows: int, level: float) -> int:
    """The fewest successes that at least this share of samples does not exceed."""
    count = int(np.ceil(special.bdtrik(share, rows, level)))
    # The inverse is continuous, and may land one too high.
    return count - 1 if count > 0 and special.bdtr(count - 1, rows, level) >= share else count


def rows_for_quantile(level: float) -> int:
    """The fewest rows from which a quantile's interval can be given."""
    rows = 2
    while quantile_ranks(rows, level) is None:
        rows += 1
    return rows


def area_under_curve(groups: ScoreGroups) -> tuple[float, float]:
    """The area under the ROC curve and DeLong's standard error, from counts per distinct score."""
    for_positives, for_negatives = placements(groups)
    positives, negatives = groups.positives, groups.negatives
    total_positives, total_negatives = positives.sum(), negatives.sum()
    area = float(np.sum(positives * for_positives) / total_positives)
    variance = _placement_variance(positives, for_positives, area) / total_positives
    variance += _placement_variance(negatives, for_negatives, area) / total_negatives
    return area, float(np.sqrt(variance))


def placements(groups: ScoreGroups) -> tuple[Numbers, Numbers]:
    """For each score: the share of negatives it beats, and the share of positives that beat it; ties count half."""
    positives, negatives = groups.positives, groups.negatives
    beaten = negatives.sum() - np.cumsum(negatives) + negatives / 2
    beating = np.cumsum(positives) - positives / 2
    return beaten / negatives.sum(), beating / positives.sum()


def _placement_variance(counts: Counts, placed: Numbers, area: float) -> float:
    """The variance of placements over rows; a single row has none to offer, and is taken at its widest."""
    rows = int(counts.sum())
    if rows == 1:
        return area * (1 - area)
    return float(np.sum(counts * (placed - area) ** 2) / (rows - 1))


def logit_area(area: float, error: float) -> Bounds:
    """DeLong's interval made on the logit, so that it stays between 0 and 1."""
    if error == 0:
        return area, area
    half = Z * error / (area * (1 - area))
    centre = special.logit(area)
    return float(special.expit(centre - half)), float(special.expit(centre + half))


def extreme_area(area: float, positives: int, negatives: int) -> Bounds:
    """Newcombe's score interval (his method 5) for an area of exactly 0 or 1, where DeLong's has no width."""
    extra = (positives + negatives) / 2 - 1

    def excess(theta: float) -> float:
        spread = 1 + extra * (1 - theta) / (2 - theta) + extra * theta / (1 + theta)
        variance = theta * (1 - theta) * spread / (positives * negatives)
        return float((theta - area) ** 2 - Z**2 * variance)

    if area == 1:
        return _root(excess, 1e-9, 1 - 1e-12), 1.0
    return 0.0, _root(excess, 1 - 1e-9, 1e-12)


def _root(excess: Callable[[float], float], far: float, near: float) -> float:
    """Where the excess changes sign, by halving, or the far end when so few rows allow anything."""
    if excess(far) <= 0:
        return float(round(far))
    for _ in range(60):
        middle = (far + near) / 2
        far, near = (middle, near) if excess(middle) > 0 else (far, middle)
    return (far + near) / 2


def logit_share(share: float, rows: int) -> Bounds:
    """An interval made on the logit with a proportion's variance, as Boyd and others advise for average precision."""
    if share in (0.0, 1.0):
        return wilson(share * rows, rows)
    half = Z / np.sqrt(rows * share * (1 - share))
    centre = special.logit(share)
    return float(special.expit(centre - half)), float(special.expit(centre + half))


def largest_gap(groups: ScoreGroups, bias: float) -> Bounds:
    """The gap between two cumulative shares, by Newcombe's method 10 at the cut-off where it is largest.

    The largest of many gaps is too large by chance, so the lower bound is lowered by the bias resampling shows.
    """
    found, alarms = np.cumsum(groups.positives), np.cumsum(groups.negatives)
    shares, others = found / found[-1], alarms / alarms[-1]
    at = int(np.argmax(shares - others))
    low, high = wilson(int(found[at]), int(found[-1]))
    other_low, other_high = wilson(int(alarms[at]), int(alarms[-1]))
    below = np.hypot(shares[at] - low, other_high - others[at])
    above = np.hypot(high - shares[at], others[at] - other_low)
    gap = float(shares[at] - others[at])
    return gap - float(below) - max(bias, 0.0), gap + float(above)


def percentile(draws: Numbers) -> Bounds:
    """The middle 95 % of resampled values."""
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(draws, [tail, 100 - tail])
    return float(low), float(high)


def widened(value: float, bounds: Bounds) -> Bounds:
    """Bounds that hold the value, however far its bias was taken out of them."""
    return min(bounds[0], value), max(bounds[1], value)


def around(value: float, draws: Numbers) -> Bounds:
    """A normal interval with the spread of resampled values, reaching further where resampling shows a bias."""
    bias = float(np.mean(draws)) - value
    half = Z * float(np.std(draws, ddof=1))
    return value - max(bias, 0.0) - half, value - min(bias, 0.0) + half
