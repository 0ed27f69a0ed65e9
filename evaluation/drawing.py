"""The marks that evaluations share: estimates as dots with their intervals, coloured and shaped by verdict."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from drawing.vega import (
    BAD,
    C1,
    C2,
    FULL,
    INK,
    WARN,
    Spec,
    axis,
    clipped,
    drawn_digits,
    padded,
    rule_at,
    sized,
)
from evaluation.measures.estimates import Estimate
from evaluation.measures.metrics import Metric
from evaluation.measures.verdicts import Outcome, Threshold, judge

_OUTCOMES = {Outcome.PASS: "Meets", Outcome.INCONCLUSIVE: "Inconclusive", Outcome.FAIL: "Misses"}


_MARKS = {
    # Fill, edge and shape of each verdict, so that none depends on colour alone.
    "Meets": (C1, C1, "circle"),
    "Inconclusive": ("transparent", WARN, "square"),
    "Misses": (BAD, BAD, "diamond"),
    "": (C1, C1, "circle"),
    "Baseline": ("transparent", C2, "circle"),
}


def estimate_dots(
    drawn: Sequence[tuple[str, Estimate]],
    metric: Metric,
    threshold: Threshold | None,
    *,
    first_stands_out: bool = False,
) -> Spec:
    """Dots with intervals, one line each."""
    rows = _dot_rows(drawn, threshold, first_stands_out=first_stands_out)
    ends = [end for end in ((threshold.low, threshold.high) if threshold else ()) if end is not None]
    bounds = [r[key] for r in rows for key in ("low", "high")] + ends or [0.0, 1.0]
    low, high = padded(min(bounds), max(bounds))
    # An axis that goes beyond what the metric can be would promise something.
    domain = max(low, metric.range[0]), min(high, metric.range[1])
    x = axis("low", f"{metric.name} with 95 % interval", domain=domain)
    names = alt.Axis(labelLimit=260, labelColor=INK, grid=False, labelPadding=10)
    y = alt.Y("label:N", sort=[r["label"] for r in rows], title=None, axis=names)
    legend = alt.Legend(symbolType="circle", symbolSize=70, symbolOpacity=1) if threshold else None
    encoded = _verdict_channels([v for v in _MARKS if any(r["verdict"] == v for r in rows)], legend)
    base = alt.Chart(alt.Data(values=rows))
    lines = base.mark_rule(strokeWidth=2, opacity=0.5).encode(x=x, x2="high:Q", y=y, stroke=encoded["stroke"])
    tooltip = [
        alt.Tooltip("label:N", title="Rows"),
        alt.Tooltip("value:Q", title=metric.name, format=".4~g"),
        alt.Tooltip("n:Q", title="n", format=","),
    ]
    dots = base.mark_point(size=70, opacity=1, strokeWidth=2).encode(x="value:Q", y=y, tooltip=tooltip, **encoded)
    marks = [rule_at(end, "x", domain=domain, color=WARN) for end in ends]
    return sized(alt.layer(*marks, lines, dots), FULL, len(rows) * 24 + (76 if threshold else 52))


def _dot_rows(
    drawn: Sequence[tuple[str, Estimate]], threshold: Threshold | None, *, first_stands_out: bool
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for position, (label, one) in enumerate(drawn):
        low, high = one.interval or (0.0, 0.0)
        verdict = _OUTCOMES[judge(one, threshold).outcome] if threshold else ""
        if first_stands_out and position > 0:
            verdict = "Baseline"
        row = {"label": clipped(label, 44), "verdict": verdict, "n": one.n}
        # Two labels that look alike once clipped must not share a line.
        if any(r["label"] == row["label"] for r in rows):
            row["label"] = f"{row['label']} ({position + 1})"
        numbers = {"value": one.value or 0.0, "low": low, "high": high}
        rows.append(row | {key: drawn_digits(value) for key, value in numbers.items()})
    return rows


def _verdict_channels(verdicts: Sequence[str], legend: alt.Legend | None) -> dict[str, Any]:
    """Fill, edge and shape by verdict, in one legend."""
    fills, edges, shapes = zip(*(_MARKS[verdict] for verdict in verdicts), strict=True) if verdicts else ((), (), ())
    domain = list(verdicts)
    return {
        "fill": alt.Fill("verdict:N", scale=alt.Scale(domain=domain, range=list(fills)), legend=legend),
        "stroke": alt.Stroke("verdict:N", scale=alt.Scale(domain=domain, range=list(edges)), legend=legend),
        "shape": alt.Shape("verdict:N", scale=alt.Scale(domain=domain, range=list(shapes)), legend=legend),
    }


def upright_intervals(rows: list[dict[str, Any]], x: alt.X, y: alt.Y, verdicts: tuple[str, str]) -> list[alt.Chart]:
    """Points with upright intervals, a good and a bad kind."""
    present = [verdict for verdict in verdicts if any(r["verdict"] == verdict for r in rows)]
    looks = {verdicts[0]: (C1, "circle"), verdicts[1]: (BAD, "diamond")}
    colours, shapes = zip(*(looks[verdict] for verdict in present), strict=True)
    colour = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=present, range=list(colours)),
        legend=alt.Legend(symbolType="circle", symbolSize=70, symbolOpacity=1),
    )
    shape = alt.Shape("verdict:N", scale=alt.Scale(domain=present, range=list(shapes)))
    base = alt.Chart(alt.Data(values=rows))
    tooltip = [alt.Tooltip("x:Q", title="Predicted", format=".3~g"),
               alt.Tooltip("y:Q", title="Observed", format=".3~g"),
               alt.Tooltip("n:Q", title="Rows", format=",")]  # fmt: skip
    lines = base.mark_rule(strokeWidth=1.5, opacity=0.55).encode(
        x=x, y=alt.Y("low:Q", title=y["title"], scale=y["scale"], axis=y["axis"]), y2="high:Q", color=colour
    )
    points = base.mark_point(filled=True, size=55, opacity=1).encode(
        x=x, y=y, color=colour, shape=shape, tooltip=tooltip
    )
    return [lines, points]
