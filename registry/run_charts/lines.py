"""Metrics of runs as lines over steps or time: one run alone, two over each other, several in small multiples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt

from drawing.vega import C1, C2, HALF, INK, Spec, axis, clipped, curve_lines, drawn_digits, padded, render, sized
from registry.models import Run
from registry.run_charts.histories import STEP, TIME, History, Point, read

HEIGHT = 190
OVER_EACH_OTHER = 2
# In small multiples every other run is drawn behind each one, so that points count many times.
MOST_POINTS_AMONG = 60
SMALL, SMALL_HEIGHT, IN_A_ROW = 270, 130, 3
SHOWN_ROWS = 40
AXES = {STEP: "Step", TIME: "Seconds since the first point"}


@dataclass(frozen=True)
class Drawing:
    """A chart with the sentence that replaces it, the one that concludes from it, and its numbers."""

    title: str
    svg: str
    alt: str
    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    is_wide: bool = False


def charts(runs: Sequence[Run], keys: Sequence[str], *, by: str) -> list[Drawing]:
    """A chart for each metric that has more than one place to draw; over time where it was declared without steps."""
    found = read(runs, keys, by=by)
    stepless = [key for key in keys if not any(history.points for history in found[key].values())] if by == STEP else []
    timed = read(runs, stepless, by=TIME) if stepless else {}
    drawings = []
    for key in keys:
        histories, way = (timed[key], TIME) if key in timed else (found[key], by)
        if not any(history.points for history in histories.values()):
            continue
        alone = len(runs) == 1
        drawings.append(
            of_one(key, histories[runs[0].pk], by=way) if alone else of_several(key, runs, histories, by=way)
        )
    return drawings


def of_one(key: str, history: History, *, by: str) -> Drawing:
    """One metric of one run."""
    points = history.points
    x, y = _axes(points, by)
    rows = [_row(point) for point in points]
    base = alt.Chart(alt.Data(values=rows))
    layers: list[Any] = []
    if history.is_grouped:
        layers.append(base.mark_area(color=C1, opacity=0.18).encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q"))
    layers.append(base.mark_line(color=C1, strokeWidth=1.8).encode(x=x, y=y))
    if len(points) == 1:
        layers.append(base.mark_point(color=C1, filled=True, size=40).encode(x=x, y=y))
    last = alt.Chart(alt.Data(values=rows[-1:]))
    layers.append(last.mark_point(color=C1, filled=True, size=36).encode(x=x, y=y))
    # Away from the line that leads to it.
    side = 13 if points[-1].y < points[-min(len(points), 8)].y else -9
    label = last.mark_text(text=_figure(points[-1].y), align="right", dy=side, color=INK, fontWeight=600)
    layers.append(label.encode(x=x, y=y))
    svg = drawn(sized(alt.layer(*layers), HALF, HEIGHT))
    low, high = min(points, key=lambda p: p.low), max(points, key=lambda p: p.high)
    sentence = (
        f"From {_figure(points[0].y)} at {_at(points[0], by)} to {_figure(points[-1].y)} at {_at(points[-1], by)}; "
        f"lowest {_figure(low.low)} at {_at(low, by)}, highest {_figure(high.high)} at {_at(high, by)}."
    )
    table = [(_at(p, by), _figure(p.y)) for p in _thinned(points, SHOWN_ROWS)]
    words = f"{key} over {AXES[by].lower()}, {history.count:,} points. {sentence}"
    return Drawing(key, svg, words, f"{sentence}{_notes([history])}", (AXES[by], key), table)


def of_several(key: str, runs: Sequence[Run], histories: Mapping[int, History], *, by: str) -> Drawing:
    """One metric of several runs: two lines over each other, or a small chart for each run before all the others."""
    shown = [(run, histories[run.pk]) for run in runs if run.pk in histories and histories[run.pk].points]
    names = _told_apart([run for run, _ in shown])
    sentence = f"{key} ends at " + "; ".join(
        f"{_figure(history.points[-1].y)} in {name}" for name, (_, history) in zip(names, shown, strict=True)
    )
    every = [point for _, history in shown for point in history.points]
    x, y = _axes(every, by)
    is_wide = len(shown) > OVER_EACH_OTHER
    if is_wide:
        svg = drawn(_small_multiples(names, [history.points for _, history in shown], x, y))
    else:
        rows: list[dict[str, Any]] = [
            {**_row(point), "model": name}
            for name, (_, history) in zip(names, shown, strict=True)
            for point in history.points
        ]
        svg = drawn(sized(alt.layer(curve_lines(rows, x, y, names)), HALF, HEIGHT + 30))
    table = [
        (name, _at(p, by), _figure(p.y))
        for name, (_, history) in zip(names, shown, strict=True)
        for p in _thinned(history.points, SHOWN_ROWS // len(shown) + 2)
    ]
    missing = len(runs) - len(shown)
    told = f" {missing} of the runs declared no history of it." if missing else ""
    words = f"{sentence}.{told}{_notes([history for _, history in shown])}"
    return Drawing(key, svg, f"{key} over {AXES[by].lower()}. {words}", words, ("Run", AXES[by], key), table, is_wide)


def _small_multiples(names: Sequence[str], lines: Sequence[Sequence[Point]], x: Any, y: Any) -> Spec:
    rows = [
        {**_row(point), "run": name}
        for name, points in zip(names, lines, strict=True)
        for point in _thinned(points, MOST_POINTS_AMONG)
    ]
    x.title, y.title = None, None
    ends = {"x": x.to_dict(), "y": y.to_dict()}
    ends["x"]["axis"]["tickCount"] = ends["y"]["axis"]["tickCount"] = 3
    panels = [
        {
            "width": SMALL,
            "height": SMALL_HEIGHT,
            "title": {"text": name, "fontSize": 11, "fontWeight": 600, "color": INK, "anchor": "start"},
            "layer": [
                {
                    "mark": {"type": "line", "color": C2, "opacity": 0.45, "strokeWidth": 1},
                    "encoding": ends | {"detail": {"field": "run", "type": "nominal"}},
                },
                {
                    "transform": [{"filter": {"field": "run", "equal": name}}],
                    "mark": {"type": "line", "color": C1, "strokeWidth": 2},
                    "encoding": ends,
                },
            ],
        }
        for name in names
    ]
    return {"data": {"values": rows}, "columns": IN_A_ROW, "spacing": 18, "concat": panels}


def _axes(points: Sequence[Point], by: str) -> tuple[Any, Any]:
    span = (min(p.x for p in points), max(p.x for p in points))
    domain = (drawn_digits(span[0]), drawn_digits(span[1])) if span[1] > span[0] else padded(*span)
    x = axis("x", AXES[by], domain=domain, grid=False)
    y = axis("y", "", domain=padded(min(p.low for p in points), max(p.high for p in points)))
    y.title = None  # the chart's own heading says it
    return x, y


def _row(point: Point) -> dict[str, float]:
    ends = {"low": drawn_digits(point.low), "high": drawn_digits(point.high)} if point.high > point.low else {}
    return {"x": float(f"{point.x:.8g}"), "y": drawn_digits(point.y), **ends}


def _thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many of the points, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    return [points[round(at * (len(points) - 1) / (most - 1))] for at in range(most)]


def _told_apart(runs: Sequence[Run]) -> list[str]:
    """A short name for each run; where two would be the same, with the start of its id."""
    short = [clipped(run.name) for run in runs]
    return [
        f"{clipped(run.name, 16)} {run.run_id[:6]}" if short.count(name) > 1 else name
        for run, name in zip(runs, short, strict=True)
    ]


def _notes(histories: Sequence[History]) -> str:
    said = ""
    if any(history.is_grouped for history in histories):
        said += " Long histories are drawn as means of neighbouring points; the band spans the lowest and highest."
    if left_out := sum(history.left_out for history in histories):
        verb = "is" if left_out == 1 else "are"
        said += f" {left_out:,} of the values {verb} no number that can be drawn."
    return said


def _at(point: Point, by: str) -> str:
    return f"step {point.x:,.0f}" if by == STEP else f"{point.x:,.1f} s"


def _figure(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def drawn(spec: Spec) -> str:
    """The spec as SVG, remembered for a while."""
    return _rendered(json.dumps(spec, sort_keys=True))


@lru_cache(maxsize=128)
def _rendered(spec: str) -> str:
    # A page that renews itself asks for the same pictures again and again.
    return render(json.loads(spec))
