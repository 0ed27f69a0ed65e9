"""Write points of metrics, so that writers at once lose nothing: the same point twice is one, the latest stays latest."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from registry.models import LatestMetric, Run
from registry.models.runs import LARGEST_FLOAT


class Point(NamedTuple):
    """One value of a metric, as a script sent it; on a logged model and a dataset where it said so."""

    key: str
    value: float
    step: int
    timestamp_ms: int
    model_id: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""

    @property
    def kept(self) -> tuple[float, bool]:
        """The number a database can keep, and whether it stands for “not a number”."""
        if math.isnan(self.value):
            return 0.0, True
        return max(-LARGEST_FLOAT, min(LARGEST_FLOAT, self.value)), False


Row = tuple[int, str, float, bool, int, int]

_ROW = "(%s, %s, %s, %s, %s, %s)"
_POINTS = (
    "INSERT INTO registry_runmetric (run_id, key, value, is_nan, step, timestamp_ms) VALUES {} ON CONFLICT DO NOTHING"
)
# The condition makes the database decide who is latest, whatever order writers arrive in.
_LATEST = """
    INSERT INTO registry_latestmetric (run_id, key, value, is_nan, step, timestamp_ms) VALUES {}
    ON CONFLICT (run_id, key) DO UPDATE SET
        value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, timestamp_ms = excluded.timestamp_ms
    WHERE (excluded.step, excluded.timestamp_ms, excluded.value)
        >= (registry_latestmetric.step, registry_latestmetric.timestamp_ms, registry_latestmetric.value)
"""
BATCH = 500


def add(run: Run, points: Sequence[Point]) -> int:
    """Add points to a run's history inside the caller's transaction, keep each metric's latest, and count the new ones."""
    if not points:
        return 0
    # Sorted, so that two writers who send the same keys take them in the same order and wait for nobody in a circle.
    rows = sorted((run.pk, point.key, *point.kept, point.step, point.timestamp_ms) for point in points)
    latest: dict[str, Row] = {}
    for row in rows:
        known = latest.get(row[1])
        if known is None or _place(row) >= _place(known):
            latest[row[1]] = row
    if added := _insert(_POINTS, rows):
        _insert(_LATEST, list(latest.values()))
    return added


def latest_of(run: Run) -> list[LatestMetric]:
    """Each metric's latest point, by key."""
    return list(LatestMetric.objects.filter(run=run).order_by("key"))


def _insert(statement: str, rows: Sequence[Row]) -> int:
    """How many rows were written; many in one statement, which is much faster than one after another."""
    written = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            cursor.execute(statement.format(", ".join([_ROW] * len(part))), [value for row in part for value in row])
            written += cursor.rowcount
    return written


def _place(row: Row) -> tuple[int, int, float]:
    _, _, value, _, step, timestamp_ms = row
    return step, timestamp_ms, value
