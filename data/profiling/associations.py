"""How strongly one column tells another: the textbook measures, from sums and tables gathered in one pass."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def pearson(sums: Sequence[float] | Floats) -> float | None:
    """Pearson's r from n and the sums of x, y, x², y² and xy; None when one side is constant."""
    n, x, y, xx, yy, xy = sums
    across, down = n * xx - x * x, n * yy - y * y
    if n < 2 or across <= 1e-12 * max(n * xx, 1e-300) or down <= 1e-12 * max(n * yy, 1e-300):
        return None
    return float(np.clip((n * xy - x * y) / np.sqrt(across * down), -1.0, 1.0))


def correlation_ratio(counts: Floats, sums: Floats, squares: Floats) -> float | None:
    """η: the square root of the share of a number's variance that lies between groups; None when it has none.

    Takes each group's count, sum and sum of squares.
    """
    filled = counts > 0
    counts, sums = counts[filled], sums[filled]
    n = counts.sum()
    if n < 2 or len(counts) < 2:
        return None
    mean = sums.sum() / n
    total = squares[filled].sum() - n * mean**2
    between = float((counts * np.square(sums / counts - mean)).sum())
    if total <= 1e-12 * max(squares.sum(), 1e-300):
        return None
    return float(np.sqrt(np.clip(between / total, 0.0, 1.0)))


def cramers_v(table: Floats) -> float | None:
    """Cramér's V of a table of counts, without correction; None when a side has a single value."""
    table = _without_empty(table)
    smaller = min(table.shape) - 1
    if smaller < 1:
        return None
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    chi = float((np.square(table - expected) / expected).sum())
    return float(np.sqrt(np.clip(chi / (table.sum() * smaller), 0.0, 1.0)))


def uncertainty_explained(table: Floats) -> float | None:
    """Theil's U: the share of the columns' entropy that the rows explain, 0 to 1; None when there is none to explain."""
    table = _without_empty(table)
    if table.size == 0 or table.shape[1] < 2:
        return None
    n = table.sum()
    of_columns = _entropy(table.sum(0) / n)
    joint = _entropy(table.ravel() / n) - _entropy(table.sum(1) / n)
    return float(np.clip(1.0 - joint / of_columns, 0.0, 1.0))


def purity(table: Floats) -> float | None:
    """The share of rows that are right when every value of the rows stands for its most frequent column."""
    return float(table.max(1).sum() / table.sum()) if table.sum() else None


def auc(values: Floats, positive: Floats, negative: Floats) -> float | None:
    """The area under the ROC curve of a number, from weights of both classes at ascending values; ties count half."""
    if positive.sum() <= 0 or negative.sum() <= 0:
        return None
    order = np.argsort(values, kind="stable")
    values, positive, negative = values[order], positive[order], negative[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    above = np.add.reduceat(positive, starts)
    below = np.add.reduceat(negative, starts)
    behind = np.cumsum(below) - below
    return float((above * (behind + below / 2)).sum() / (positive.sum() * negative.sum()))


def _entropy(shares: Floats) -> float:
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _without_empty(table: Floats) -> Floats:
    table = table[table.sum(1) > 0]
    kept: Floats = table[:, table.sum(0) > 0]
    return kept
