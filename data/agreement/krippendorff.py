"""Krippendorff's alpha of any number of labelers, rows with missing labels included.

Krippendorff (2011), Computing Krippendorff's alpha-reliability: nominal, ordinal and interval difference functions.
The interval is the percentile bootstrap over rows. Rows with the same labels are alike, so that drawing rows with
replacement is drawing how often each distinct row comes: a multinomial draw, whose cost does not grow with the rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data.agreement.ratings import INTERVAL, MISSING, NOMINAL, ORDINAL, Figure, Floats, Ratings

NAMES = {
    NOMINAL: "Krippendorff's alpha, nominal",
    ORDINAL: "Krippendorff's alpha, ordinal",
    INTERVAL: "Krippendorff's alpha, interval",
}
DRAWS = 1000
FEWEST_USABLE = 0.95
# How many numbers one step of the bootstrap may hold at once.
CELLS_AT_ONCE = 4_000_000
NOT_PAIRED = "No row has labels of two labelers, so that there is nothing to compare."
ALL_ALIKE = "Every label is the same, so that chance alone explains all agreement."


@dataclass(frozen=True)
class _Patterns:
    """The distinct rows that have at least two labels, and how often each occurs.

    `counts` is patterns × labels; `pairs` is patterns × labels², what a row adds to the table of coincidences.
    """

    times: NDArray[np.int64]
    counts: sparse.csr_array
    pairs: sparse.csr_array

    @property
    def rows(self) -> int:
        return int(self.times.sum())


def alpha(ratings: Ratings, *, scale: str = "", seed: int = 0, draws: int = DRAWS) -> Figure:
    """Alpha on the ratings' scale or another, with a 95 % interval from `draws` seeded resamples of the rows."""
    scale = scale or ratings.scale
    found = _patterns(ratings)
    name, method = NAMES[scale], f"percentile bootstrap over rows, {draws:,} draws, seed {seed}"
    if not found.rows:
        return Figure(name, method, 0, reason=NOT_PAIRED)
    points = np.asarray(ratings.values if scale == INTERVAL else range(len(ratings.labels)), dtype=np.float64)
    value = float(_alphas(found, found.times[None, :].astype(np.float64), scale, points)[0])
    if np.isnan(value):
        return Figure(name, method, found.rows, reason=ALL_ALIKE)
    if found.rows < 2:
        return Figure(name, method, found.rows, value, reason="One row is too few for an interval.")
    drawn = _resampled(found, scale, points, np.random.default_rng(seed), draws)
    usable = drawn[~np.isnan(drawn)]
    if len(usable) < FEWEST_USABLE * draws:
        reason = "In too many resamples every label is the same: there is too little variety for an interval."
        return Figure(name, method, found.rows, value, reason=reason)
    lower, upper = (float(end) for end in np.quantile(usable, (0.025, 0.975)))
    return Figure(name, method, found.rows, value, lower, upper)


