"""The charts of the plan: readings of a KPI, what an estimate may come to, and what moves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt

from canvas.models import Kpi, KpiReading
from drawing.vega import C1, C2, FULL, HALF, MUTED, WARN, Layers, axis, clipped, drawn_digits, padded, render, sized

MOST_READINGS = 400
MOST_SWINGS = 10
LINES = ("Target", "Baseline", "Threshold", "Upper threshold")
DASHES = {"Target": [1, 0], "Baseline": [2, 3], "Threshold": [6, 4], "Upper threshold": [6, 4]}
COLOURS = {"Target": "#157f4b", "Baseline": C2, "Threshold": WARN, "Upper threshold": WARN}


@dataclass(frozen=True)
class Drawing:
    """A chart with the sentence that replaces it for those who do not see it."""

    svg: str
    alt: str


def readings_chart(kpi: Kpi, readings: Sequence[KpiReading]) -> Drawing | None:
    """Readings over time against baseline, target, thresholds and due date; None without readings."""
    drawn = list(readings)[-MOST_READINGS:]
    if not drawn:
        return None
    levels = {
        "Target": kpi.target_value,
        "Baseline": kpi.baseline_value,
        "Threshold": kpi.threshold,
        "Upper threshold": kpi.threshold_upper,
    }
    held = {name: value for name, value in levels.items() if value is not None}
    ends = [end for one in drawn for end in (one.lower, one.upper) if end is not None]
    values = [one.value for one in drawn]
    domain = padded(min([*values, *ends, *held.values()]), max([*values, *ends, *held.values()]))
    days = [one.measured_on for one in drawn]
    spec = sized(_readings_layers(kpi, drawn, held, domain, _span(days, kpi.due_on)), FULL, 280)
    last = drawn[-1]
    words = [f"{name.lower()} {value:g}" for name, value in held.items()]
    sentence = (
        f"{len(drawn)} reading{'s' * (len(drawn) != 1)} of {kpi} from {days[0]} to {days[-1]}, the last {last.value:g}; "
        f"{', '.join(words)}."
    )
    return Drawing(render(spec), sentence)


def _span(days: list[date], due: date | None) -> tuple[date, date]:
    first, last = days[0], max(days[-1], due or days[-1])
    # A due date far away would press all readings into a corner.
    last = min(last, _shifted(days[-1], max(timedelta(days=60), 2 * (days[-1] - first))))
    air = max(timedelta(days=1), (last - first) / 30)
    return _shifted(first, -air), _shifted(last, air)


def _shifted(day: date, by: timedelta) -> date:
    """The day so far before or after, or the calendar's own end where it has no such day."""
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta() else date.min


def _readings_layers(
    kpi: Kpi, drawn: list[KpiReading], held: Mapping[str, float], domain: tuple[float, float], span: tuple[date, date]
) -> Layers:
    rows = [_reading_row(one) for one in drawn]
    days = alt.Scale(domain=[_moment(span[0]), _moment(span[1])], nice=False)
    x = alt.X(
        "x:T", title=None, scale=days, axis=alt.Axis(tickCount=6, grid=False, format="%-d %b %y", labelFlush=False)
    )
    y = axis("y", kpi.unit or kpi.name, domain=domain)
    base = alt.Chart(alt.Data(values=rows))
    layers: list[Any] = []
    if kpi.direction == Kpi.Direction.BAND and kpi.threshold is not None and kpi.threshold_upper is not None:
        layers.append(_band(kpi.threshold, kpi.threshold_upper, y))
    layers += [_level(name, value, y) for name, value in held.items()]
    if kpi.due_on and span[0] < kpi.due_on < span[1]:
        due = alt.Chart(alt.Data(values=[{"x": _moment(kpi.due_on)}]))
        layers.append(due.mark_rule(color=MUTED, strokeDash=[1, 4], strokeWidth=1.5).encode(x=x))
        layers.append(
            due.mark_text(text="due", align="right", dx=-5, color=MUTED, baseline="top").encode(x=x, y=alt.value(2))
        )
    if any(one.lower is not None for one in drawn):
        layers.append(base.mark_rule(color=C1, opacity=0.45, strokeWidth=3).encode(x=x, y=_y("low"), y2="high:Q"))
    layers.append(base.mark_line(color=C1, strokeWidth=1.5, opacity=0.8).encode(x=x, y=y))
    layers.append(base.mark_point(color=C1, filled=True, size=38).encode(x=x, y=y))
    return alt.layer(*layers)


def _reading_row(one: KpiReading) -> dict[str, Any]:
    low, high = (one.value if end is None else end for end in (one.lower, one.upper))
    ends = {"y": drawn_digits(one.value), "low": drawn_digits(low), "high": drawn_digits(high)}
    return {"x": _moment(one.measured_on), **ends}


def _level(name: str, value: float, y: Any) -> alt.LayerChart:
    """A dashed line across, with its name at the left above it."""
    at = alt.Chart(alt.Data(values=[{"y": drawn_digits(value)}]))
    line = at.mark_rule(color=COLOURS[name], strokeDash=DASHES[name], strokeWidth=1.4).encode(y=y)
    text = f"{name} {value:,.6g}"
    label = at.mark_text(text=text, align="left", dx=4, dy=-6, color=COLOURS[name], fontWeight=500)
    return line + label.encode(y=y, x=alt.value(0))


def _band(low: float, high: float, y: Any) -> alt.Chart:
    rows = alt.Data(values=[{"y": drawn_digits(low), "high": drawn_digits(high)}])
    return alt.Chart(rows).mark_rect(color="#dfe7fb", opacity=0.6).encode(y=y, y2="high:Q")


