"""A score from 0 to 100 and the inputs it is the mean of, each with the records that lower it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from standing.records import Culprit

DAY = 86_400
FULL = 100.0
# What a page lists of the records that lower an input; the count stays exact.
MOST_LISTED = 20


@dataclass(frozen=True)
class Input:
    """One input of a score: what was found, what it is held to, over how many records."""

    key: str
    label: str
    # The share, or the figure in its unit; None without data.
    value: float | None = None
    unit: str = "%"
    target: float | None = None
    # 0 to 100; None without data.
    points: float | None = None
    n: int = 0
    note: str = ""
    lowered_by: tuple[Culprit, ...] = ()

    @property
    def listed(self) -> tuple[Culprit, ...]:
        """The first records that lower it."""
        return self.lowered_by[:MOST_LISTED]

    @property
    def unlisted(self) -> int:
        """How many more there are."""
        return max(0, len(self.lowered_by) - MOST_LISTED)


@dataclass(frozen=True)
class Score:
    """A mean of inputs, 0 to 100; None when not one of them has data."""

    key: str
    label: str
    meaning: str
    inputs: tuple[Input, ...] = field(default_factory=tuple)

    @property
    def value(self) -> float | None:
        """The mean of the inputs that have data."""
        known = [one.points for one in self.inputs if one.points is not None]
        return sum(known) / len(known) if known else None

    @property
    def known(self) -> int:
        """How many inputs have data."""
        return sum(one.points is not None for one in self.inputs)


def share(key: str, label: str, *, good: int, lowered_by: Sequence[Culprit], note: str = "") -> Input:
    """An input that is the share of records in order; no data without any record."""
    n = good + len(lowered_by)
    if not n:
        return Input(key, label, note=note)
    value = good / n
    return Input(key, label, value=value, target=1.0, points=FULL * value, n=n, note=note, lowered_by=tuple(lowered_by))


def at_most(
    key: str,
    label: str,
    figures: Sequence[tuple[float, Culprit]],
    *,
    target: float,
    unit: str,
    note: str = "",
) -> Input:
    """An input that is a median to keep low: target over actual, capped at 1; no data without any figure."""
    if not figures:
        return Input(key, label, unit=unit, target=target, note=note)
    actual = median(figure for figure, _ in figures)
    points = FULL * (1.0 if actual <= target else target / actual)
    slow = sorted((one for one in figures if one[0] > target), key=lambda one: -one[0])
    late = tuple(culprit for _, culprit in slow)
    return Input(key, label, actual, unit, target, points, len(figures), note, late)


def at_least(key: str, label: str, actual: float, *, target: float, unit: str, n: int, note: str = "") -> Input:
    """An input to keep high: actual over target, capped at 1."""
    return Input(key, label, actual, unit, target, FULL * min(actual / target, 1.0), n, note)


def days_between(start: datetime, end: datetime) -> float:
    """The days from one moment to another, never less than 0."""
    return max(0.0, (end - start).total_seconds() / DAY)


def in_days(days: float) -> str:
    """A number of days for people."""
    return f"{days:.1f} days" if days < 10 else f"{days:.0f} days"
