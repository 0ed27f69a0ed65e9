"""Does a measured number meet a threshold? The one place that holds the rule.

The rule. The good side includes the threshold itself.
PASS          the whole 95 % interval lies on the good side;
FAIL          the whole 95 % interval lies on the bad side;
INCONCLUSIVE  the interval reaches both sides, or there is no interval.
For a band, the good side is between its two ends, and each end is judged alike.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evaluation.measures.estimates import Estimate, show

# An interval this many times wider than the distance to settle needs a million times the rows.
HOPELESS = 1000


class Direction(StrEnum):
    """Which side of a threshold is good."""

    UP = "up"
    DOWN = "down"
    BAND = "band"


class Outcome(StrEnum):
    """What the rows prove about a threshold."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class BadThreshold(ValueError):
    """The threshold cannot be judged; the message says why."""


@dataclass(frozen=True)
class Threshold:
    """What a number has to reach: at least `low`, at most `high`, or both."""

    direction: Direction
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Refuse ends that are missing, not finite or the wrong way round."""
        wanted = {Direction.UP: (self.low,), Direction.DOWN: (self.high,), Direction.BAND: (self.low, self.high)}
        if any(end is None or not math.isfinite(end) for end in wanted[self.direction]):
            raise BadThreshold("Give the threshold as a finite number; a band needs both ends.")
        if self.direction is Direction.BAND and (self.low or 0.0) > (self.high or 0.0):
            raise BadThreshold("The lower end of the band lies above its upper end. Swap them.")

    @property
    def floor(self) -> float:
        """The smallest good value."""
        return -math.inf if self.direction is Direction.DOWN or self.low is None else self.low

    @property
    def ceiling(self) -> float:
        """The largest good value."""
        return math.inf if self.direction is Direction.UP or self.high is None else self.high

    @property
    def words(self) -> str:
        """The threshold as people say it."""
        if self.direction is Direction.UP:
            return f"at least {show(self.floor)}"
        if self.direction is Direction.DOWN:
            return f"at most {show(self.ceiling)}"
        return f"between {show(self.floor)} and {show(self.ceiling)}"


@dataclass(frozen=True)
class Verdict:
    """An outcome, the sentence that justifies it, and how many more rows would settle it."""

    outcome: Outcome
    sentence: str
    more_rows: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {**self.__dict__, "outcome": self.outcome.value}


def at_least(low: float) -> Threshold:
    """A threshold for which more is better."""
    return Threshold(Direction.UP, low=low)


def at_most(high: float) -> Threshold:
    """A threshold for which less is better."""
    return Threshold(Direction.DOWN, high=high)


def judge(estimate: Estimate, threshold: Threshold) -> Verdict:
    """Pass, fail or inconclusive, with the reason in words."""
    if estimate.value is None:
        return Verdict(Outcome.INCONCLUSIVE, f"There is no value to judge. {estimate.reason}")
    found = f"{estimate.sentence} against {threshold.words}"
    if estimate.low is None or estimate.high is None:
        return Verdict(Outcome.INCONCLUSIVE, f"{found}: without an interval nothing is proved.")
    if threshold.floor <= estimate.low and estimate.high <= threshold.ceiling:
        return Verdict(Outcome.PASS, f"{found}: the whole interval meets it.")
    if estimate.high < threshold.floor or estimate.low > threshold.ceiling:
        return Verdict(Outcome.FAIL, f"{found}: the whole interval misses it.")
    more = _more_rows(estimate.value, estimate.low, estimate.high, estimate.n, threshold)
    return Verdict(Outcome.INCONCLUSIVE, f"{found}: {_open_question(estimate, threshold, more)}", more)


def _open_question(estimate: Estimate, threshold: Threshold, more: int | None) -> str:
    value = estimate.value or 0.0
    side = "meets" if threshold.floor <= value <= threshold.ceiling else "misses"
    text = f"the value {side} it, but the interval reaches both sides."
    if more is None:
        return f"{text} The value lies too close to it for a sensible number of rows to settle it."
    return f"{text} If the value stays, about {more:,} more {estimate.counted} would settle it."


def _more_rows(value: float, low: float, high: float, n: int, threshold: Threshold) -> int | None:
    """Rows to add until the interval, which shrinks with the square root of rows, clears every end it crosses."""
    factor = 1.0
    for end in (threshold.floor, threshold.ceiling):
        if not low <= end <= high:
            continue
        if abs(end - value) * HOPELESS <= high - low:
            return None
        reach = high - value if end > value else value - low
        factor = max(factor, (reach / abs(end - value)) ** 2)
    return _rounded(n * (factor - 1))


def _rounded(rows: float) -> int:
    """Up to two leading digits: the estimate deserves no more."""
    if rows <= 1:
        return 1
    step = 10 ** max(math.floor(math.log10(rows)) - 1, 0)
    return math.ceil(round(rows / step, 6)) * step