def _resampled(
    found: _Patterns, scale: str, points: Floats, generator: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    shares = found.times / found.rows
    widest = max(len(shares), found.pairs.shape[1] if scale == ORDINAL else found.counts.shape[1])
    step = max(1, min(draws, CELLS_AT_ONCE // widest))
    parts = [
        _alphas(found, _drawn(found, shares, generator, min(step, draws - start)), scale, points)
        for start in range(0, draws, step)
    ]
    return np.concatenate(parts)


def _drawn(found: _Patterns, shares: Floats, generator: np.random.Generator, draws: int) -> Floats:
    """How often each pattern comes in each resample, draws × patterns."""
    patterns = len(shares)
    # With nearly as many patterns as rows, drawing the rows themselves is the shorter way to the same distribution.
    if patterns * 4 < found.rows:
        return generator.multinomial(found.rows, shares, size=draws).astype(np.float64)
    which = np.repeat(np.arange(patterns), found.times)
    rows = [np.bincount(which[generator.integers(0, found.rows, found.rows)], minlength=patterns) for _ in range(draws)]
    return np.asarray(rows, dtype=np.float64)


def _alphas(found: _Patterns, weights: Floats, scale: str, points: Floats) -> NDArray[np.float64]:
    """Alpha for each row of weights (how often each pattern counts); NaN where every label is the same."""
    totals: Floats = weights @ found.counts
    n = totals.sum(axis=1)
    if scale == ORDINAL:
        observed, expected = _by_rank(found, weights, totals)
    else:
        observed = weights @ _disagreement(found, scale, points)
        expected = _spread(totals, n, scale, points)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1.0 - (n - 1) * observed / expected, np.nan)


def _disagreement(found: _Patterns, scale: str, points: Floats) -> NDArray[np.float64]:
    """What each pattern adds to the observed disagreement: its differences over all pairs of its labels."""
    size = found.counts.sum(axis=1)
    if scale == NOMINAL:
        alike = found.counts.multiply(found.counts).sum(axis=1)
        return np.asarray((size**2 - alike) / (size - 1))
    centred = points - points.mean()
    first, second = found.counts @ centred, found.counts @ centred**2
    return np.asarray(2 * (size * second - first**2) / (size - 1)).clip(min=0.0)


def _spread(totals: Floats, n: NDArray[np.float64], scale: str, points: Floats) -> NDArray[np.float64]:
    """The disagreement over all pairs of all labels, whoever gave them."""
    if scale == NOMINAL:
        return np.asarray(n**2 - (totals**2).sum(axis=1))
    centred = points - points.mean()
    several = (totals > 0).sum(axis=1) > 1
    return np.asarray(np.where(several, 2 * (n * (totals @ centred**2) - (totals @ centred) ** 2), 0.0))


def _by_rank(found: _Patterns, weights: Floats, totals: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Observed and expected disagreement where the distance of two labels is how many labels lie between them."""
    size = totals.shape[1]
    middle = np.cumsum(totals, axis=1) - totals / 2
    apart = (middle[:, :, None] - middle[:, None, :]) ** 2
    pairs = (weights @ found.pairs).reshape(-1, size, size)
    observed = (pairs * apart).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * apart).sum(axis=(1, 2))
    return observed, expected


def _patterns(ratings: Ratings) -> _Patterns:
    size = len(ratings.labels)
    # Who gave a label does not matter, so each row is sorted before rows are compared.
    paired = np.sort(ratings.codes[ratings.per_row >= 2], axis=1)
    if not len(paired):
        empty = sparse.csr_array((0, size))
        return _Patterns(np.zeros(0, dtype=np.int64), empty, sparse.csr_array((0, size * size)))
    distinct, times = np.unique(np.ascontiguousarray(paired), axis=0, return_counts=True)
    counts = _counts(distinct, size)
    return _Patterns(times.astype(np.int64), counts, _pairs(distinct, size) if ratings.scale == ORDINAL else counts)


def _counts(distinct: NDArray[np.int32], size: int) -> sparse.csr_array:
    row, column = np.nonzero(distinct != MISSING)
    ones = np.ones(len(row))
    return sparse.coo_array((ones, (row, distinct[row, column])), shape=(len(distinct), size)).tocsr()


def _pairs(distinct: NDArray[np.int32], size: int) -> sparse.csr_array:
    labelers = distinct.shape[1]
    each = (distinct != MISSING).sum(axis=1)
    rows, cells = [], []
    for one in range(labelers):
        for other in range(labelers):
            if one != other:
                both = np.flatnonzero((distinct[:, one] != MISSING) & (distinct[:, other] != MISSING))
                rows.append(both)
                cells.append(distinct[both, one].astype(np.int64) * size + distinct[both, other])
    row, cell = np.concatenate(rows), np.concatenate(cells)
    shares = 1.0 / (each[row] - 1)
    return sparse.coo_array((shares, (row, cell)), shape=(len(distinct), size * size)).tocsr()
