"""Histories of metrics, short enough to be drawn: long ones come as means of neighbouring points."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Cast, Floor

from registry.models import Run, RunMetric

MOST_POINTS = 300
# Beyond it, the span of an axis or a mean would no longer be a number itself.
LARGEST_DRAWN = 1e100
STEP, TIME = "step", "time"


@dataclass(frozen=True)
class Point:
    """What is drawn at one place: a value, or the mean of neighbours with the lowest and the highest of them."""

    x: float
    y: float
    low: float
    high: float


@dataclass
class History:
    """One metric of one run."""

    points: list[Point] = field(default_factory=list)
    count: int = 0
    left_out: int = 0
    is_grouped: bool = False


Histories = dict[str, dict[int, History]]


def read(runs: Sequence[Run], keys: Collection[str], *, by: str, most: int = MOST_POINTS) -> Histories:
    """The histories of these metrics by key and run, over steps or over seconds since each one's first point."""
    column = "step" if by == STEP else "timestamp_ms"
    points = RunMetric.objects.filter(run__in=runs, key__in=keys).order_by()
    drawable = Q(is_nan=False, value__gt=-LARGEST_DRAWN, value__lt=LARGEST_DRAWN)
    counted = points.values("run_id", "key").annotate(
        count=Count("pk"), kept=Count("pk", filter=drawable), first=Min(column), last=Max(column)
    )
    found: Histories = defaultdict(dict)
    long, short = [], Q(pk__in=[])
    for row in counted:
        history = History(count=row["count"], left_out=row["count"] - row["kept"])
        found[row["key"]][row["run_id"]] = history
        if row["kept"] > most:
            history.is_grouped = True
            long.append(row)
        elif row["last"] > row["first"]:
            short |= Q(run=row["run_id"], key=row["key"])
    if short.children[1:]:
        for run, key, x, y in (
            points.filter(drawable, short)
            .order_by(column, "step", "timestamp_ms")
            .values_list("run_id", "key", column, "value")
        ):
            found[key][run].points.append(Point(x, y, y, y))
    for row in long:
        mine = points.filter(drawable, run=row["run_id"], key=row["key"])
        found[row["key"]][row["run_id"]].points = _grouped(mine, column, row["first"], row["last"], most)
    if by == TIME:
        for histories in found.values():
            for history in histories.values():
                history.points = _since_the_first(history.points)
    return found


def keys_over(runs: Sequence[Run]) -> list[str]:
    """The metrics of which some run declared more than one point, by name."""
    many = (
        RunMetric.objects.filter(run__in=runs).order_by().values("run", "key").annotate(n=Count("pk")).filter(n__gt=1)
    )
    return sorted(set(many.values_list("key", flat=True)))


def _grouped(points: QuerySet[RunMetric], column: str, first: int, last: int, most: int) -> list[Point]:
    # Steps may lie as far apart as whole numbers go, and so would their products.
    at: Any = (Cast(F(column), FloatField()) - Value(float(first))) * Value(most / (float(last) - float(first) + 1))
    place = Floor(at)
    rows = points.annotate(place=place).values("place")
    measured = rows.annotate(x=Avg(column), y=Avg("value"), low=Min("value"), high=Max("value")).order_by("place")
    return [Point(row["x"], row["y"], row["low"], row["high"]) for row in measured]


def _since_the_first(points: Sequence[Point]) -> list[Point]:
    return [Point((p.x - points[0].x) / 1000, p.y, p.low, p.high) for p in points]
