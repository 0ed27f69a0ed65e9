"""The rows of one page of runs, read by values in a fixed number of queries."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from registry.models import LatestMetric, ModelVersion, Run, RunParam, RunTag
from registry.models.runs import SILENCE
from registry.run_table.columns import Column

MOST_CHILDREN = 100
DEEPEST = 5
VALUES = (
    "pk", "run_id", "name", "status", "experiment__name", "created_at", "started_at", "ended_at", "started_by",
    "created_by__username", "algorithm", "environment", "deleted_at", "parent__run_id", "parent__name", "last_heard_at",
)  # fmt: skip


@dataclass
class Row:
    """One run of a table."""

    pk: int
    run_id: str
    name: str
    status: str
    silent_since: datetime | None
    """When its script was last heard, where it never said its end and is no longer waited for."""
    deleted_at: datetime | None
    parent_id: str
    parent_name: str
    facts: dict[str, Any]
    params: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    versions: list[ModelVersion] = field(default_factory=list)
    children: int = 0
    depth: int = 0
    is_opened: bool = False
    more: int = 0

    @property
    def is_open(self) -> bool:
        """Whether its script still adds to it."""
        return self.status in Run.OPEN

    @property
    def status_label(self) -> str:
        """Where it stands, in a word."""
        return Run.Status(self.status).label

    def value(self, column: Column) -> Any:  # Any: each kind of column holds its own
        """What the cell of a column holds; None where the run has nothing there."""
        if column.kind == "attributes":
            return self.facts.get(column.key)
        held: dict[str, Any] = getattr(self, column.kind)
        return held.get(column.key)


def read(pks: Sequence[int], columns: Sequence[Column]) -> list[Row]:
    """The rows with these keys in this order, with what the columns show and no more."""
    found = {values[0]: _row(values) for values in Run.objects.filter(pk__in=pks).values_list(*VALUES)}
    rows = [found[pk] for pk in pks if pk in found]
    wanted: dict[str, list[str]] = defaultdict(list)
    for column in columns:
        wanted[column.kind].append(column.key)
    if keys := wanted["metrics"]:
        latest = LatestMetric.objects.filter(run__in=pks, key__in=keys)
        for pk, key, value, is_nan in latest.values_list("run_id", "key", "value", "is_nan"):
            found[pk].metrics[key] = math.nan if is_nan else value
    if keys := wanted["params"]:
        params = RunParam.objects.filter(run__in=pks, key__in=keys)
        for pk, key, text in params.values_list("run_id", "key", "value"):
            found[pk].params[key] = text
    if keys := wanted["tags"]:
        for pk, key, text in RunTag.objects.filter(run__in=pks, key__in=keys).values_list("run_id", "key", "value"):
            found[pk].tags[key] = text
    if "versions" in wanted["attributes"]:
        for version in ModelVersion.objects.live().filter(run__in=pks).select_related("model__project"):
            found[version.run_id or 0].versions.append(version)
    return rows


def roots(runs: QuerySet[Run]) -> QuerySet[Run]:
    """The runs that stand at the top of a tree: without a parent, or with one that the list does not show."""
    return runs.filter(Q(parent__isnull=True) | ~Q(parent__in=runs.order_by().values("pk")))


def unfold(top: Sequence[Row], runs: QuerySet[Run], columns: Sequence[Column], *, opened: set[str]) -> list[Row]:
    """The rows with the children of those that are opened below them, level by level."""
    level, below = list(top), defaultdict[int, list[Row]](list)
    for depth in range(1, DEEPEST + 1):
        _count_children(level, runs)
        wanted = {row.pk: row for row in level if row.children and row.run_id in opened}
        if not wanted:
            break
        pairs = list(_children_of(wanted, runs))
        rows = {row.pk: row for row in read([pk for pk, _ in pairs], columns)}
        level = []
        for pk, parent in pairs:
            child = rows[pk]
            child.depth = depth
            below[parent].append(child)
            level.append(child)
        for pk, row in wanted.items():
            row.is_opened, row.more = True, max(0, row.children - len(below[pk]))
    return [row for one in top for row in _walk(one, below)]


def _walk(row: Row, below: dict[int, list[Row]]) -> list[Row]:
    return [row, *(deeper for child in below.get(row.pk, []) for deeper in _walk(child, below))]


def _count_children(rows: Sequence[Row], runs: QuerySet[Run]) -> None:
    counted = runs.order_by().filter(parent__in=[row.pk for row in rows]).values_list("parent").annotate(Count("pk"))
    numbers = dict(counted)
    for row in rows:
        row.children = numbers.get(row.pk, 0)


def _children_of(parents: dict[int, Row], runs: QuerySet[Run]) -> list[tuple[int, int]]:
    """Child and parent, the oldest first, as a search went; at most so many of each parent."""
    found: list[tuple[int, int]] = []
    counts: dict[int, int] = defaultdict(int)
    children = runs.filter(parent__in=list(parents)).order_by("created_at", "pk").values_list("pk", "parent_id")
    for pk, parent in children.iterator():
        counts[parent] += 1
        if counts[parent] <= MOST_CHILDREN:
            found.append((pk, parent))
    return found


def _row(values: tuple[Any, ...]) -> Row:
    said = dict(zip(VALUES, values, strict=True))
    started, ended = said["started_at"], said["ended_at"]
    heard = said["last_heard_at"] or said["created_at"]
    facts = {
        "experiment": said["experiment__name"],
        "recorded": said["created_at"],
        "started": started,
        "ended": ended,
        "duration": ended - started if started and ended else None,
        "started_by": said["started_by"],
        "recorded_by": said["created_by__username"],
        "algorithm": said["algorithm"],
        "environment": said["environment"],
        "run_id": said["run_id"],
    }
    return Row(
        pk=said["pk"],
        run_id=said["run_id"],
        name=said["name"],
        status=said["status"],
        silent_since=heard if said["status"] in Run.OPEN and timezone.now() - heard >= SILENCE else None,
        deleted_at=said["deleted_at"],
        parent_id=said["parent__run_id"] or "",
        parent_name=said["parent__name"] or "",
        facts=facts,
    )
