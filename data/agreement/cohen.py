"""Cohen's kappa of two labelers, plain or weighted.

Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20(1);
Cohen (1968), Weighted kappa, Psychological Bulletin 70(4). The interval rests on the large-sample standard error of
Fleiss, Cohen and Everitt (1969), Large sample standard errors of kappa and weighted kappa, Psychological Bulletin 72(5).
"""

import numpy as np

from data.agreement.ratings import MISSING, Codes, Figure, Floats

Z95 = 1.959963984540054
PLAIN, LINEAR, QUADRATIC = "plain", "linear", "quadratic"
METHOD = "asymptotic, Fleiss, Cohen and Everitt 1969"
NAMES = {
    PLAIN: "Cohen's kappa",
    LINEAR: "Cohen's kappa, linear weights",
    QUADRATIC: "Cohen's kappa, quadratic weights",
}


def cross_table(first: Codes, second: Codes, size: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """How often two labelers gave each two labels, `size` × `size`; rows that either left out do not count."""
    both = (first != MISSING) & (second != MISSING)
    cells = first[both].astype(np.int64) * size + second[both]
    return np.bincount(cells, minlength=size * size).reshape(size, size)


def kappa(table: np.ndarray[tuple[int, int], np.dtype[np.int64]], apart: Floats, *, weights: str = PLAIN) -> Figure:
    """Cohen's kappa of a table of counts, with a 95 % interval.

    `apart` is how far apart labels are, from 0 to 1; linear weights take it as it is, quadratic ones its square, and
    plain kappa counts every difference alike.
    """
    n = int(table.sum())
    found = Figure(NAMES[weights], METHOD, n)
    if n == 0:
        return _without(found, "The two labelers share no row.")
    shares = table / n
    given, other = shares.sum(axis=1), shares.sum(axis=0)
    if max(given.max(), other.max()) == 1.0 and given.argmax() == other.argmax():
        return _without(found, "Both gave one and the same label to every row, so chance alone explains all agreement.")
    agreement = _agreement(apart, weights)
    observed = float((agreement * shares).sum())
    expected = float(given @ agreement @ other)
    if np.isclose(expected, 1.0, rtol=0, atol=1e-12):
        return _without(found, "Chance alone explains all agreement.")
    value = (observed - expected) / (1 - expected)
    means = (agreement @ other)[:, None] + (agreement.T @ given)[None, :]
    spread = (shares * (agreement - means * (1 - value)) ** 2).sum() - (value - expected * (1 - value)) ** 2
    error = float(np.sqrt(max(spread, 0.0) / n)) / (1 - expected)
    if n < 2:
        return Figure(found.name, METHOD, n, value, reason="One shared row is too few for an interval.")
    return Figure(found.name, METHOD, n, value, max(value - Z95 * error, -1.0), min(value + Z95 * error, 1.0))


def _agreement(apart: Floats, weights: str) -> Floats:
    if weights == PLAIN:
        return np.eye(len(apart))
    return 1.0 - (apart if weights == LINEAR else apart**2)


def _without(found: Figure, reason: str) -> Figure:
    return Figure(found.name, found.method, found.n, reason=reason)
