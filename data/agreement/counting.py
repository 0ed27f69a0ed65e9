"""Plain counts: how often labelers agree, on which labels, and on which rows they differ."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.agreement import fleiss
from data.agreement.ratings import MISSING, Ratings


@dataclass(frozen=True)
class LabelAgreement:
    """How often others gave a label too, where one labeler gave it: Σ nᵢ(nᵢ−1) / Σ nᵢ(mᵢ−1) over rows i."""

    label: str
    given: int
    share: float | None


def percent_agreement(ratings: Ratings) -> float | None:
    """The share of pairs of labels of one row that are the same, over all rows; None without a pair."""
    table = fleiss.counts(ratings)
    pairs = (ratings.per_row * (ratings.per_row - 1)).sum()
    return float((table * (table - 1)).sum() / pairs) if pairs else None


def unanimous(ratings: Ratings) -> tuple[int, int]:
    """In how many rows all labels are the same, and how many rows have at least two labels."""
    compared = ratings.per_row >= 2
    return int(compared.sum() - disputed_rows(ratings).size), int(compared.sum())


def by_label(ratings: Ratings) -> list[LabelAgreement]:
    """The agreement on each label, in the order of the labels; a label nobody could confirm has no share."""
    paired = ratings.codes[ratings.per_row >= 2]
    table = fleiss.counts(Ratings(paired, ratings.labels))
    others = (paired != MISSING).sum(axis=1) - 1
    chances = (table * others[:, None]).sum(axis=0)
    met = (table * (table - 1)).sum(axis=0)
    given = fleiss.counts(ratings).sum(axis=0)
    return [
        LabelAgreement(label, int(given[at]), float(met[at] / chances[at]) if chances[at] else None)
        for at, label in enumerate(ratings.labels)
    ]


def disputed_rows(ratings: Ratings) -> NDArray[np.int64]:
    """The positions of the rows whose labels are not all the same."""
    codes = ratings.codes
    highest = codes.max(axis=1, initial=MISSING)
    lowest = np.where(codes == MISSING, np.iinfo(codes.dtype).max, codes).min(axis=1)
    return np.flatnonzero((highest != MISSING) & (lowest < highest))
