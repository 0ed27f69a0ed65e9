"""The labels of several people for the same rows, as one table of numbers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]

NOMINAL, ORDINAL, INTERVAL = "nominal", "ordinal", "interval"
MISSING = -1


@dataclass(frozen=True)
class Ratings:
    """Labels by row and labeler.

    `codes` is rows × labelers: positions in `labels`, or MISSING where somebody gave none. `labels` stand in their
    order for an ordinal scale; `values` are their numbers for an interval scale.
    """

    codes: Codes
    labels: tuple[str, ...]
    scale: str = NOMINAL
    values: tuple[float, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.codes.shape[0])

    @property
    def labelers(self) -> int:
        """How many labelers there are."""
        return int(self.codes.shape[1])

    @cached_property
    def per_row(self) -> NDArray[np.int64]:
        """How many labels each row has."""
        return np.asarray((self.codes != MISSING).sum(axis=1), dtype=np.int64)


@dataclass(frozen=True)
class Figure:
    """A measured figure with its 95 % interval, or the reason why there is none.

    `value`, `lower` and `upper` are None where they cannot be computed, and `reason` says why, for people.
    `n` counts the rows it rests on.
    """

    name: str
    method: str
    n: int
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""


def distances(ratings: Ratings) -> Floats:
    """How far apart each two labels are, labels × labels, from 0 (alike) to 1 (the two farthest); by the scale."""
    size = len(ratings.labels)
    if ratings.scale == NOMINAL:
        return 1.0 - np.eye(size)
    points = np.asarray(ratings.values if ratings.scale == INTERVAL else range(size), dtype=np.float64)
    apart = np.abs(points[:, None] - points[None, :])
    farthest = apart.max(initial=0.0)
    return np.asarray(apart / farthest if farthest else apart)
