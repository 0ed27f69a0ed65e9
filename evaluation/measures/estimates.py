"""One number with its interval and its sample size, and the words that present it."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from evaluation.measures.intervals import Bounds


class Undefined(Exception):
    """A metric has no value on these rows; the message says why, for people."""


@dataclass(frozen=True)
class Estimate:
    """A metric's value with its 95 % interval, the rows behind it and how the interval was made."""

    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    counted: str = "rows"
    # Why the value or the interval is missing; empty when both are there.
    reason: str = ""

    @property
    def is_defined(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def interval(self) -> Bounds | None:
        """Both bounds, or None."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def sentence(self) -> str:
        """Value, interval and sample size, as people read them."""
        if self.value is None:
            return self.reason
        counted = self.counted.replace("rows", "row", 1) if self.n == 1 else self.counted
        size = f"n = {self.n:,} {counted}"
        if self.interval is None:
            return f"{show(self.value)} ({size}). {self.reason}".rstrip()
        return f"{show(self.value)} (95 % interval {show_interval(self.interval)}, {size})"

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return dict(self.__dict__)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The estimate a stored row describes."""
        return cls(**stored)


def estimated(
    metric: str, value: float, bounds: Bounds, *, n: int, method: str, limits: Bounds, counted: str = "rows"
) -> Estimate:
    """An estimate whose interval is kept inside what the metric can be, and around its value."""
    # Rounding may move a bound past the value by one unit in the last place.
    low = min(max(bounds[0], limits[0]), value)
    high = max(min(bounds[1], limits[1]), value)
    if not np.isfinite([value, low, high]).all():
        return undefined(metric, "The numbers are too large to be summed.", n=n, counted=counted)
    return Estimate(metric, float(value), float(low), float(high), n, method, counted)


def without_interval(metric: str, value: float, *, n: int, reason: str, counted: str = "rows") -> Estimate:
    """An estimate from too few rows to say how far it may be off."""
    if not np.isfinite(value):
        return undefined(metric, "The numbers are too large to be summed.", n=n, counted=counted)
    return Estimate(metric, float(value), None, None, n, "none", counted, reason)


def undefined(metric: str, reason: str, *, n: int, counted: str = "rows") -> Estimate:
    """No value, with the reason."""
    return Estimate(metric, None, None, None, n, "none", counted, reason)


def show(value: float) -> str:
    """A number with the digits a reader can use, and a true minus sign."""
    size = abs(value)
    if size >= 1e12:
        text = f"{value:.3g}".replace("e+", "e")
    elif size >= 1000:
        text = f"{value:,.0f}"
    elif size >= 10:
        text = f"{value:.1f}" if size >= 100 else f"{value:.2f}"
    elif size >= 0.1 or size == 0:
        text = f"{value:.3f}"
    elif size >= 0.001:
        text = f"{value:.4f}"
    else:
        text = f"{value:.1g}"
    return text.replace("-", "−")


def show_interval(bounds: Bounds) -> str:
    """Two bounds as a range."""
    return f"{show(bounds[0])} to {show(bounds[1])}"
