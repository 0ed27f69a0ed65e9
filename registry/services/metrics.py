"""Write points of metrics, so that writers at once lose nothing: the same point twice is one, the latest stays latest."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from registry.models import LatestMetric, Run, RunMetric
from registry.models.runs import LARGEST_FLOAT

BATCH = 500


class Point(NamedTuple):
    """One value of a metric, as a script sent it."""

    key: str
    value: float
    step: int
    timestamp_ms: int

    @property
    def kept(self) -> tuple[float, bool]:
        """The number a database can keep, and whether it stands for “not a number”."""
        if math.isnan(self.value):
            return 0.0, True
        return max(-LARGEST_FLOAT, min(LARGEST_FLOAT, self.value)), False


# The condition makes the database decide who is latest, whatever order writers arrive in.
_LATEST = """
    INSERT INTO registry_latestmetric (run_id, key, value, is_nan, step, timestamp_ms)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (run_id, key) DO UPDATE SET
        value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, timestamp_ms = excluded.timestamp_ms
    WHERE (excluded.step, excluded.timestamp_ms, excluded.value)
        >= (registry_latestmetric.step, registry_latestmetric.timestamp_ms, registry_latestmetric.value)
"""


def add(run: Run, points: Sequence[Point]) -> None:
    """Add points to a run's history inside the caller's transaction, and keep each metric's latest."""
    if not points:
        return
    kept = [(point, *point.kept) for point in points]
    RunMetric.objects.bulk_create(
        [
            RunMetric(run=run, key=p.key, value=value, is_nan=is_nan, step=p.step, timestamp_ms=p.timestamp_ms)
            for p, value, is_nan in kept
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    latest: dict[str, tuple[Point, float, bool]] = {}
    for point, value, is_nan in kept:
        known = latest.get(point.key)
        if known is None or (point.step, point.timestamp_ms, value) >= (known[0].step, known[0].timestamp_ms, known[1]):
            latest[point.key] = (point, value, is_nan)
    rows = [
        (run.pk, key, value, is_nan, point.step, point.timestamp_ms)
        for key, (point, value, is_nan) in sorted(latest.items())
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_LATEST, rows)


def latest_of(run: Run) -> list[LatestMetric]:
    """Each metric's latest point, by key."""
    return list(LatestMetric.objects.filter(run=run).order_by("key"))
