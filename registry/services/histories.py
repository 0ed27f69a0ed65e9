"""Read histories of metrics, thinned out so that a chart of a long run stays small."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Q, Value, Window
from django.db.models.functions import NullIf, RowNumber

from canvas.models import Project
from registry.models import RunMetric


def thinned(
    project: Project, run_ids: Sequence[str], *, key: str, most: int, steps: tuple[int, int] | None = None
) -> list[tuple[Any, ...]]:
    """Up to `most` points of a metric for each run, evenly chosen by step, the first and the last among them.

    Each is (run_id, key, value, is_nan, timestamp_ms, step); `steps` bounds them, both ends included.
    """
    points = RunMetric.objects.filter(run__run_id__in=run_ids, run__experiment__project=project.pk, key=key)
    if steps is not None:
        points = points.filter(step__range=steps)
    numbered = points.annotate(
        place=Window(RowNumber(), order_by=["step", "timestamp_ms", "value"], partition_by=[F("run")]) - Value(1),
        count=Window(Count("pk"), partition_by=[F("run")]),
    )
    # Whole numbers divide without a rest in SQL: each place where the quotient grows is the next point to keep.
    share = NullIf(F("count") - Value(1), Value(0))
    counted = numbered.annotate(
        now=F("place") * Value(most - 1) / share, before=(F("place") - Value(1)) * Value(most - 1) / share
    )
    kept = Q(count__lte=most) | Q(place=F("count") - 1) | Q(now__gt=F("before"))
    rows = counted.filter(kept | Q(place=0) if most > 1 else kept)
    ordered = rows.order_by("run__run_id", "step", "timestamp_ms", "value")
    return list(ordered.values_list("run__run_id", "key", "value", "is_nan", "timestamp_ms", "step"))
