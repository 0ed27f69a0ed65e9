"""The chart of a comparison: one dot with its interval for each row, kept because it seldom changes."""

import hashlib
import json

from django.core.cache import cache

from drawing.vega import render
from evaluation.choices import metric_of
from evaluation.data_centric import Group
from evaluation.drawing import estimate_dots

KEPT_SECONDS = 24 * 3600


def chart_of(group: Group, metric: str) -> tuple[str, str]:
    """The picture as SVG and the sentence that says what it shows; both empty where fewer than two rows have it."""
    chosen = metric_of(group.task, metric)
    drawn = [
        (row.label, row.cells[metric].estimate)
        for row in group.rows
        if metric in row.cells and row.cells[metric].estimate.interval is not None
    ]
    if chosen is None or len(drawn) < 2:
        return "", ""
    shown = [group.task, metric, *((label, estimate.as_json()) for label, estimate in drawn)]
    key = f"comparison:{hashlib.sha256(json.dumps(shown).encode()).hexdigest()}"
    svg = cache.get(key)
    if svg is None:
        svg = render(estimate_dots(drawn, chosen, None))
        cache.set(key, svg, KEPT_SECONDS)
    said = "; ".join(f"{label} {estimate.sentence}" for label, estimate in drawn)
    return str(svg), f"{chosen.name} of {group.title}, row by row: {said}."
