"""The order of a table of runs, by any of its columns."""

import re
from collections.abc import Sequence

from django.db.models import DurationField, ExpressionWrapper, F, FilteredRelation, Q, QuerySet

from registry.models import Run, RunParam, RunTag
from registry.run_table.columns import Column

FACTS = {
    "experiment": "experiment__name",
    "recorded": "created_at",
    "started": "started_at",
    "ended": "ended_at",
    "started_by": "started_by",
    "recorded_by": "created_by__username",
    "algorithm": "algorithm",
    "environment": "environment",
    "run_id": "run_id",
    "name": "name",
    "status": "status",
}
NEWEST = ("-created_at", "-pk")
# A run's name and status stand in every table, and are no columns of their own.
_UNSHOWN = {"attributes.name", "attributes.status"}
_PIECES = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")


def is_order(sort: str) -> bool:
    """Whether a text names a column that runs can be sorted by, after a minus the other way round."""
    name = sort.removeprefix("-")
    return name in _UNSHOWN or (name != "attributes.versions" and Column.named(name) is not None)


def ordered(runs: QuerySet[Run], sort: str) -> "QuerySet[Run, int] | Sequence[int]":
    """The primary keys of the runs, sorted; `sort` names a column, after a minus the other way round.

    Runs without a value stand last in both directions; an unknown name sorts by nothing but age, the newest first.
    """
    falls, name = sort.startswith("-"), sort.removeprefix("-")
    if name in _UNSHOWN:
        return _by_fact(runs, name.partition(".")[2], falls=falls)
    column = Column.named(name)
    if column is None or not is_order(sort):
        return runs.order_by(*NEWEST).values_list("pk", flat=True)
    if column.kind == "metrics":
        return _by_metric(runs, column.key, falls=falls)
    if column.kind == "attributes":
        return _by_fact(runs, column.key, falls=falls)
    return _by_text(runs, column, falls=falls)


def _by_fact(runs: QuerySet[Run], key: str, *, falls: bool) -> QuerySet[Run, int]:
    if key == "duration":
        lasting = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
        runs, fact = runs.annotate(lasting=lasting), F("lasting")
    else:
        fact = F(FACTS[key])
    way = fact.desc(nulls_last=True) if falls else fact.asc(nulls_last=True)
    return runs.order_by(way, *NEWEST).values_list("pk", flat=True)


def _by_metric(runs: QuerySet[Run], key: str, *, falls: bool) -> QuerySet[Run, int]:
    found = runs.annotate(found=FilteredRelation("latest_metrics", condition=Q(latest_metrics__key=key)))
    value = F("found__value")
    way = value.desc(nulls_last=True) if falls else value.asc(nulls_last=True)
    # What is not a number follows the numbers, and what is missing follows it.
    numbers_first = F("found__is_nan").asc(nulls_last=True)
    return found.order_by(numbers_first, way, *NEWEST).values_list("pk", flat=True)


def _by_text(runs: QuerySet[Run], column: Column, *, falls: bool) -> list[int]:
    """Sorted here, because databases disagree on text, and none of them puts 10 after 9."""
    table = RunParam if column.kind == "params" else RunTag
    newest = list(runs.order_by(*NEWEST).values_list("pk", flat=True))
    rows = table._default_manager.filter(run__in=runs.order_by().values("pk"), key=column.key)
    values: dict[int, str] = dict(rows.values_list("run_id", "value"))
    having = [pk for pk in newest if pk in values]
    having.sort(key=lambda pk: natural(values[pk]), reverse=falls)
    return having + [pk for pk in newest if pk not in values]


def natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """A key that sorts numbers inside texts as numbers: 9 before 10, 1e-4 before 0.01."""
    pieces = _PIECES.split(text[:200].casefold())
    return tuple((0, float(piece), "") if at % 2 else (1, 0.0, piece) for at, piece in enumerate(pieces) if piece)
