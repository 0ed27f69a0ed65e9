"""Fleiss' kappa of any number of labelers who gave each row the same number of labels.

Fleiss (1971), Measuring nominal scale agreement among many raters, Psychological Bulletin 76(5). The interval rests on
the large-sample variance of Gwet (2021), Large-sample variance of Fleiss generalized kappa, Educational and
Psychological Measurement 81(4), which holds whether or not labelers agree.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from data.agreement.ratings import MISSING, Figure, Floats, Ratings

NAME = "Fleiss' kappa"
METHOD = "asymptotic, Gwet 2021"


def kappa(ratings: Ratings) -> Figure:
    """Fleiss' kappa of a table of labels, with a 95 % interval; without a value where it does not apply."""
    rows = ratings.rows
    least, most = (int(ratings.per_row.min()), int(ratings.per_row.max())) if rows else (0, 0)
    if least != most:
        return Figure(
            NAME, METHOD, rows,
            reason=f"It asks for the same number of labels in every row; these rows have from {least} to {most}. "
            "Read Krippendorff's alpha instead.",
        )  # fmt: skip
    if most < 2:
        return Figure(NAME, METHOD, rows, reason="Every row needs at least two labels.")
    return of_counts(counts(ratings))


def of_counts(table: NDArray[np.int64]) -> Figure:
    """Fleiss' kappa of rows × labels counts whose rows all add up to the same number."""
    rows, each = len(table), int(table[0].sum())
    shares: Floats = table / each
    overall = shares.mean(axis=0)
    expected = float((overall**2).sum())
    if np.isclose(expected, 1.0, rtol=0, atol=1e-12):
        return Figure(NAME, METHOD, rows, reason="Every label is the same, so chance alone explains all agreement.")
    alike = (table * (table - 1)).sum(axis=1) / (each * (each - 1))
    value = (float(alike.mean()) - expected) / (1 - expected)
    if rows < 2:
        return Figure(NAME, METHOD, rows, value, reason="One row is too few for an interval.")
    # Each row's own pull on kappa: through the agreement in it, and through what it adds to the agreement by chance.
    pull = (alike - expected) / (1 - expected) - 2 * (1 - value) * (shares @ overall - expected) / (1 - expected)
    error = float(np.sqrt(((pull - value) ** 2).sum() / (rows - 1) / rows))
    reach = float(stats.t.ppf(0.975, rows - 1)) * error
    return Figure(NAME, METHOD, rows, value, max(value - reach, -1.0), min(value + reach, 1.0))


def counts(ratings: Ratings) -> NDArray[np.int64]:
    """How often each row got each label, rows × labels."""
    size = len(ratings.labels)
    row, column = np.nonzero(ratings.codes != MISSING)
    cells = row * size + ratings.codes[row, column]
    return np.bincount(cells, minlength=ratings.rows * size).reshape(ratings.rows, size)
