"""Many runs across their parameters and metrics: one upright axis for each, one line for each run."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from drawing.vega import C1, C2, GRID, INK, MUTED, Spec, clipped
from registry.run_charts.lines import Drawing, drawn
from registry.run_comparison import Comparison, MetricLine
from registry.run_table.ordering import natural

MOST_PARAMS, MOST_METRICS = 7, 4
# Where a run stands that has nothing on an axis: below it, apart from every value.
NOTHING = -0.14
MOST_LABELS = 8
WIDTH_OF_AN_AXIS, HEIGHT = 110, 300


@dataclass(frozen=True)
class Axis:
    """One parameter or metric: where each run stands on it from 0 to 1, and what is written beside it."""

    label: str
    places: list[float | None]
    labels: list[tuple[float, str]]
    texts: list[str]


def parallel(comparison: Comparison) -> Drawing | None:
    """The runs across the parameters in which they differ and their metrics; None where there is nothing to cross."""
    params = comparison.differing[:MOST_PARAMS]
    metrics = [line for line in comparison.metrics if len({cell for cell in line.cells if cell is not None}) > 1]
    metrics = sorted(metrics, key=lambda line: line.higher_is_better)[-MOST_METRICS:]
    axes = [of_texts(line.label, line.cells) for line in params] + [
        of_numbers(line.key, line.cells) for line in metrics
    ]
    if len(axes) < 2:
        return None
    led_by = metrics[-1] if metrics else None
    best = led_by.best if led_by else set()
    names = [run.name for run in comparison.runs]
    left_out = len(comparison.differing) - len(params)
    columns = ("Run", *(axis.label for axis in axes))
    rows = [(name, *(axis.texts[at] for axis in axes)) for at, name in enumerate(names)]
    caption = _caption(names, led_by, best, left_out)
    words = f"{len(names)} runs across {', '.join(axis.label for axis in axes)}. {caption}"
    svg = drawn(_spec(axes, len(names), best))
    return Drawing("Parameters and metrics crossed", svg, words, caption, columns, rows, is_wide=True)


def of_texts(label: str, cells: Sequence[str | None]) -> Axis:
    """An axis of numbers where every value is one, else of categories in their natural order."""
    numbers = [_number(cell) for cell in cells]
    if all(number is not None for number, cell in zip(numbers, cells, strict=True) if cell is not None):
        return of_numbers(label, numbers, texts=cells)
    known = sorted({cell for cell in cells if cell is not None}, key=natural)
    places = {text: at / (len(known) - 1) if len(known) > 1 else 0.5 for at, text in enumerate(known)}
    shown = known if len(known) <= MOST_LABELS else [known[0], known[-1]]
    return Axis(
        label,
        [None if cell is None else places[cell] for cell in cells],
        [(places[text], clipped(text, 14)) for text in shown],
        ["–" if cell is None else clipped(cell, 60) for cell in cells],
    )


def of_numbers(label: str, cells: Sequence[float | None], *, texts: Sequence[str | None] | None = None) -> Axis:
    """An axis of numbers, by powers of ten where they spread over more than two of them."""
    found = [cell for cell in cells if cell is not None and math.isfinite(cell)]
    low, high = (min(found), max(found)) if found else (0.0, 0.0)
    is_log = low > 0 and high / low > 100
    scale = math.log10 if is_log else float
    # Halves keep the width of numbers at both ends of what a float can say.
    width = scale(high) / 2 - scale(low) / 2

    def place(cell: float | None) -> float | None:
        if cell is None or not math.isfinite(cell):
            return None
        return round((scale(cell) / 2 - scale(low) / 2) / width, 4) if width else 0.5

    ends = [(0.0, _figure(low)), (1.0, _figure(high))] if width else [(0.5, _figure(low))] if found else []
    said = [_text(cell) for cell in cells] if texts is None else ["–" if text is None else text for text in texts]
    return Axis(label, [place(cell) for cell in cells], ends, said)


def _spec(axes: Sequence[Axis], count: int, best: set[int]) -> Spec:
    names = [f"{at + 1}" for at in range(len(axes))]
    lines = [
        {"axis": name, "y": NOTHING if (place := axis.places[run]) is None else place, "run": run}
        for name, axis in zip(names, axes, strict=True)
        for run in sorted(range(count), key=lambda run: run in best)
    ]
    labels = [
        {"axis": name, "y": y, "text": text} for name, axis in zip(names, axes, strict=True) for y, text in axis.labels
    ]
    lacking = [
        {"axis": name, "y": NOTHING, "text": "none"}
        for name, axis in zip(names, axes, strict=True)
        if None in axis.places
    ]
    titles = [{"axis": name, "text": clipped(axis.label, 18)} for name, axis in zip(names, axes, strict=True)]
    x: dict[str, Any] = {"field": "axis", "type": "nominal", "sort": names, "axis": None}
    y: dict[str, Any] = {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [NOTHING - 0.06, 1.04]},
    }
    line = {"x": x, "y": y, "detail": {"field": "run", "type": "nominal"}}
    is_best = {"field": "run", "oneOf": sorted(best)}
    words = {"type": "text", "align": "left", "dx": 5}
    return {
        "width": WIDTH_OF_AN_AXIS * len(axes),
        "height": HEIGHT,
        "layer": [
            {"data": {"values": titles}, "mark": {"type": "rule", "color": GRID, "strokeWidth": 2}, "encoding": {"x": x}},
            _of(lines, {"type": "line", "color": C2, "opacity": 0.6, "strokeWidth": 1.3}, line, {"not": is_best}),
            _of(lines, {"type": "line", "color": C1, "strokeWidth": 2.6}, line, is_best),
            _of(labels, words | {"color": INK, "dy": -5}, {"x": x, "y": y, "text": {"field": "text"}}),
            _of(lacking, words | {"color": MUTED, "fontStyle": "italic"}, {"x": x, "y": y, "text": {"field": "text"}}),
            _of(
                titles,
                {"type": "text", "baseline": "bottom", "dy": -8, "fontWeight": 600, "color": INK},
                {"x": x, "y": {"value": 0}, "text": {"field": "text"}},
            ),
        ],
    }  # fmt: skip


def _of(rows: list[dict[str, Any]], mark: Spec, encoding: Spec, only: Spec | None = None) -> Spec:
    layer: Spec = {"data": {"values": rows}, "mark": mark, "encoding": encoding}
    return layer | {"transform": [{"filter": only}]} if only else layer


def _caption(names: Sequence[str], led_by: MetricLine | None, best: set[int], left_out: int) -> str:
    said = "Each line is a run; where a run has nothing, its line runs below the axis."
    if led_by and best:
        top = ", ".join(names[at] for at in sorted(best)[:3])
        way = "highest" if led_by.higher_is_better else "lowest"
        said = f"The strong line is {top}, the {way} by {led_by.key}. {said}"
    return f"{said} {left_out} more parameters differ." if left_out else said


def _number(text: str | None) -> float | None:
    try:
        number = math.nan if text is None or "_" in text else float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _text(cell: float | None) -> str:
    return "–" if cell is None else "not a number" if math.isnan(cell) else _figure(cell)


def _figure(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