def _y(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q")


def _moment(day: date) -> str:
    # A bare date would be read as midnight UTC and drawn a day early west of it.
    return f"{day.isoformat()}T12:00:00"


def npv_histogram(results: Mapping[str, Any], currency: str) -> Drawing | None:
    """How the draws of the net present value are spread; None where nothing varies."""
    found = results["distribution"]
    edges, counts = found["histogram"]["edges"], found["histogram"]["counts"]
    if len(counts) < 2:
        return None
    rows = [
        {"start": drawn_digits(a), "end": drawn_digits(b), "n": n, "sign": "loss" if (a + b) / 2 <= 0 else "gain"}
        for a, b, n in zip(edges, edges[1:], counts, strict=False)
    ]
    span = padded(min(edges[0], 0.0), max(edges[-1], 0.0))
    x = axis("start", f"Net present value, {currency}", domain=span, grid=False, spec="~s")
    y = alt.Y("n:Q", title="Draws", axis=alt.Axis(tickCount=4, format="~s"))
    colour = alt.Color("sign:N", scale=alt.Scale(domain=["loss", "gain"], range=[C2, C1]), legend=None)
    bars = alt.Chart(alt.Data(values=rows)).mark_rect(opacity=0.75)
    marks: list[Any] = [bars.encode(x=x, x2="end:Q", y=y, y2=alt.datum(0), color=colour)]
    for key, words in (("p5", "5 %"), ("p50", "50 %"), ("p95", "95 %")):
        at = alt.Chart(alt.Data(values=[{"start": drawn_digits(found[key])}]))
        marks.append(at.mark_rule(color=MUTED, strokeDash=[4, 3], strokeWidth=1.2).encode(x=x))
        marks.append(at.mark_text(text=words, dy=-6, color=MUTED, baseline="bottom").encode(x=x, y=alt.value(0)))
    sentence = (
        f"Histogram of {found['draws']:,} draws of the net present value: nine of ten lie between {found['p5']:,.0f} and "
        f"{found['p95']:,.0f} {currency}, and {found['probability_positive']:.0%} are above zero."
    )
    return Drawing(render(sized(alt.layer(*marks), HALF, 240)), sentence)


def tornado_chart(results: Mapping[str, Any], currency: str) -> Drawing | None:
    """How far each uncertain input moves the net present value; None where none does."""
    swings = results["tornado"][:MOST_SWINGS]
    if not swings:
        return None
    names = [clipped(f"{number}. {one['label']}", 26) for number, one in enumerate(swings, start=1)]
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "start": drawn_digits(results["likely"]["npv"]),
            "end": drawn_digits(one[f"npv_{end}"]),
            "side": end,
        }
        for name, one in zip(names, swings, strict=True)
        for end in ("low", "high")
    ]
    ends = [row[key] for row in rows for key in ("start", "end")]
    x = axis("start", f"Net present value, {currency}", domain=padded(min(ends), max(ends)), spec="~s")
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=190, labelColor=MUTED))
    scale = alt.Scale(domain=["low", "high"], range=[C2, C1])
    colour = alt.Color("side:N", scale=scale, legend=alt.Legend(title=None, symbolType="square", labelExpr=SIDES))
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(height=13, opacity=0.85).encode(x=x, x2="end:Q", y=y, color=colour)
    largest = swings[0]
    sentence = (
        f"Tornado of {len(swings)} inputs. The largest swing is that of {largest['label']}: from "
        f"{largest['npv_low']:,.0f} to {largest['npv_high']:,.0f} {currency}."
    )
    return Drawing(render(sized(alt.layer(bars), HALF, 60 + 30 * len(swings))), sentence)


SIDES = "datum.value == 'low' ? 'at its low value' : 'at its high value'"


def cumulative_chart(results: Mapping[str, Any], currency: str) -> Drawing:
    """The running total of each scenario, month by month."""
    names = {"low": "Low", "likely": "Likely", "high": "High"}
    rows: list[dict[str, Any]] = [
        {"x": month, "y": drawn_digits(total), "scenario": names[key]}
        for key in names
        for month, total in _thinned(results[key]["cumulative"])
    ]
    totals = [row["y"] for row in rows]
    last = len(results["likely"]["cumulative"]) - 1
    x = axis("x", "Month", domain=(0, last), grid=False)
    y = axis("y", f"Running total, {currency}", domain=padded(min([0.0, *totals]), max([0.0, *totals])), spec="~s")
    order = list(names.values())
    colour = alt.Color("scenario:N", scale=alt.Scale(domain=order, range=[C2, C1, C1]), legend=alt.Legend())
    dash = alt.StrokeDash(
        "scenario:N", scale=alt.Scale(domain=order, range=[[2, 3], [1, 0], [6, 3]]), legend=alt.Legend()
    )
    lines = alt.Chart(alt.Data(values=rows)).mark_line().encode(x=x, y=y, color=colour, strokeDash=dash)
    zero = alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=MUTED, strokeWidth=1).encode(y=y)
    ends = ", ".join(f"{name.lower()} {results[key]['cumulative'][-1]:,.0f}" for key, name in names.items())
    sentence = f"Running total over {last} months, not discounted. At the end: {ends} {currency}."
    return Drawing(render(sized(alt.layer(zero, lines), HALF, 240)), sentence)


def _thinned(totals: Sequence[float]) -> list[tuple[int, float]]:
    """At most some 120 points of a long horizon, with both ends."""
    step = max(1, len(totals) // 120)
    kept = [*range(0, len(totals), step)]
    kept += [len(totals) - 1] if kept[-1] != len(totals) - 1 else []
    return [(month, totals[month]) for month in kept]
