"""Everything that is measured of one table of labels, as plain values that can be stored."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np

from data.agreement import cohen, counting, fleiss, krippendorff
from data.agreement.ratings import INTERVAL, MISSING, NOMINAL, Figure, Floats, Ratings, distances

# Beyond so many labelers, the pairs would fill a book.
MOST_PAIRED = 20
# Beyond so many labels, a table of two labelers can no longer be read, and numbers are no categories.
MOST_CROSSED = 40
MOST_CATEGORIES = 200

Report = Callable[[str, int], None]


def silent(phase: str, percent: int) -> None:
    """Progress that nobody watches."""


def measure(ratings: Ratings, names: Sequence[str], *, seed: int, report: Report = silent) -> dict[str, Any]:
    """Kappa, alpha, percent agreement, confusion and agreement by label.

    `names` are the labelers, in the order of the columns; `seed` drives the resampling. Figures are dictionaries of
    `ratings.Figure`. Any: the values are JSON of several shapes.
    """
    report("Krippendorff's alpha", 20)
    scales = dict.fromkeys((ratings.scale, NOMINAL)) if len(ratings.labels) <= MOST_CATEGORIES else [ratings.scale]
    alphas = [krippendorff.alpha(ratings, scale=scale, seed=seed) for scale in scales]
    report("Fleiss' kappa", 60)
    all_alike, compared = counting.unanimous(ratings)
    return {
        "alpha": [asdict(figure) for figure in alphas],
        "fleiss": asdict(_fleiss(ratings)),
        "pairs": _pairs(ratings, names, report),
        "percent": counting.percent_agreement(ratings),
        "unanimous": all_alike,
        "compared": compared,
        "by_label": [asdict(label) for label in counting.by_label(ratings)] if _are_categories(ratings) else [],
        "labelers": _labelers(ratings, names),
    }


def _fleiss(ratings: Ratings) -> Figure:
    if _are_categories(ratings):
        return fleiss.kappa(ratings)
    return Figure(fleiss.NAME, fleiss.METHOD, ratings.rows, reason=_too_many(ratings))


def _pairs(ratings: Ratings, names: Sequence[str], report: Report) -> list[dict[str, Any]]:
    if len(names) > MOST_PAIRED:
        return []
    apart = distances(ratings) if _are_categories(ratings) else np.zeros((0, 0))
    chosen = list(combinations(range(len(names)), 2))
    found = []
    for at, (one, other) in enumerate(chosen):
        report("Each pair of labelers", 65 + 25 * at // len(chosen))
        found.append({"first": names[one], "second": names[other]} | _pair(ratings, one, other, apart))
    return found


def _pair(ratings: Ratings, one: int, other: int, apart: Floats) -> dict[str, Any]:
    first, second = ratings.codes[:, one], ratings.codes[:, other]
    both = (first != MISSING) & (second != MISSING)
    rows = int(both.sum())
    alike = float((first[both] == second[both]).mean()) if rows else None
    said: dict[str, Any] = {"rows": rows, "percent": alike, "table": None}
    if not _are_categories(ratings):
        none = Figure(cohen.NAMES[cohen.PLAIN], cohen.METHOD, rows, reason=_too_many(ratings))
        return said | {"kappas": [asdict(none)]}
    table = cohen.cross_table(first, second, len(ratings.labels))
    weightings = [cohen.PLAIN] if ratings.scale == NOMINAL else [cohen.PLAIN, cohen.LINEAR, cohen.QUADRATIC]
    said["kappas"] = [asdict(cohen.kappa(table, apart, weights=weights)) for weights in weightings]
    if len(ratings.labels) <= MOST_CROSSED:
        said["table"] = table.tolist()
    return said


def _labelers(ratings: Ratings, names: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for at, name in enumerate(names):
        given = ratings.codes[:, at][ratings.codes[:, at] != MISSING]
        found.append({"name": name, "given": len(given), "distinct": len(np.unique(given))})
    return found


def _are_categories(ratings: Ratings) -> bool:
    return len(ratings.labels) <= MOST_CATEGORIES


def _too_many(ratings: Ratings) -> str:
    kind = "numbers" if ratings.scale == INTERVAL else "labels"
    return f"There are {len(ratings.labels):,} different {kind}; kappa is for a few. Read Krippendorff's alpha instead."
