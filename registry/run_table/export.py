"""The table of runs as CSV, batch by batch."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from data.spreadsheets import harmless
from registry.models import RunMetric
from registry.run_table.columns import Column
from registry.run_table.rows import Row, read

BATCH = 500
MOST_ROWS = 50_000
ALWAYS = ("run_id", "name", "status", "parent")


def csv_lines(pks: Sequence[int], columns: Sequence[Column]) -> Iterator[str]:
    """The runs with these keys as lines of CSV, with the chosen columns after who they are."""
    shown = [column for column in columns if column.name != "attributes.run_id"]
    yield _line([*ALWAYS, *(column.key if column.kind == "attributes" else column.name for column in shown)])
    for start in range(0, len(pks), BATCH):
        for row in read(pks[start : start + BATCH], shown):
            yield _line([row.run_id, row.name, row.status, row.parent_id, *(_text(row, column) for column in shown)])


def history_lines(points: QuerySet[RunMetric]) -> Iterator[str]:
    """Every point of a metric as lines of CSV, as they were declared."""
    yield _line(["key", "step", "timestamp_ms", "value"])
    ordered = points.order_by("step", "timestamp_ms", "value")
    for key, step, moment, value, is_nan in ordered.values_list(
        "key", "step", "timestamp_ms", "value", "is_nan"
    ).iterator(BATCH * 4):
        yield _line([key, str(step), str(moment), "NaN" if is_nan else plain(value)])


def _text(row: Row, column: Column) -> str:
    if column.name == "attributes.versions":
        return " ".join(str(version) for version in row.versions)
    return plain(row.value(column))


def plain(value: Any) -> str:  # Any: whatever a cell holds
    """A cell's value as programs read it: seconds, ISO moments and all digits of a number."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return repr(value.total_seconds())
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value)
    return str(value)


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return line.getvalue()
